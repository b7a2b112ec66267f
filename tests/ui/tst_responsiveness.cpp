// How long an event waits for the GUI thread while runs work. A thread posts a call every 5 ms and the GUI thread notes how late
// it comes, less the time that the GUI thread itself waited for a processor (run-queue wait), so that other programs on the
// machine do not count.
#include <sys/syscall.h>
#include <unistd.h>

#include <QEventLoop>
#include <QFile>
#include <QTimer>
#include <chrono>
#include <thread>

#include "tests/ui/ui_test_support.h"
#include "ui/theme/theme.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

constexpr double kLimitMs = 50.0;

// Milliseconds that a thread of this process was runnable but waited; -1 where the kernel does not tell.
double runQueueWaitMs(long thread) {
    QFile file(QStringLiteral("/proc/self/task/%1/schedstat").arg(thread));
    if (!file.open(QIODevice::ReadOnly)) return -1;
    const QByteArrayList fields = file.readAll().split(' ');
    return fields.size() > 1 ? double(fields[1].toLongLong()) / 1e6 : -1;
}

// Knocks at the GUI thread and notes how long it takes to answer. At most one knock is under way.
class Knocker : public QObject {
  public:
    Knocker() : gui_thread_(::syscall(SYS_gettid)) {
        thread_ = std::jthread([this](std::stop_token stop) {
            while (!stop.stop_requested()) {
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
                if (under_way_.exchange(true)) continue;
                const double waited = runQueueWaitMs(gui_thread_);
                const auto knocked = std::chrono::steady_clock::now();
                QMetaObject::invokeMethod(
                    this,
                    [this, knocked, waited] {
                        const double late = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - knocked).count();
                        answers.push_back(std::max(0.0, late - (runQueueWaitMs(gui_thread_) - waited)));
                        under_way_ = false;
                    },
                    Qt::QueuedConnection);
            }
        });
    }
    ~Knocker() override { stop(); }
    void stop() {
        thread_.request_stop();
        if (thread_.joinable()) thread_.join();
    }
    std::vector<double> answers;  // milliseconds

  private:
    long gui_thread_;
    std::atomic<bool> under_way_ = false;
    std::jthread thread_;
};

}  // namespace

class TestResponsiveness : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        if (runQueueWaitMs(::syscall(SYS_gettid)) < 0) QSKIP("This kernel does not tell the run-queue wait.");
    }

    void the_gui_thread_stays_free_while_runs_work() {
        Theme theme(*qApp);  // with its style sheet, as in the program
        TestStudio studio;
        studio.window.resize(1440, 900);
        studio.show();
        auto request = smallRequest("a large orange fish moves left");
        request.width = request.height = 256;
        request.frames = 33;
        request.steps = 12;
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
        QSignalSpy compared(&studio.workspace, &Workspace::comparisonReady);
        QEventLoop loop;
        connect(&studio.workspace, &Workspace::comparisonReady, &loop, &QEventLoop::quit);
        QTimer::singleShot(kPatienceMs, &loop, &QEventLoop::quit);  // a limit, not a wait
        Knocker knocker;
        studio.workspace.enqueue(request);
        studio.workspace.compare(request);
        loop.exec();
        knocker.stop();
        QCOMPARE(compared.size(), 1);
        QCOMPARE(ended.size(), 3);
        std::vector<double> answers = knocker.answers;
        QVERIFY(answers.size() > 20);
        std::sort(answers.begin(), answers.end());
        const double worst = answers.back();
        qInfo("%zu knocks, median %.1f ms, 99 %% %.1f ms, worst %.1f ms", answers.size(), answers[answers.size() / 2],
              answers[answers.size() * 99 / 100], worst);
        QVERIFY2(worst < kLimitMs, qPrintable(QStringLiteral("an event waited %1 ms").arg(worst)));
    }
};

QTEST_MAIN(TestResponsiveness)
#include "tst_responsiveness.moc"
