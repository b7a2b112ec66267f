#include "app/studio/quit_signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <QApplication>
#include <QSocketNotifier>
#include <cerrno>
#include <csignal>

namespace timeripple::app {
namespace {

constexpr int kSignals[] = {SIGTERM, SIGINT, SIGHUP};
int pipe_ends[2] = {-1, -1};

// A handler may do next to nothing: a byte into a pipe wakes the GUI thread.
void onSignal(int) {
    const int kept = errno;
    [[maybe_unused]] const auto written = ::write(pipe_ends[1], "q", 1);
    errno = kept;
}

}  // namespace

QuitSignals::QuitSignals(QObject* parent) : QObject(parent) {
    if (::pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
    auto* notifier = new QSocketNotifier(pipe_ends[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [] {
        char bytes[16];
        while (::read(pipe_ends[0], bytes, sizeof bytes) > 0) {
        }
        QApplication::closeAllWindows();
        QApplication::quit();
    });
    struct sigaction action = {};
    action.sa_handler = onSignal;
    action.sa_flags = SA_RESTART;
    for (int number : kSignals) ::sigaction(number, &action, nullptr);
}

QuitSignals::~QuitSignals() {
    for (int number : kSignals) std::signal(number, SIG_DFL);
    for (int& end : pipe_ends) {
        ::close(end);
        end = -1;
    }
}

}  // namespace timeripple::app
