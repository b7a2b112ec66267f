// What tells of trouble and what keeps from it: sentinel of a launch, diagnostics without private data, the log as it grows, and a
// machine that stays awake, against a bus of the test's own.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QComboBox>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusUnixFileDescriptor>
#include <QDockWidget>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpression>
#include <QStandardPaths>

#include "engine/api/log.h"
#include "tests/ui/ui_test_support.h"
#include "ui/dialogs/diagnostics_panel.h"
#include "ui/docks/log_panel.h"
#include "ui/session/launch_sentinel.h"
#include "ui/session/sleep_guard.h"
#include "ui/widgets/notice_bar.h"

using namespace timeripple;
using namespace timeripple::ui;
using LastEnd = LaunchSentinel::LastEnd;

namespace {

void leave(const QTemporaryDir& folder, const QString& name, const QByteArray& text) {
    QFile file(folder.filePath(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

// Stands for logind: hands out the end of a pipe and tells by it whether the lock is still held.
class FakeLogind : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.login1.Manager")
  public:
    QStringList asked;
    int read_end = -1;
    bool held() const {
        char byte;
        return read_end >= 0 && ::read(read_end, &byte, 1) != 0;  // 0: nobody holds the other end
    }
  public Q_SLOTS:
    QDBusUnixFileDescriptor Inhibit(const QString& what, const QString& who, const QString& why, const QString& mode) {
        asked << what << who << why << mode;
        int ends[2];
        if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return {};
        read_end = ends[0];
        QDBusUnixFileDescriptor lock(ends[1]);
        ::close(ends[1]);
        return lock;
    }
};

}  // namespace

class TestHealth : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // Killed and started again at once: the dead one may still be in the kernel's table.
    void a_dead_process_that_nobody_has_buried_is_dead() {
        QTemporaryDir folder;
        const pid_t child = ::fork();
        if (child == 0) {
            ::pause();
            ::_exit(0);
        }
        QFile stat(QStringLiteral("/proc/%1/stat").arg(child));
        QVERIFY(stat.open(QIODevice::ReadOnly));
        const QByteArray text = stat.readAll();
        const QByteArray started = text.mid(text.lastIndexOf(')') + 2).split(' ').value(19);
        leave(folder, QStringLiteral("running-%1").arg(child), "stands " + started);
        QCOMPARE(LaunchSentinel(folder.path()).lastEnd(), LastEnd::Proper);  // it lives
        ::kill(child, SIGKILL);
        siginfo_t info{};
        QCOMPARE(::waitid(P_PID, id_t(child), &info, WEXITED | WNOWAIT), 0);  // it has ended and stays as it is
        QCOMPARE(LaunchSentinel(folder.path()).lastEnd(), LastEnd::Crashed);
        ::waitpid(child, nullptr, 0);
    }

    void a_proper_end_leaves_nothing() {
        QTemporaryDir folder;
        { LaunchSentinel sentinel(folder.path()); }
        QCOMPARE(LaunchSentinel(folder.path()).lastEnd(), LastEnd::Proper);
        QVERIFY(QDir(folder.path()).isEmpty());
    }

    void a_killed_process_is_told() {
        QTemporaryDir folder;
        leave(folder, QStringLiteral("running-999999999"), "stands 1");
        {
            LaunchSentinel next(folder.path());
            QCOMPARE(next.lastEnd(), LastEnd::Crashed);
        }
        QCOMPARE(LaunchSentinel(folder.path()).lastEnd(), LastEnd::Proper);  // told once
    }

    void one_that_never_stood_is_told_apart() {
        QTemporaryDir folder;
        leave(folder, QStringLiteral("running-999999999"), "starting 1");
        leave(folder, QStringLiteral("running-999999998"), "stands 1");
        QCOMPARE(LaunchSentinel(folder.path()).lastEnd(), LastEnd::CrashedEarly);
    }

    void a_living_window_is_no_crash() {
        QTemporaryDir folder;
        LaunchSentinel first(folder.path());
        first.stands();
        // A second process, seen from a third: both live.
        QCOMPARE(LaunchSentinel(folder.path()).lastEnd(), LastEnd::Proper);
        leave(folder, QStringLiteral("running-%1").arg(::getpid()), "stands 17");  // this number again, after a reboot
        QCOMPARE(LaunchSentinel(folder.path()).lastEnd(), LastEnd::Crashed);
    }

    void rubbish_and_no_folder_do_no_harm() {
        QTemporaryDir folder;
        leave(folder, QStringLiteral("running-x"), "\0\1");
        LaunchSentinel rubbish(folder.path());
        LaunchSentinel nowhere(QStringLiteral("/proc/no/such/place"));
        QCOMPARE(nowhere.lastEnd(), LastEnd::Proper);
        nowhere.stands();
    }

    void a_notice_is_read_and_closed() {
        TestStudio studio;
        studio.show();
        bool chosen = false;
        studio.window.notice()->showNotice(QStringLiteral("Something happened."), {{QStringLiteral("Do it"), [&chosen] { chosen = true; }}});
        QVERIFY(studio.window.notice()->isVisible());
        for (auto* button : studio.window.notice()->findChildren<QPushButton*>()) {
            if (button->text() == QLatin1String("Do it")) button->click();
        }
        QVERIFY(chosen);
        QVERIFY(!studio.window.notice()->isVisible());
    }

    void private_data_stays_out_unless_wished() {
        DiagnosticsInput input;
        input.request = smallRequest("my secret idea");
        input.request.model_path = "/home/someone/models/secret";
        QTemporaryDir logs;
        leave(logs, QStringLiteral("timeripple.log"), "2026-01-01T00:00:00.000Z 1 error media: /home/someone/secret.mp4: no such file\n");
        input.log_folder = logs.path();
        QString all;
        for (const QString& text : diagnosticsOf(input)) all += text;
        QVERIFY2(!all.contains(QStringLiteral("secret")), qPrintable(all));
        QVERIFY2(!all.contains(QStringLiteral("someone")), qPrintable(all));
        QVERIFY(all.contains(QStringLiteral("no such file")));
        QVERIFY(all.contains(QStringLiteral("Qt 6")));
        QVERIFY(all.contains(QStringLiteral("\"steps\"")));
        for (const char* line : {"The file /home/Jane Doe/films/my own film.mp4 cannot be read.", "wrote /home/Jane Doe/clip.mkv: no room"}) {
            const QString without = withoutPrivate(QString::fromLatin1(line));
            QVERIFY2(!without.contains(QStringLiteral("Doe")) && !without.contains(QStringLiteral("film")), qPrintable(without));
        }
        QVERIFY(withoutPrivate(QStringLiteral("The file /home/Jane Doe/my film.mp4 cannot be read.")).endsWith(QStringLiteral("<path> cannot be read.")));
        input.with_private = true;
        all.clear();
        for (const QString& text : diagnosticsOf(input)) all += text;
        QVERIFY(all.contains(QStringLiteral("my secret idea")) && all.contains(QStringLiteral("/home/someone/secret.mp4")));
    }

    void the_bundle_is_written_or_says_why_not() {
        QTemporaryDir folder;
        TestStudio studio;
        studio.show();
        studio.action("help.diagnostics")->trigger();
        auto* panel = studio.window.findChild<DiagnosticsPanel*>();
        QVERIFY(panel && panel->isVisible() && !panel->isModal());
        panel->write(folder.path());
        const QStringList made = QDir(folder.path()).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
        QCOMPARE(made.size(), 1);
        QCOMPARE(QDir(folder.filePath(made[0])).entryList(QDir::Files), QStringList({"report.txt", "settings.json", "timeripple.log"}));
        panel->write(QStringLiteral("/proc/nowhere"));
        QVERIFY2(panel->outcome().contains(QStringLiteral("/proc/nowhere")), qPrintable(panel->outcome()));
    }

    void the_log_grows_while_it_is_shown() {
        TestStudio studio;
        studio.show();
        engine::log_info("test", "before it was shown");
        studio.action("help.log")->trigger();
        auto* panel = studio.window.findChild<LogPanel*>();
        QTRY_VERIFY(panel->isVisible());
        QTRY_VERIFY(panel->text().contains(QStringLiteral("before it was shown")));
        engine::log_warning("test", "a warning while it is shown");
        QTRY_VERIFY(panel->text().contains(QStringLiteral("a warning while it is shown")));
        panel->findChild<QComboBox*>()->setCurrentIndex(1);
        QVERIFY(panel->text().contains(QStringLiteral("a warning while")));
        QVERIFY(!panel->text().contains(QStringLiteral("before it was shown")));
    }

    void the_machine_stays_awake_while_it_should() {
        const QString daemon = QStandardPaths::findExecutable(QStringLiteral("dbus-daemon"));
        if (daemon.isEmpty()) QSKIP("There is no dbus-daemon here.");
        QProcess bus;
        bus.start(daemon, {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--print-address")});
        QVERIFY(bus.waitForStarted() && bus.waitForReadyRead());
        const QString address = QString::fromLocal8Bit(bus.readLine()).trimmed();
        {
            QDBusConnection service = QDBusConnection::connectToBus(address, QStringLiteral("service"));
            QDBusConnection client = QDBusConnection::connectToBus(address, QStringLiteral("client"));
            FakeLogind logind;
            QVERIFY(service.registerObject(QStringLiteral("/org/freedesktop/login1"), &logind, QDBusConnection::ExportAllSlots));
            QVERIFY(service.registerService(QStringLiteral("org.freedesktop.login1")));
            SleepGuard guard(client, client);
            guard.setAwake(true);
            QTRY_VERIFY(guard.holds());
            QCOMPARE(logind.asked.first(), QStringLiteral("sleep:idle"));
            QVERIFY(logind.held());
            guard.setAwake(false);
            QVERIFY(!guard.holds());
            QTRY_VERIFY(!logind.held());
            // Wanted and not wanted before the answer: nothing stays held.
            guard.setAwake(true);
            guard.setAwake(false);
            QTRY_COMPARE(logind.asked.size(), 8);
            QTRY_VERIFY(!logind.held());
            QVERIFY(!guard.holds());
        }
        QDBusConnection::disconnectFromBus(QStringLiteral("service"));
        QDBusConnection::disconnectFromBus(QStringLiteral("client"));
        bus.terminate();
        QVERIFY(bus.waitForFinished());
    }

    void without_a_bus_nothing_happens() {
        const QDBusConnection none(QStringLiteral("no such connection"));
        SleepGuard guard(none, none);
        guard.setAwake(true);
        QVERIFY(!guard.holds());
        guard.setAwake(false);
    }
};

QTEST_MAIN(TestHealth)
#include "tst_health.moc"
