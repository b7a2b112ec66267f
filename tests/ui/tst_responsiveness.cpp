// How long an event waits for the GUI thread while runs work. A thread posts a call every 5 ms and the GUI thread notes how late
// it comes, less the time that the GUI thread itself waited for a processor (run-queue wait), so that other programs on the
// machine do not count. With TIMERIPPLE_RESPONSIVE_POND the runs are real ones of Pond.
#include <sys/syscall.h>
#include <unistd.h>

#include <QEventLoop>
#include <QFile>
#include <QListView>
#include <QScrollBar>
#include <QTimer>
#include <chrono>
#include <thread>

#include "tests/ui/many_clips.h"
#include "tests/ui/ui_test_support.h"
#include "ui/dialogs/export_panel.h"
#include "ui/docks/history_panel.h"
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
    // After stop(): says the worst and refuses what is over the limit.
    void judge(const char* when) {
        std::sort(answers.begin(), answers.end());
        QVERIFY2(answers.size() > 20, qPrintable(QStringLiteral("only %1 knocks").arg(answers.size())));
        qInfo("%s: %zu knocks, median %.1f ms, 99 %% %.1f ms, worst %.1f ms", when, answers.size(), answers[answers.size() / 2],
              answers[answers.size() * 99 / 100], answers.back());
        QVERIFY2(answers.back() < kLimitMs, qPrintable(QStringLiteral("an event waited %1 ms").arg(answers.back())));
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
        const bool pond = qEnvironmentVariableIsSet("TIMERIPPLE_RESPONSIVE_POND");
        Theme theme(*qApp);  // with its style sheet, as in the program
        QTemporaryDir folder;
        AppSettings settings(folder.filePath(QStringLiteral("studio.ini")));
        Workspace workspace(pond ? EngineFactory(&engine::open_engine) : fakeEngine(), folder.filePath(QStringLiteral("library")));
        MainWindow window(&workspace, &settings, nullptr);
        window.resize(1440, 900);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        auto request = smallRequest("a large orange fish moves left in dark water");
        request.width = request.height = pond ? 128 : 256;
        request.frames = 33;
        request.steps = 12;
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        QSignalSpy compared(&workspace, &Workspace::comparisonReady);
        QEventLoop loop;
        connect(&workspace, &Workspace::comparisonReady, &loop, &QEventLoop::quit);
        QTimer::singleShot((pond ? 10 : 1) * kPatienceMs, &loop, &QEventLoop::quit);  // a limit, not a wait
        Knocker knocker;
        workspace.enqueue(request);
        workspace.compare(request);
        loop.exec();
        knocker.stop();
        QCOMPARE(compared.size(), 1);
        QCOMPARE(ended.size(), 3);
        knocker.judge("while runs work");
    }

    // A film of two clips side by side is composed and written while the next run works and the player plays.
    void the_gui_thread_stays_free_while_a_film_is_written() {
        Theme theme(*qApp);
        TestStudio studio;
        studio.window.resize(1440, 900);
        studio.show();
        auto request = smallRequest("a large orange fish moves left");
        request.width = request.height = 256;
        request.frames = 129;
        request.steps = 4;
        request.ripple.schedule.i_max = 3;
        QSignalSpy compared(&studio.workspace, &Workspace::comparisonReady);
        studio.workspace.compare(request);
        QTRY_COMPARE_WITH_TIMEOUT(compared.size(), 1, kPatienceMs);
        studio.window.showExport(compared[0][1].toULongLong(), compared[0][0].toULongLong());
        ExportPanel* panel = studio.window.exportPanel();
        panel->setContent(ExportContent::SideBySide);
        panel->setPath(studio.folder.filePath(QStringLiteral("pair.mp4")));
        QSignalSpy exported(panel, &ExportPanel::exported);
        QEventLoop loop;
        connect(panel, &ExportPanel::exported, &loop, &QEventLoop::quit);
        QTimer::singleShot(2 * kPatienceMs, &loop, &QEventLoop::quit);  // a limit, not a wait
        Knocker knocker;
        studio.workspace.enqueue(request);
        panel->start();
        loop.exec();
        knocker.stop();
        QCOMPARE(exported.size(), 1);
        knocker.judge("while a film is written");
    }

    void the_gui_thread_stays_free_while_thousands_of_clips_scroll_data() {
        QTest::addColumn<int>("height");
        QTest::newRow("as a strip") << 150;
        QTest::newRow("as a field") << 500;
    }

    // Over the whole history and back, while every row that comes up is read from the disk.
    void the_gui_thread_stays_free_while_thousands_of_clips_scroll() {
        QFETCH(int, height);
        QTemporaryDir folder;
        fillLibrary(folder.path(), kManyClips);
        Theme theme(*qApp);
        AppSettings settings(folder.filePath(QStringLiteral("studio.ini")));
        Workspace workspace(fakeEngine(), folder.path());
        MainWindow window(&workspace, &settings, nullptr);
        window.resize(1440, 900);
        Knocker knocker;
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTRY_COMPARE_WITH_TIMEOUT(workspace.clips().rowCount(), kManyClips, kPatienceMs);
        window.historyPanel()->setMinimumHeight(height);
        QListView* view = window.historyPanel()->view();
        QTRY_COMPARE_WITH_TIMEOUT(view->isWrapping(), height == 500, kPatienceMs);
        QScrollBar* bar = view->isWrapping() ? view->verticalScrollBar() : view->horizontalScrollBar();
        QTRY_VERIFY_WITH_TIMEOUT(bar->maximum() > 50'000, kPatienceMs);
        QEventLoop loop;
        int turns = 0;
        QTimer wheel;
        connect(&wheel, &QTimer::timeout, &loop, [&] {
            const int place = turns < 200 ? turns : 400 - turns;
            bar->setValue(int(qint64(bar->maximum()) * place / 200));
            if (++turns > 400) loop.quit();
        });
        knocker.answers.clear();  // the start of the window is measured elsewhere
        wheel.start(10);
        loop.exec();
        knocker.stop();
        knocker.judge("while thousands of clips scroll");
    }
};

QTEST_MAIN(TestResponsiveness)
#include "tst_responsiveness.moc"
