// Keys that the user changes, and undo over every setting.
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QPushButton>

#include "tests/ui/ui_test_support.h"
#include "ui/dialogs/shortcut_sheet.h"
#include "ui/session/settings_undo.h"
#include "ui/widgets/recipe_card.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

const Actions::Entry& entryOf(Actions& actions, const char* id) {
    for (const auto& entry : actions.entries()) {
        if (entry.id == QLatin1String(id)) return entry;
    }
    qFatal("no action %s", id);
}

void collect(const QMenu* menu, QSet<QAction*>& found) {
    for (QAction* action : menu->actions()) {
        found << action;
        if (action->menu()) collect(action->menu(), found);
    }
}

}  // namespace

class TestKeysAndUndo : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void every_action_is_in_a_menu() {
        TestStudio studio;
        QSet<QAction*> found;
        for (QAction* top : studio.window.menuBar()->actions()) collect(top->menu(), found);
        for (const auto& entry : studio.window.actions().entries()) {
            QVERIFY2(found.contains(entry.action), qPrintable(entry.id));
            QVERIFY2(!entry.name.isEmpty(), qPrintable(entry.id));
        }
    }

    void menus_open_by_keys() {
        TestStudio studio;
        studio.show();
        QSet<QString> letters;
        for (const QAction* top : studio.window.menuBar()->actions()) letters << QKeySequence::mnemonic(top->text()).toString();
        QCOMPARE(letters.size(), studio.window.menuBar()->actions().size());
        QVERIFY(!letters.contains(QString()));
        studio.action("view.menus")->trigger();
        auto* first = studio.window.menuBar()->actions().first()->menu();
        QTRY_VERIFY(first->isVisible());
        first->close();
    }

    void a_taken_key_is_refused_in_place() {
        TestStudio studio;
        auto* sheet = studio.window.shortcutSheet();
        sheet->show();
        sheet->edit(QStringLiteral("edit.seed"));
        const QKeySequence before = studio.action("edit.seed")->shortcut();
        QVERIFY(!sheet->tryKey(QKeySequence(QStringLiteral("Ctrl+E"))));
        QVERIFY2(sheet->message().contains(QStringLiteral("Export")), qPrintable(sheet->message()));
        QCOMPARE(studio.action("edit.seed")->shortcut(), before);
        QVERIFY(sheet->tryKey(QKeySequence(QStringLiteral("Ctrl+Alt+R"))));
        QVERIFY(sheet->message().isEmpty());
        QCOMPARE(studio.action("edit.seed")->shortcut(), QKeySequence(QStringLiteral("Ctrl+Alt+R")));
    }

    void changed_keys_can_be_undone() {
        TestStudio studio;
        Actions& actions = studio.window.actions();
        QUndoStack& stack = studio.workspace.undoStack();
        auto* sheet = studio.window.shortcutSheet();
        sheet->edit(QStringLiteral("edit.seed"));
        QVERIFY(sheet->tryKey({}));
        sheet->edit(QStringLiteral("play.toggle"));
        QVERIFY(sheet->tryKey(QKeySequence(QStringLiteral("Ctrl+R"))));  // was the seed's
        stack.undo();
        QCOMPARE(entryOf(actions, "play.toggle").plain_key, QKeySequence(Qt::Key_Space));
        QVERIFY(entryOf(actions, "edit.seed").key().isEmpty());
        stack.undo();
        QCOMPARE(entryOf(actions, "edit.seed").key(), QKeySequence(QStringLiteral("Ctrl+R")));
        QVERIFY(studio.settings.ownKeys().isEmpty());
        stack.redo();
        stack.redo();
        QCOMPARE(entryOf(actions, "play.toggle").key(), QKeySequence(QStringLiteral("Ctrl+R")));
        QCOMPARE(studio.settings.ownKeys().size(), 2);
    }

    void own_keys_are_remembered_and_can_be_reset() {
        QTemporaryDir folder;
        const QString ini = folder.filePath(QStringLiteral("studio.ini"));
        AppSettings settings(ini);
        Workspace workspace(fakeEngine());
        {
            MainWindow window(&workspace, &settings, nullptr);
            QVERIFY(window.actions().setKey(QStringLiteral("play.toggle"), QKeySequence(Qt::Key_Insert)));
            QVERIFY(window.actions().setKey(QStringLiteral("run.cancel"), QKeySequence()));
            QVERIFY(window.actions().setKey(QStringLiteral("edit.seed"), QKeySequence(Qt::Key_Space)));  // was the player's
        }
        MainWindow window(&workspace, &settings, nullptr);
        QCOMPARE(entryOf(window.actions(), "play.toggle").plain_key, QKeySequence(Qt::Key_Insert));
        QVERIFY(entryOf(window.actions(), "play.toggle").action->text().endsWith(QStringLiteral("\tIns")));
        QVERIFY(entryOf(window.actions(), "run.cancel").key().isEmpty());
        QCOMPARE(entryOf(window.actions(), "edit.seed").plain_key, QKeySequence(Qt::Key_Space));
        window.actions().resetKeys();
        QCOMPARE(entryOf(window.actions(), "play.toggle").plain_key, QKeySequence(Qt::Key_Space));
        QCOMPARE(entryOf(window.actions(), "run.cancel").key(), QKeySequence(Qt::Key_Escape));
        QVERIFY(settings.ownKeys().isEmpty());
    }

    void damaged_keys_are_passed_over() {
        TestStudio studio;
        studio.window.actions().setOwnKeys({{QStringLiteral("no.such"), QStringLiteral("Ctrl+K")},
                                            {QStringLiteral("edit.seed"), QStringLiteral("Ctrl+E")}});  // taken
        QSet<QString> keys;
        for (const auto& entry : studio.window.actions().entries()) {
            if (entry.key().isEmpty()) continue;
            QVERIFY2(!keys.contains(entry.key().toString()), qPrintable(entry.id));
            keys << entry.key().toString();
        }
    }

    void a_changed_key_works_and_the_sheet_shows_it() {
        TestStudio studio;
        studio.show();
        studio.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&studio.window));
        studio.window.actions().setKey(QStringLiteral("edit.prompt"), QKeySequence(QStringLiteral("Ctrl+Alt+P")));
        studio.window.pages()->focusPage(QStringLiteral("watch"));
        QTest::keyClick(&studio.window, Qt::Key_P, Qt::ControlModifier | Qt::AltModifier);
        QVERIFY(qobject_cast<QPlainTextEdit*>(QApplication::focusWidget()));
        bool shown = false;
        for (auto* button : studio.window.shortcutSheet()->findChildren<QPushButton*>()) {
            shown = shown || button->text() == QStringLiteral("Ctrl+Alt+P");
        }
        QVERIFY(shown);
    }

    void every_setting_can_be_undone() {
        TestStudio studio;
        studio.show();
        auto* panel = studio.window.promptPanel();
        panel->undo().begin(panel->request());
        const auto first = panel->request();
        auto* prompt = panel->findChild<QPlainTextEdit*>();
        std::vector<engine::GenerationRequest> states{first};
        auto note = [&] {
            QVERIFY2(panel->request() != states.back(), qPrintable(QString::number(states.size())));
            states.push_back(panel->request());
            panel->undo().stack()->setActive(true);
        };
        QTest::keyClicks(prompt, QStringLiteral("x"));
        note();
        QTest::keyClicks(panel->findChildren<QLineEdit*>().first(), QStringLiteral("snow"));
        note();
        for (auto* box : panel->findChildren<QSpinBox*>()) {
            box->stepBy(1);
            note();
        }
        for (auto* box : panel->findChildren<QDoubleSpinBox*>()) {
            box->stepBy(1);
            note();
        }
        panel->choosePreset(0);
        note();
        panel->drawSeed();
        note();
        for (auto* box : panel->findChildren<QComboBox*>()) {
            if (!box->isEditable()) continue;
            box->setCurrentText(QStringLiteral("96 × 96"));
            note();
        }
        auto* stack = panel->undo().stack();
        while (stack->canUndo()) stack->undo();
        QVERIFY(panel->request() == first);
        while (stack->canRedo()) stack->redo();
        QVERIFY(panel->request() == states.back());
    }

    void ctrl_z_in_a_field_undoes_the_last_setting() {
        TestStudio studio;
        studio.show();
        studio.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&studio.window));
        auto* panel = studio.window.promptPanel();
        panel->undo().begin(panel->request());
        const auto before = panel->request();
        panel->choosePreset(0);
        panel->focusPrompt();
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(panel->request() == before);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(panel->request().attention == engine::AttentionMode::Dense);
    }

    void settings_of_a_file_are_one_step() {
        TestStudio studio;
        studio.show();
        auto* panel = studio.window.promptPanel();
        QUndoStack& stack = studio.workspace.undoStack();
        panel->undo().begin(panel->request());
        const auto before = panel->request();
        auto other = smallRequest("a white leaf");
        other.steps = 31;
        other.width = 96;
        Q_EMIT studio.window.findChild<RecipeCard*>()->applied(other);
        QVERIFY(panel->request() == other);
        QCOMPARE(stack.count(), 1);
        stack.undo();
        QVERIFY(panel->request() == before);
        QVERIFY(stack.canRedo());
        stack.redo();
        QVERIFY(panel->request() == other);
        // With another model beside them.
        QTemporaryDir model;
        auto with_model = before;
        with_model.model_path = model.path().toStdString();
        Q_EMIT studio.window.findChild<RecipeCard*>()->applied(with_model);
        QCOMPARE(stack.count(), 2);
        QCOMPARE(panel->request().prompt, before.prompt);
        stack.undo();
        QVERIFY(panel->request() == other);
        stack.redo();
        QCOMPARE(panel->request().prompt, before.prompt);
    }

    // Undo of a run that began meanwhile comes too late; its redo must not run it twice.
    void a_run_that_began_is_not_added_twice() {
        TestStudio studio;
        QUndoStack& stack = studio.workspace.undoStack();
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
        studio.workspace.enqueue(smallRequest());
        stack.undo();
        stack.redo();
        QCOMPARE(studio.workspace.queue().rowCount(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kPatienceMs);
        stack.undo();
        stack.redo();
        QCOMPARE(studio.workspace.queue().rowCount(), 0);
        QCOMPARE(studio.workspace.clips().rowCount(), 1);
    }

    // undo^n redo^n is the identity for queue, ratings and trash too, and for what the library holds of them.
    void random_edits_of_queue_and_history_come_back() {
        QTemporaryDir folder;
        Workspace workspace(fakeEngine(), folder.path());
        QSignalSpy kept(&workspace.library(), &Library::clipKept);
        workspace.enqueueAll({smallRequest("a"), smallRequest("b"), smallRequest("c")});
        QTRY_COMPARE_WITH_TIMEOUT(kept.size(), 3, kPatienceMs);
        workspace.setQueuePaused(true);
        workspace.undoStack().clear();
        JobQueueModel& queue = workspace.queue();
        ClipListModel& clips = workspace.clips();
        auto settle = [&] {  // lists are read by the writer, in the order of the edits
            bool done = false;
            workspace.library().whenWritten([&] { done = true; });
            QTRY_VERIFY_WITH_TIMEOUT(done, kPatienceMs);
        };
        auto state = [&] {
            settle();
            QStringList parts;
            for (const quint64 id : queue.order()) parts << QString::number(id);
            for (int row = 0; row < clips.rowCount(); ++row) {
                const ClipEntry* entry = clips.find(clips.idAt(row));
                parts << QStringLiteral("%1 rated %2").arg(clips.idAt(row)).arg(entry ? entry->rating : -1);
            }
            return parts;
        };
        const QStringList first = state();
        quint32 random = 4711;
        auto below = [&random](int limit) { return int((random = random * 1664525u + 1013904223u) / 7 % quint32(limit)); };
        for (int i = 0; i < 120; ++i) {
            const int jobs = queue.rowCount();
            const int rows = clips.rowCount();
            switch (below(6)) {
                case 0: workspace.enqueue(smallRequest()); break;
                case 1: workspace.compare(smallRequest()); break;
                case 2: if (jobs > 1) workspace.moveJob(queue.at(below(jobs)).id, below(jobs)); break;
                case 3: if (jobs > 0) workspace.removeJob(queue.at(below(jobs)).id); break;
                case 4: if (rows > 0) workspace.setRating(clips.idAt(below(rows)), below(6)); break;
                case 5: if (rows > 1) workspace.trashClips({clips.idAt(below(rows))}); break;
            }
        }
        const QStringList last = state();
        QVERIFY(last != first);
        const int count = workspace.undoStack().index();
        QVERIFY(count > 40);
        while (workspace.undoStack().canUndo()) workspace.undoStack().undo();
        QCOMPARE(state(), first);
        while (workspace.undoStack().canRedo()) workspace.undoStack().redo();
        QCOMPARE(state(), last);
        QString notice;
        auto database = LibraryDatabase::open(folder.filePath(QStringLiteral("library.db")), &notice);
        QVERIFY(database.ok());
        const auto jobs = (*database)->jobs();
        QVERIFY(jobs.ok());
        std::vector<quint64> stored;
        for (const QueuedJob& job : *jobs) stored.push_back(job.id);
        QCOMPARE(stored, queue.order());
    }

    void typing_is_one_step() {
        engine::GenerationRequest shown;
        SettingsUndo undo([&](const engine::GenerationRequest& request) { shown = request; });
        auto request = smallRequest("");
        undo.begin(request);
        for (char letter : std::string("fish")) {
            request.prompt += letter;
            undo.record(request);
        }
        request.steps = 30;
        undo.record(request);
        QCOMPARE(undo.stack()->count(), 2);
        QCOMPARE(undo.stack()->undoText(), QStringLiteral("steps"));
        undo.stack()->undo();
        QCOMPARE(shown.prompt, std::string("fish"));
        QCOMPARE(shown.steps, 8);
        undo.stack()->undo();
        QVERIFY(shown.prompt.empty());
    }

    // undo^n redo^n is the identity, whatever was edited.
    void random_edits_come_back() {
        engine::GenerationRequest shown;
        SettingsUndo undo([&](const engine::GenerationRequest& request) {
            shown = request;
            undo.record(request);  // as the panel does
        });
        auto request = smallRequest();
        undo.begin(request);
        const auto first = request;
        quint32 random = 12345;
        auto below = [&random](quint32 limit) { return (random = random * 1664525u + 1013904223u) / 7 % limit; };
        for (int i = 0; i < 200; ++i) {
            switch (below(6)) {
                case 0: request.prompt += char('a' + below(26)); break;
                case 1: request.seed = below(100); break;
                case 2: request.steps = int(1 + below(50)); break;
                case 3: request.width = int(16 * (1 + below(20))); break;
                case 4: request.ripple.schedule.theta_max = below(100) / 100.0; break;
                case 5: undo.stack()->undo(); request = shown.width ? shown : request; break;
            }
            undo.record(request);
        }
        const int count = undo.stack()->index();
        for (int i = 0; i < count; ++i) undo.stack()->undo();
        QVERIFY(shown == first);
        for (int i = 0; i < count; ++i) undo.stack()->redo();
        QVERIFY(shown == request);
    }
};

QTEST_MAIN(TestKeysAndUndo)
#include "tst_keys_and_undo.moc"
