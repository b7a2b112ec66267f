#include "app/cli/interrupt.h"

#include "app/cli/commands.h"

#include <cstring>
#include <pthread.h>
#include <unistd.h>

namespace timeripple::cli {

Interrupt::Interrupt() {
    signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write
    sigemptyset(&signals_);
    for (int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1})
        sigaddset(&signals_, number);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    waiter_ = std::thread([this] {
        for (;;) {
            int number = 0;
            if (sigwait(&signals_, &number) != 0) continue;
            if (number == SIGUSR1) return;                      // from the destructor
            if (source_.stop_requested()) _exit(kInterrupted);  // asked twice: at once; at most a .part file stays
            source_.request_stop();
            static const char kText[] = "\nStopping. Once more to stop at once.\n";
            [[maybe_unused]] const auto written = write(STDERR_FILENO, kText, std::strlen(kText));
        }
    });
}

Interrupt::~Interrupt() {
    pthread_kill(waiter_.native_handle(), SIGUSR1);
    waiter_.join();
}

}  // namespace timeripple::cli
