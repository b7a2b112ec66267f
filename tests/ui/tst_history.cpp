// Queue and history in the window: thousands of clips, search, rating, trash, groups, order, batches, undo; one program a library.
#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QScrollBar>
#include <QSpinBox>
#include <thread>

#include <unistd.h>

#include "tests/ui/many_clips.h"
#include "tests/ui/ui_test_support.h"
#include "ui/dialogs/batch_panel.h"
#include "ui/docks/history_panel.h"
#include "ui/docks/queue_panel.h"
#include "ui/library/clip_folder.h"
#include "ui/library/library_lock.h"
#include "ui/main_window/desktop_notifier.h"
#include "ui/widgets/playback_clock.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

struct KeptStudio {
    QTemporaryDir settings_folder;
    AppSettings settings{settings_folder.filePath(QStringLiteral("studio.ini"))};
    Workspace workspace;
    MainWindow window{&workspace, &settings, nullptr};
    explicit KeptStudio(const QString& library) : workspace(fakeEngine(), library) { window.promptPanel()->setRequest(smallRequest()); }
    HistoryPanel* history() { return window.historyPanel(); }
    QAction* action(const char* id) { return window.actions().find(QString::fromLatin1(id)); }
};

}  // namespace

class TestHistory : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void ten_thousand_clips_are_there_at_once_and_read_when_seen() {
        QTemporaryDir folder;
        fillLibrary(folder.path(), kManyClips);
        Library library(folder.path());
        ClipListModel model(&library, nullptr);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.refresh();
        QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), kManyClips, kPatienceMs);
        HistoryFilter filter;
        filter.words = "purple ring";
        model.setFilter(filter);
        QTRY_VERIFY_WITH_TIMEOUT(model.rowCount() > 0 && model.rowCount() < kManyClips / 10, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(model.index(0).data(ClipListModel::PromptRole).toString().contains("purple ring"), kPatienceMs);
        filter = {};
        filter.rating = 5;
        model.setFilter(filter);
        QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), kManyClips / 50, kPatienceMs);
    }

    // The GUI thread's own work is small for each event: the model hands out only what is looked at.
    void the_strip_scrolls_over_thousands() {
        QTemporaryDir folder;
        fillLibrary(folder.path(), kManyClips);
        KeptStudio studio(folder.path());
        studio.window.resize(1440, 900);
        studio.window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&studio.window));
        QTRY_COMPARE_WITH_TIMEOUT(studio.workspace.clips().rowCount(), kManyClips, kPatienceMs);
        QListView* view = studio.history()->view();
        QTRY_VERIFY_WITH_TIMEOUT(view->horizontalScrollBar()->maximum() > 100'000, kPatienceMs);
        for (int i = 0; i <= 200; ++i) {
            view->horizontalScrollBar()->setValue(int(qint64(view->horizontalScrollBar()->maximum()) * i / 200));
            QCoreApplication::processEvents();
        }
        const QModelIndex seen = view->indexAt(view->viewport()->rect().center());
        QVERIFY(seen.isValid());
        QTRY_VERIFY_WITH_TIMEOUT(seen.data(Qt::DecorationRole).value<QImage>().width() == 192, kPatienceMs);
        QCOMPARE(seen.data(ClipListModel::GroupTextRole).toString().isEmpty(), false);
        // Two rows high: a field that scrolls down.
        studio.history()->resize(600, 500);
        QVERIFY(view->isWrapping());
    }

    void runs_equal_but_for_the_seed_stand_under_one_head() {
        ClipListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        auto add = [&model](const char* prompt, std::uint64_t seed) {
            auto clip = std::make_shared<engine::Clip>();
            clip->request = smallRequest(prompt);
            clip->request.seed = seed;
            return model.add(RunRecord::ofClip(clip));
        };
        add("a fish", 1);
        add("a star", 1);
        add("a ring", 1);
        const quint64 newest = add("a fish", 2);  // its group comes to the front
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(model.idAt(0), newest);
        QCOMPARE(model.index(0).data(ClipListModel::GroupSizeRole).toInt(), 2);
        QCOMPARE(model.index(1).data(ClipListModel::GroupIndexRole).toInt(), 1);
        QVERIFY(model.index(1).data(ClipListModel::GroupTextRole).toString().contains("2 seeds"));
        QCOMPARE(model.index(2).data(ClipListModel::PromptRole).toString(), QStringLiteral("a ring"));
        QCOMPARE(model.groupOfClip(newest).size(), std::size_t(2));
    }

    void search_rate_delete_and_bring_back() {
        QTemporaryDir folder;
        fillLibrary(folder.path(), 60);
        KeptStudio studio(folder.path());
        studio.window.show();
        studio.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&studio.window));
        ClipListModel& clips = studio.workspace.clips();
        QTRY_COMPARE_WITH_TIMEOUT(clips.rowCount(), 60, kPatienceMs);
        QTest::keyClick(&studio.window, Qt::Key_F, Qt::ControlModifier);
        auto* search = qobject_cast<QLineEdit*>(QApplication::focusWidget());
        QVERIFY(search);
        QTest::keyClicks(search, "blue fish");
        QTRY_VERIFY_WITH_TIMEOUT(clips.rowCount() > 0 && clips.rowCount() < 20, kPatienceMs);
        QTest::keyClick(search, Qt::Key_Down);
        QListView* view = studio.history()->view();
        QVERIFY(view->hasFocus());
        view->setCurrentIndex(clips.index(0));
        const quint64 id = clips.idAt(0);
        QTRY_VERIFY_WITH_TIMEOUT(clips.find(id) != nullptr, kPatienceMs);
        QTest::keyClick(view, Qt::Key_4);
        QCOMPARE(clips.find(id)->rating, 4);
        const int before = clips.rowCount();
        QTest::keyClick(view, Qt::Key_Delete);
        QCOMPARE(clips.rowCount(), before - 1);
        studio.action("edit.undo")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(clips.rowCount(), before, kPatienceMs);
        studio.action("edit.undo")->trigger();
        QCOMPARE(clips.find(id)->rating, 0);
        studio.action("edit.redo")->trigger();
        QCOMPARE(clips.find(id)->rating, 4);
        QTest::keyClick(view, Qt::Key_Delete);
        search->clear();
        auto* show = studio.history()->findChild<QComboBox*>();
        show->setCurrentIndex(5);
        Q_EMIT show->activated(5);
        QTRY_COMPARE_WITH_TIMEOUT(clips.rowCount(), 1, kPatienceMs);
        Q_EMIT studio.history()->unremoveRequested({clips.idAt(0)});
        QTRY_COMPARE_WITH_TIMEOUT(clips.rowCount(), 0, kPatienceMs);
        show->setCurrentIndex(0);
        Q_EMIT show->activated(0);
        QTRY_COMPARE_WITH_TIMEOUT(clips.rowCount(), 60, kPatienceMs);
    }

    void a_clip_under_the_mouse_plays_and_a_click_shows_it() {
        QTemporaryDir folder;
        {
            Workspace workspace(fakeEngine(), folder.path());
            QSignalSpy kept(&workspace.library(), &Library::clipKept);
            workspace.enqueue(smallRequest());
            QVERIFY(kept.wait(kPatienceMs));
        }
        KeptStudio studio(folder.path());
        studio.window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&studio.window));
        QTRY_COMPARE_WITH_TIMEOUT(studio.workspace.clips().rowCount(), 1, kPatienceMs);
        const quint64 id = studio.workspace.clips().idAt(0);
        QTRY_VERIFY_WITH_TIMEOUT(studio.workspace.clips().find(id) != nullptr, kPatienceMs);
        QSignalSpy read(&studio.workspace.library(), &Library::hoverRead);
        Q_EMIT studio.history()->view()->entered(studio.workspace.clips().index(0));
        QVERIFY(read.wait(kPatienceMs));
        QCOMPARE(read[0][1].value<std::vector<QImage>>().size(), std::size_t(9));
        studio.window.showClip(id);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window.watchPage()->clock()->length(), 9, kPatienceMs);
        QVERIFY(studio.window.watchPage()->shownMap() != nullptr);  // from the disk, like the frames
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
        Q_EMIT studio.history()->rerunRequested(id, true);
        QVERIFY(ended.wait(kPatienceMs));
        QCOMPARE(studio.workspace.clips().index(0).data(ClipListModel::GroupSizeRole).toInt(), 2);
        Q_EMIT studio.history()->commandRequested(id);
        QVERIFY(QApplication::clipboard()->text().contains("a small red ball"));
    }

    void the_queue_is_ordered_paused_and_undone() {
        TestStudio studio;
        studio.show();
        JobQueueModel& queue = studio.workspace.queue();
        QAbstractItemModelTester tester(&queue, QAbstractItemModelTester::FailureReportingMode::Fatal);
        studio.workspace.setQueuePaused(true);
        std::vector<quint64> ids;
        for (int i = 0; i < 4; ++i) ids.push_back(studio.workspace.enqueue(smallRequest()));
        QVERIFY(!studio.workspace.running());
        QueuePanel* panel = studio.window.queuePanel();
        panel->view()->setCurrentIndex(queue.index(3));
        QTest::keyClick(panel->view(), Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(queue.order(), (std::vector<quint64>{ids[0], ids[1], ids[3], ids[2]}));
        // A drag, as the view hands it over.
        std::unique_ptr<QMimeData> dragged(queue.mimeData({queue.index(0)}));
        queue.dropMimeData(dragged.get(), Qt::MoveAction, 3, 0, {});
        QCOMPARE(queue.order(), (std::vector<quint64>{ids[1], ids[3], ids[0], ids[2]}));
        panel->view()->setCurrentIndex(queue.index(1));
        QTest::keyClick(panel->view(), Qt::Key_Delete);
        QCOMPARE(queue.rowCount(), 3);
        studio.action("edit.undo")->trigger();
        studio.action("edit.undo")->trigger();
        studio.action("edit.undo")->trigger();
        QCOMPARE(queue.order(), ids);
        studio.action("edit.redo")->trigger();
        QCOMPARE(queue.order(), (std::vector<quint64>{ids[0], ids[1], ids[3], ids[2]}));
        QSignalSpy ended(&studio.workspace, &Workspace::queueEnded);
        studio.action("queue.pause")->trigger();
        QVERIFY(ended.wait(kPatienceMs));
        QCOMPARE(ended[0][0].toInt(), 4);
        QCOMPARE(queue.rowCount(), 0);
        studio.action("edit.undo")->trigger();  // of runs that have ended: nothing comes back
        QCOMPARE(queue.rowCount(), 0);
    }

    void a_failed_run_waits_to_be_tried_again() {
        QTemporaryDir folder;
        {
            Workspace workspace(fakeEngine(), folder.path());
            QSignalSpy ended(&workspace, &Workspace::queueEnded);
            workspace.enqueueAll({smallRequest("[fail:oom]"), smallRequest(), smallRequest("[fail:io]")});
            QVERIFY(ended.wait(kPatienceMs));
            QCOMPARE(ended[0][0].toInt(), 1);
            QCOMPARE(ended[0][1].toInt(), 2);
        }
        Workspace workspace(fakeEngine(), folder.path());
        QTRY_COMPARE_WITH_TIMEOUT(workspace.queue().rowCount(), 2, kPatienceMs);
        QVERIFY(workspace.queue().at(0).state == JobState::Failed && workspace.queue().at(0).error.has_value());
        QSignalSpy ended(&workspace, &Workspace::queueEnded);
        workspace.retry(workspace.queue().at(0).id);
        QVERIFY(ended.wait(kPatienceMs));
    }

    void batches_of_seeds_and_prompts() {
        const auto batch = batchOf(smallRequest(), "a fish\n\n  a  star \n", 3);
        QCOMPARE(batch.size(), std::size_t(6));
        QCOMPARE(batch[2].seed, std::uint64_t(7));
        QCOMPARE(batch[3].prompt, std::string("a star"));
        TestStudio studio;
        studio.show();
        studio.workspace.setQueuePaused(true);
        studio.action("run.batch")->trigger();
        auto* panel = studio.window.findChild<BatchPanel*>();
        QVERIFY(panel->isVisible());
        panel->findChild<QPlainTextEdit*>()->setPlainText("a fish\na star");
        panel->findChild<QSpinBox*>()->setValue(4);
        for (auto* button : panel->findChildren<QPushButton*>()) button->click();
        QVERIFY(!panel->isVisible());
        QCOMPARE(studio.workspace.queue().rowCount(), 8);
        studio.action("edit.undo")->trigger();  // all of them are one edit
        QCOMPARE(studio.workspace.queue().rowCount(), 0);
    }

    void nobody_looks_so_the_desktop_says_it() {
        TestStudio studio;
        QSignalSpy sent(studio.window.findChild<DesktopNotifier*>(), &DesktopNotifier::sent);
        studio.workspace.enqueue(smallRequest());
        QVERIFY(sent.wait(kPatienceMs));
        QVERIFY(sent[0][1].toString().contains("1"));
    }

    void a_second_start_calls_the_first() {
        QTemporaryDir folder;
        LibraryLock first(folder.path());
        QVERIFY(first.acquire());
        QSignalSpy called(&first, &LibraryLock::called);
        std::thread second([&folder] {
            LibraryLock lock(folder.path());
            QVERIFY(!lock.acquire());
            QVERIFY(lock.callFirst({"/tmp/one clip.mp4", "/tmp/two.json"}));
        });
        QTRY_COMPARE_WITH_TIMEOUT(called.size(), 1, kPatienceMs);
        second.join();
        QCOMPARE(called[0][0].toStringList(), (QStringList{"/tmp/one clip.mp4", "/tmp/two.json"}));
    }

    void a_lock_of_the_dead_is_taken_over() {
        QTemporaryDir folder;
        if (qEnvironmentVariableIsSet("TIMERIPPLE_LOCK_FOLDER")) {
            LibraryLock lock(qEnvironmentVariable("TIMERIPPLE_LOCK_FOLDER"));
            QVERIFY(lock.acquire());
            ::_exit(0);  // as if killed: the lock file stays
        }
        QProcess dead;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("TIMERIPPLE_LOCK_FOLDER", folder.path());
        dead.setProcessEnvironment(environment);
        dead.start(QCoreApplication::applicationFilePath(), {"a_lock_of_the_dead_is_taken_over"});
        QVERIFY(dead.waitForFinished(kPatienceMs));
        QVERIFY(QFile::exists(folder.filePath("lock")));
        LibraryLock lock(folder.path());
        QVERIFY(lock.acquire());
    }
};

QTEST_MAIN(TestHistory)
#include "tst_history.moc"
