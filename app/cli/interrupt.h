#pragma once
// Ctrl-C, SIGTERM and SIGHUP become a stop request. Make it first in main(): threads that start later inherit that the
// signals are blocked, and one thread waits for them, so that nothing has to be done inside a signal handler.

#include <signal.h>
#include <stop_token>
#include <thread>

namespace timeripple::cli {

class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const { return source_.get_token(); }

  private:
    sigset_t signals_{};
    std::stop_source source_;
    std::thread waiter_;
};

}  // namespace timeripple::cli
