// The window's session outlives every end: it is on the disk a moment after each edit, whole or not at all. A child process edits its
// prompt without end and writes down what it found on the disk; it is killed at random moments.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <QDockWidget>
#include <QFile>
#include <QPlainTextEdit>
#include <QProcess>
#include <QRandomGenerator>
#include <QTimer>
#include <QToolButton>

#include "tests/ui/ui_test_support.h"
#include "ui/main_window/dock_layout.h"
#include "ui/settings/session_file.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

constexpr const char* kFolderVariable = "TIMERIPPLE_SESSION_FOLDER";
constexpr int kKills = 10;

QString sessionPath(const QString& folder) { return folder + QStringLiteral("/studio.session.json"); }

// What a program that starts now would find.
WindowSession onDisk(const QString& folder) { return SessionFile(sessionPath(folder)).session(); }

// The number at the end of the prompt; -1: none.
int numberIn(const WindowSession& session) {
    const QString prompt = session.request ? QString::fromStdString(session.request->prompt) : QString();
    bool is_number = false;
    const int number = prompt.section(QLatin1Char(' '), -1).toInt(&is_number);
    return is_number ? number : -1;
}

int child(QApplication& application, const QString& folder) {
    AppSettings settings(folder + QStringLiteral("/studio.ini"));
    Workspace workspace(fakeEngine());
    MainWindow window(&workspace, &settings, nullptr);
    window.show();
    auto* prompt = window.promptPanel()->findChild<QPlainTextEdit*>();
    const int log = ::open(QFile::encodeName(folder + QStringLiteral("/found.log")).constData(), O_WRONLY | O_APPEND | O_CREAT, 0644);
    int number = numberIn(settings.session().session());
    int found = number;
    QTimer clock;
    QObject::connect(&clock, &QTimer::timeout, &window, [&] {
        prompt->setPlainText(QStringLiteral("a red ball %1").arg(++number));
        const int now = numberIn(onDisk(folder));
        if (now <= found) return;
        found = now;
        const QByteArray line = QByteArray::number(found) + '\n';
        if (::write(log, line.constData(), size_t(line.size())) != line.size()) _exit(3);
    });
    clock.start(5);
    return application.exec();
}

QList<int> foundIn(const QString& folder) {
    QFile log(folder + QStringLiteral("/found.log"));
    QList<int> numbers;
    if (!log.open(QIODevice::ReadOnly)) return numbers;
    for (const QByteArray& line : log.readAll().split('\n')) {
        if (!line.isEmpty()) numbers << line.toInt();
    }
    return numbers;
}

}  // namespace

class TestSessionKept : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void every_kind_of_change_is_there_without_a_close() {
        QTemporaryDir folder;
        AppSettings settings(folder.filePath(QStringLiteral("studio.ini")));
        Workspace workspace(fakeEngine());
        MainWindow window(&workspace, &settings, nullptr);
        window.promptPanel()->setRequest(smallRequest());
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        auto* prompt = window.promptPanel()->findChild<QPlainTextEdit*>();
        prompt->selectAll();
        QTest::keyClicks(prompt, QStringLiteral("an edited prompt"));
        QTRY_VERIFY_WITH_TIMEOUT(onDisk(folder.path()).request && onDisk(folder.path()).request->prompt == "an edited prompt", kPatienceMs);
        window.pages()->showPage(QStringLiteral("sweep"));
        QTRY_COMPARE_WITH_TIMEOUT(onDisk(folder.path()).page, QStringLiteral("sweep"), kPatienceMs);
        for (auto* button : window.findChildren<QToolButton*>()) {
            if (button->accessibleName() == QStringLiteral("Lock seed")) button->click();
        }
        QTRY_VERIFY_WITH_TIMEOUT(onDisk(folder.path()).seed_locked, kPatienceMs);
        window.docks().find(QStringLiteral("history"))->hide();
        QTRY_COMPARE_WITH_TIMEOUT(onDisk(folder.path()).layout, window.docks().save(), kPatienceMs);
        window.resize(1250, 820);
        QTRY_COMPARE_WITH_TIMEOUT(onDisk(folder.path()).geometry, window.saveGeometry(), kPatienceMs);
        window.generate();
        QTRY_VERIFY_WITH_TIMEOUT(window.shownClip() != 0, kPatienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(onDisk(folder.path()).clip, window.shownClip(), kPatienceMs);

        // As after a kill: the first window never closed.
        AppSettings again(folder.filePath(QStringLiteral("studio.ini")));
        Workspace other(fakeEngine());
        MainWindow restored(&other, &again, nullptr);
        QCOMPARE(restored.promptPanel()->request(), window.promptPanel()->request());
        QCOMPARE(restored.pages()->currentId(), window.pages()->currentId());
        QVERIFY(restored.promptPanel()->seedLocked());
        QVERIFY(restored.docks().find(QStringLiteral("history"))->isHidden());
        QCOMPARE(restored.size(), QSize(1250, 820));
    }

    // The library tells late what it holds; a kill before that must not cost the clip that was shown.
    void the_clip_is_remembered_before_the_library_knows_it() {
        QTemporaryDir folder;
        AppSettings settings(folder.filePath(QStringLiteral("studio.ini")));
        WindowSession last;
        last.clip = 12345678901234567ull;
        settings.session().put(last);
        Workspace workspace(fakeEngine());
        MainWindow window(&workspace, &settings, nullptr);
        window.saveSession();
        QCOMPARE(settings.session().session().clip, last.clip);
    }

    void the_clip_that_was_shown_is_shown_again() {
        QTemporaryDir folder;
        const QString ini = folder.filePath(QStringLiteral("studio.ini")), library = folder.filePath(QStringLiteral("library"));
        quint64 shown = 0;
        {
            AppSettings settings(ini);
            Workspace workspace(fakeEngine(), library);
            MainWindow window(&workspace, &settings, nullptr);
            window.show();
            QSignalSpy kept(&workspace.library(), &Library::clipKept);
            workspace.enqueueAll({smallRequest("a red ball"), smallRequest("a blue star")});
            QTRY_COMPARE_WITH_TIMEOUT(kept.size(), 2, kPatienceMs);
            shown = workspace.clips().idAt(1);
            window.showClip(shown);
            window.close();
        }
        AppSettings settings(ini);
        Workspace workspace(fakeEngine(), library);
        MainWindow window(&workspace, &settings, nullptr);
        window.show();
        QTRY_COMPARE_WITH_TIMEOUT(window.shownClip(), shown, kPatienceMs);
    }

    void the_last_of_many_is_written() {
        QTemporaryDir folder;
        WindowSession session;
        {
            SessionFile file(sessionPath(folder.path()));
            for (int i = 0; i < 1000; ++i) {
                session.page = QString::number(i);
                session.layout = QByteArray(i, char(i));
                file.put(session);
            }
        }
        QVERIFY(onDisk(folder.path()) == session);
    }

    void a_damaged_file_gives_defaults() {
        for (const QByteArray& text : {QByteArray("{broken"), QByteArray(), QByteArray("[1, 2]"), QByteArray("{\"version\": 99, \"page\": \"x\"}"),
                                       QByteArray("{\"version\": 1, \"request\": \"nonsense\", \"clip\": [], \"layout\": 7}")}) {
            QTemporaryDir folder;
            QFile file(sessionPath(folder.path()));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text);
            file.close();
            QVERIFY2(onDisk(folder.path()) == WindowSession{}, text.constData());
        }
    }

    void a_kill_costs_no_more_than_a_moment() {
        QTemporaryDir folder;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QLatin1String(kFolderVariable), folder.path());
        const quint32 seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        QRandomGenerator random(seed);
        for (int i = 0; i < kKills; ++i) {
            QProcess process;
            process.setProcessEnvironment(environment);
            process.setProcessChannelMode(QProcess::ForwardedChannels);
            process.start(QCoreApplication::applicationFilePath(), {});
            QVERIFY(process.waitForStarted());
            // Somewhere in the writing that follows its first or second file.
            const qsizetype wanted = foundIn(folder.path()).size() + 1 + random.bounded(2);
            QTRY_VERIFY_WITH_TIMEOUT(foundIn(folder.path()).size() >= wanted, kPatienceMs);
            QVERIFY(!process.waitForFinished(int(random.bounded(500))));  // the random moment; it ends by no will of its own
            ::kill(pid_t(process.processId()), SIGKILL);
            QVERIFY(process.waitForFinished(kPatienceMs));
            const WindowSession session = onDisk(folder.path());
            QVERIFY(session.request && !session.geometry.isEmpty() && !session.layout.isEmpty());
            QVERIFY2(numberIn(session) >= foundIn(folder.path()).last(), qPrintable(QString::number(numberIn(session))));
        }
    }
};

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const QString folder = qEnvironmentVariable(kFolderVariable);
    if (!folder.isEmpty()) return child(application, folder);
    TestSessionKept test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_session_kept.moc"
