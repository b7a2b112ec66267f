// kill -9 at random moments against queue and history: nothing is lost, nothing doubled, at most the running step is done again.
// A child process edits and runs without end; it writes down what the library has confirmed. 25 kills here, as many as
// TIMERIPPLE_KILLS says otherwise (the proof wants 200). With TIMERIPPLE_KILL_POND the runs are real ones of Pond.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QMap>
#include <QProcess>
#include <QRandomGenerator>
#include <QSet>
#include <QThread>
#include <QTimer>

#include "engine/api/clip_reader.h"
#include "tests/ui/ui_test_support.h"
#include "ui/library/clip_folder.h"
#include "ui/library/library.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

constexpr const char* kFolderVariable = "TIMERIPPLE_KILL_FOLDER";
constexpr const char* kFinishVariable = "TIMERIPPLE_KILL_FINISH";
constexpr int kWaitingRuns = 5;

bool withPond() { return qEnvironmentVariableIsSet("TIMERIPPLE_KILL_POND"); }

// One line by one write(): it is in the file or not there, also when the process is killed.
void note(const QString& folder, const QString& line) {
    static const int file = ::open(QFile::encodeName(folder + "/confirmed.log").constData(), O_WRONLY | O_APPEND | O_CREAT, 0644);
    const QByteArray text = line.toUtf8() + '\n';
    if (::write(file, text.constData(), size_t(text.size())) != text.size()) _exit(3);
}

engine::GenerationRequest anyRequest(QRandomGenerator& random) {
    auto request = smallRequest(random.bounded(2) == 0 ? "[slow] a red ball" : "a red ball");
    request.width = request.height = 32;
    request.frames = 5;
    request.steps = 1 + int(random.bounded(5));
    if (withPond()) {
        request.prompt = "a large orange fish moves left in dark water";
        request.width = request.height = 128;
        request.frames = 9;
        request.steps = 8;
        request.ripple.schedule.i_max = 5;
    }
    request.seed = random.generate();
    return request;
}

// Runs until it is killed; or, to finish, until nothing is left.
int child(QCoreApplication& application, const QString& folder, bool finish) {
    QRandomGenerator random(quint32(application.applicationPid()));
    Workspace workspace(withPond() ? EngineFactory(&engine::open_engine) : fakeEngine(), folder);
    Library& library = workspace.library();
    bool opened = false;
    QMap<quint64, int> sessions;  // runs that made a step here
    quint64 running = 0;
    QObject::connect(&library, &Library::opened, &workspace, [&](const LibraryContents& contents) {
        opened = true;
        note(folder, "opened");
        if (!contents.notice.isEmpty()) note(folder, "damaged " + contents.notice);
        // Ended three times before its first step: waits for somebody to say so. Here that is us.
        for (int row = 0; row < workspace.queue().rowCount(); ++row) workspace.retry(workspace.queue().at(row).id);
    });
    QObject::connect(&library, &Library::failed, &workspace, [&](const engine::Error& error) {
        note(folder, "failed " + QString::fromStdString(error.message));
    });
    QObject::connect(&library, &Library::clipKept, &workspace, [&](quint64 id) { note(folder, QStringLiteral("kept %1").arg(id)); });
    QObject::connect(&workspace, &Workspace::runUpdated, &workspace, [&](const RunRecordPtr&, const RunUpdate& update) {
        if (const QueuedJob* job = workspace.queue().running()) running = job->id;
        for (const auto& step : update.steps) {
            note(folder, QStringLiteral("%1 %2 %3").arg(sessions.contains(running) ? "step" : "first").arg(running).arg(step.step));
            sessions[running] = step.step;
        }
    });
    QTimer clock;
    clock.setInterval(finish ? 20 : 3);
    QObject::connect(&clock, &QTimer::timeout, &workspace, [&] {
        if (!opened) return;
        JobQueueModel& queue = workspace.queue();
        if (finish) {
            workspace.setQueuePaused(false);
            if (queue.rowCount() == 0 && !workspace.running()) application.quit();
            return;
        }
        if (queue.waiting() < (withPond() ? 1 : kWaitingRuns)) {
            const quint64 id = workspace.enqueue(anyRequest(random));
            library.whenWritten([&, id] { note(folder, QStringLiteral("added %1").arg(id)); });
        }
        const int rows = queue.rowCount();
        switch (random.bounded(8)) {
            case 0:
                if (rows > 1) workspace.moveJob(queue.at(int(random.bounded(rows))).id, int(random.bounded(rows)));
                break;
            case 1:
                if (rows > 2 && random.bounded(6) == 0) {
                    const QueuedJob& job = queue.at(rows - 1);
                    if (job.state != JobState::Queued) break;
                    note(folder, QStringLiteral("removes %1").arg(job.id));
                    workspace.removeJob(job.id);
                }
                break;
            case 2:
                if (random.bounded(10) == 0) workspace.setQueuePaused(!queue.paused());
                break;
            case 3:
                if (workspace.clips().rowCount() > 0) workspace.setRating(workspace.clips().idAt(0), int(random.bounded(6)));
                break;
            case 4:
                if (workspace.clips().rowCount() > 3 && random.bounded(4) == 0) {
                    workspace.trashClips({workspace.clips().idAt(1)});
                    if (random.bounded(2) == 0) workspace.undoStack().undo();
                }
                break;
            default:
                break;
        }
    });
    clock.start();
    return application.exec();
}

}  // namespace

class TestKill : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void nothing_is_lost_or_doubled() {
        const int kills = qEnvironmentVariableIsSet("TIMERIPPLE_KILLS") ? qEnvironmentVariableIntValue("TIMERIPPLE_KILLS") : 25;
        const quint32 seed = QRandomGenerator::global()->generate();
        qInfo("%d kills, seed %u", kills, seed);
        QRandomGenerator random(seed);
        QTemporaryDir folder;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(kFolderVariable, folder.path());
        for (int i = 0; i < kills; ++i) {
            QProcess process;
            process.setProcessEnvironment(environment);
            process.setProcessChannelMode(QProcess::ForwardedChannels);
            process.start(QCoreApplication::applicationFilePath(), {});
            QVERIFY(process.waitForStarted());
            QThread::msleep(withPond() ? 1000 + random.bounded(6000) : 10 + random.bounded(450));  // the random moment: while it starts, runs, writes
            QCOMPARE(process.state(), QProcess::Running);
            ::kill(pid_t(process.processId()), SIGKILL);
            QVERIFY(process.waitForFinished(kPatienceMs));
        }
        environment.insert(kFinishVariable, "1");
        QProcess last;
        last.setProcessEnvironment(environment);
        last.setProcessChannelMode(QProcess::ForwardedChannels);
        last.start(QCoreApplication::applicationFilePath(), {});
        QVERIFY(last.waitForFinished((withPond() ? 100 : 10) * kPatienceMs));
        QCOMPARE(last.exitStatus(), QProcess::NormalExit);
        QCOMPARE(last.exitCode(), 0);

        QFile log(folder.filePath("confirmed.log"));
        QVERIFY(log.open(QIODevice::ReadOnly));
        QSet<quint64> added, removed, kept;
        QMap<quint64, int> last_step;
        int resumed = 0, repeated = 0;
        for (const QByteArray& line : log.readAll().split('\n')) {
            const QByteArrayList words = line.split(' ');
            QVERIFY2(words[0] != "damaged" && words[0] != "failed", line.constData());
            const quint64 id = words.value(1).toULongLong();
            const int step = words.value(2).toInt();
            if (words[0] == "added") added << id;
            if (words[0] == "removes") removed << id;
            if (words[0] == "kept") kept << id;
            if (words[0] == "first" && last_step.contains(id)) {
                ++resumed;
                if (step == last_step[id]) ++repeated;
                QVERIFY2(step >= last_step[id], qPrintable(QStringLiteral("run %1 went back from step %2 to %3").arg(id).arg(last_step[id]).arg(step)));
            }
            if (words[0] == "first" || words[0] == "step") last_step[id] = step;
        }
        QString notice;
        auto database = LibraryDatabase::open(folder.filePath("library.db"), &notice);
        QVERIFY(database.ok() && notice.isEmpty());
        const auto rows = (*database)->allClips();
        QVERIFY(rows.ok());
        const QSet<quint64> clips(rows->begin(), rows->end());
        QCOMPARE(std::size_t(clips.size()), rows->size());
        QVERIFY((*database)->jobs()->empty());  // the last start worked them all off
        for (const quint64 id : added) QVERIFY2(clips.contains(id) || removed.contains(id), qPrintable(QStringLiteral("run %1 is lost").arg(id)));
        for (const quint64 id : kept) QVERIFY2(clips.contains(id), qPrintable(QStringLiteral("clip %1 is lost").arg(id)));
        const auto folders = scanClipFolders(folder.path());
        QCOMPARE(QSet<quint64>(folders.begin(), folders.end()), clips);
        for (const quint64 id : clips) {
            const auto frames = engine::read_clip_frames(clipFramesPath(folder.path(), id).toStdString());
            QVERIFY(frames.ok() && frames->frames == (withPond() ? 9 : 5));
        }
        QVERIFY(QDir(folder.filePath("checkpoints")).isEmpty());
        qInfo("%d kills: %d runs confirmed, %d clips whole, %d resumed, of them %d repeated one step", kills, int(added.size()), int(clips.size()),
              resumed, repeated);
    }
};

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    const QString folder = qEnvironmentVariable(kFolderVariable);
    if (!folder.isEmpty()) return child(application, folder, qEnvironmentVariableIsSet(kFinishVariable));
    // Qt Test ends a test that works longer than five minutes; real runs on a busy machine take longer.
    if (withPond() && !qEnvironmentVariableIsSet("QTEST_FUNCTION_TIMEOUT")) qputenv("QTEST_FUNCTION_TIMEOUT", "3600000");
    TestKill test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_kill.moc"
