// The window over the fake engine: keyboard, names, errors in place, recipes dropped on it, what is remembered.
#include <QAccessible>
#include <QClipboard>
#include <QComboBox>
#include <QDialog>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>

#include "engine/api/recipe.h"
#include "tests/ui/ui_test_support.h"
#include "ui/docks/queue_panel.h"
#include "ui/main_window/dock_layout.h"
#include "ui/dialogs/export_panel.h"
#include "ui/dialogs/shortcut_sheet.h"
#include "ui/session/settings_undo.h"
#include "ui/widgets/error_card.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/playback_clock.h"
#include "ui/widgets/recipe_card.h"
#include "ui/widgets/segmented_control.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

// Of all pages and panels, shown or not: each that takes the focus has a name, and is something to a screen reader.
QStringList namelessWidgets(QWidget* root) {
    QStringList nameless;
    for (QWidget* widget : root->findChildren<QWidget*>()) {
        if (widget->inherits("QComboBoxListView")) continue;  // the list of a box speaks through the box
        if (widget->focusPolicy() == Qt::NoFocus || widget->focusProxy() || widget->objectName().startsWith(QLatin1String("qt_"))) continue;
        if (auto* label = qobject_cast<QLabel*>(widget); label && label->text().isEmpty()) continue;  // named by what it says
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
        const bool something = face && face->role() != QAccessible::NoRole && (face->role() != QAccessible::Client || !(widget->focusPolicy() & Qt::TabFocus));
        if (!something || face->text(QAccessible::Name).trimmed().isEmpty()) {
            nameless << QStringLiteral("%1 %2 in %3").arg(QString::fromLatin1(widget->metaObject()->className()), widget->objectName(),
                                                         QString::fromLatin1(widget->parentWidget()->metaObject()->className()));
        }
    }
    return nameless;
}

void clickIn(QWidget* parent, const char* text) {
    for (auto* button : parent->findChildren<QPushButton*>()) {
        if (button->text() == QLatin1String(text) && button->isVisible()) return QTest::mouseClick(button, Qt::LeftButton);
    }
    QFAIL(text);
}

void drop(QWidget* target, const QMimeData& data) {
    QDragEnterEvent enter(QPoint(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(target, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(target, &event);
}

void drop(QWidget* target, const QString& path) {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    drop(target, data);
}

}  // namespace

class TestMainWindow : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void every_focusable_widget_has_a_name() {
        TestStudio studio;
        engine::ModelInfo model = engine::fake_model_info();
        model.vocabulary.groups = {{"colours", {"red", "blue"}}};
        Q_EMIT studio.workspace.modelChanged(model);
        studio.show();
        studio.action("help.diagnostics")->trigger();
        studio.window.notice()->showNotice(QStringLiteral("A notice"), {{QStringLiteral("A choice"), [] {}}});
        for (QWidget* top : std::initializer_list<QWidget*>{&studio.window, studio.window.exportPanel(), studio.window.shortcutSheet()}) {
            const QStringList nameless = namelessWidgets(top);
            QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QLatin1Char('\n'))));
        }
    }

    void tab_reaches_every_part() {
        TestStudio studio;
        studio.show();
        studio.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&studio.window));
        QSet<QWidget*> reached;
        for (int i = 0; i < 200; ++i) {
            QWidget* focus = QApplication::focusWidget();
            if (focus) reached << focus;
            QTest::keyClick(focus ? focus : &studio.window, Qt::Key_Tab);
        }
        for (QWidget* widget : studio.window.findChildren<QWidget*>()) {
            const bool tab_stop = widget->focusPolicy() & Qt::TabFocus && widget->isVisible() && widget->isEnabled() && !widget->focusProxy();
            if (!tab_stop || qobject_cast<QTabWidget*>(widget) || widget->objectName().startsWith(QLatin1String("qt_"))) continue;
            // Of an exclusive row only the chosen button is a stop; arrows move on.
            if (qobject_cast<SegmentedControl*>(widget->parentWidget())) continue;
            QVERIFY2(reached.contains(widget), qPrintable(QStringLiteral("%1 '%2'").arg(QString::fromLatin1(widget->metaObject()->className()),
                                                                                        widget->accessibleName())));
        }
    }

    void shortcuts_are_not_ambiguous() {
        TestStudio studio;
        QSet<QString> keys;
        for (const auto& entry : studio.window.actions().entries()) {
            const QKeySequence key = entry.key();
            if (key.isEmpty()) continue;  // panels and the like: a key is given by who wants one
            QVERIFY2(!keys.contains(key.toString()), qPrintable(entry.id));
            keys << key.toString();
        }
    }

    void a_run_by_keyboard_alone() {
        TestStudio studio;
        studio.show();
        studio.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&studio.window));
        auto* prompt = studio.window.findChild<QPlainTextEdit*>();
        QTest::keyClick(&studio.window, Qt::Key_L, Qt::ControlModifier);
        QCOMPARE(QApplication::focusWidget(), prompt);
        QTest::keyClicks(prompt, QStringLiteral("a jolly blue star"));  // J, K, L and S are letters here
        QCOMPARE(prompt->toPlainText(), QStringLiteral("a jolly blue star"));
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
        QTest::keyClick(prompt, Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(ended.wait(kPatienceMs));
        QCOMPARE(studio.workspace.clips().rowCount(), 1);
        QCOMPARE(QString::fromStdString(studio.workspace.clips().at(0).clip().request.prompt), QStringLiteral("a jolly blue star"));

        PlaybackClock* clock = studio.window.watchPage()->clock();
        QCOMPARE(clock->length(), 9);
        QTest::keyClick(prompt, Qt::Key_1, Qt::AltModifier);  // to the page: its keys act now
        QVERIFY(!prompt->hasFocus());
        clock->setPlaying(false);
        QTest::keyClick(&studio.window, Qt::Key_Home);
        QCOMPARE(clock->position(), 0);
        QTest::keyClick(&studio.window, Qt::Key_Period);
        QTest::keyClick(&studio.window, Qt::Key_Period);
        QTest::keyClick(&studio.window, Qt::Key_Comma);
        QCOMPARE(clock->position(), 1);
        QTest::keyClick(&studio.window, Qt::Key_End);
        QCOMPARE(clock->position(), 8);
        QTest::keyClick(&studio.window, Qt::Key_Space);
        QVERIFY(clock->playing());
        QTest::keyClick(&studio.window, Qt::Key_K);
        QVERIFY(!clock->playing());
        QTest::keyClick(&studio.window, Qt::Key_J);
        QVERIFY(clock->playing() && clock->speed() < 0);
        QTest::keyClick(&studio.window, Qt::Key_L);
        QTest::keyClick(&studio.window, Qt::Key_L);
        QCOMPARE(clock->speed(), 2.0);
        QTest::keyClick(&studio.window, Qt::Key_F1);
        QVERIFY(studio.window.shortcutSheet()->isVisible());
    }

    void escape_cancels() {
        TestStudio studio("[hang]");
        studio.show();
        studio.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&studio.window));
        QVERIFY(!studio.action("run.cancel")->isEnabled());
        QSignalSpy updated(&studio.workspace, &Workspace::runUpdated);
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
        studio.action("run.generate")->trigger();
        QVERIFY(updated.wait(kPatienceMs));
        QVERIFY(studio.action("run.cancel")->isEnabled());
        QTest::keyClick(&studio.window, Qt::Key_Escape);
        QVERIFY(ended.wait(kPatienceMs));
        QCOMPARE(ended[0][1].toULongLong(), 0ull);
        QVERIFY(!studio.window.watchPage()->errorShown());  // cancelled is no failure
        QVERIFY(!studio.action("run.cancel")->isEnabled());
    }

    void the_window_closes_while_a_run_works() {
        for (int i = 0; i < 5; ++i) {
            TestStudio studio("[hang]");
            studio.show();
            QSignalSpy updated(&studio.workspace, &Workspace::runUpdated);
            studio.action("run.generate")->trigger();
            QVERIFY(updated.wait(kPatienceMs));
            studio.window.close();
        }
    }

    void errors_are_a_card_in_place() {
        TestStudio studio("[fail:oom]");
        studio.show();
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
        studio.action("run.generate")->trigger();
        QVERIFY(ended.wait(kPatienceMs));
        QVERIFY(studio.window.watchPage()->errorShown());
        ErrorCard* card = studio.window.watchPage()->errorCard();
        QVERIFY(card->isVisible());
        QVERIFY(card->text().contains(QStringLiteral("Choose a smaller size")));
        for (auto* button : card->findChildren<QPushButton*>()) {
            if (button->accessibleName().contains(QStringLiteral("Copy"))) button->click();
        }
        QCOMPARE(QApplication::clipboard()->text(), card->text());
        for (QWidget* top : QApplication::topLevelWidgets()) QVERIFY(!top->isModal());
        // The next good run takes the card away.
        studio.window.promptPanel()->setRequest(smallRequest());
        studio.action("run.generate")->trigger();
        QVERIFY(ended.wait(kPatienceMs));
        QVERIFY(!studio.window.watchPage()->errorShown());
    }

    void a_failed_decode_offers_to_decode_again() {
        TestStudio studio("[fail:decode]");
        studio.show();
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
        studio.action("run.generate")->trigger();
        QVERIFY(ended.wait(kPatienceMs));
        clickIn(studio.window.watchPage()->errorCard(), "Decode again in tiles");
        QVERIFY(ended.wait(kPatienceMs));
        QCOMPARE(studio.workspace.clips().rowCount(), 1);
    }

    // Its card was replaced by the run after it: a click on its row brings it back, with the way on.
    void a_failed_run_can_be_tried_again_from_its_card() {
        TestStudio studio("[fail:oom]");
        studio.show();
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
        studio.action("run.generate")->trigger();
        QVERIFY(ended.wait(kPatienceMs));
        studio.workspace.enqueue(smallRequest());
        QVERIFY(ended.wait(kPatienceMs));
        QVERIFY(!studio.window.watchPage()->errorShown());
        auto* view = studio.window.queuePanel()->findChild<QListView*>();
        const QPoint row = view->visualRect(studio.workspace.queue().index(0)).center();
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, row);
        QVERIFY(studio.window.watchPage()->errorShown());
        clickIn(studio.window.watchPage()->errorCard(), "Try again");
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 3, kPatienceMs);
    }

    void a_pasted_command_line_shows_what_differs() {
        TestStudio studio("something else");
        studio.show();
        auto made = smallRequest("it's a green leaf");
        made.guidance_scale = 5.5;
        made.model_path.clear();
        QApplication::clipboard()->setText(QString::fromStdString(engine::command_line_of(made)) + QStringLiteral(" -o clip.mp4\n"));
        studio.action("edit.paste")->trigger();
        auto* card = studio.window.findChild<RecipeCard*>();
        QVERIFY(card->isVisible());
        QCOMPARE(studio.window.promptPanel()->request().prompt, std::string("something else"));
        QTest::keyClick(card, Qt::Key_Return);
        const auto back = studio.window.promptPanel()->request();
        QCOMPARE(back.prompt, made.prompt);
        QCOMPARE(back.guidance_scale, made.guidance_scale);
        QVERIFY(back.ripple == made.ripple && back.attention == made.attention);
        // Dropped as text, here as the recipe itself.
        QMimeData data;
        data.setText(QString::fromStdString(engine::to_json(smallRequest("a blue star"))));
        drop(&studio.window, data);
        QVERIFY(card->isVisible());
        QCOMPARE(card->recipe().prompt, std::string("a blue star"));
        card->hide();
        QApplication::clipboard()->setText(QStringLiteral("just words"));
        studio.action("edit.paste")->trigger();
        QVERIFY(!card->isVisible());
    }

    void a_dropped_clip_brings_all_settings_back() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("clip.mkv"));
        auto made = smallRequest("a green leaf circles");
        made.negative_prompt = "snow";
        made.guidance_scale = 5.5;
        made.seed = 12345678901234567890ull;
        {
            TestStudio studio;
            studio.window.promptPanel()->setRequest(made);
            QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
            studio.action("run.generate")->trigger();
            QVERIFY(ended.wait(kPatienceMs));
            ExportPanel* panel = studio.window.exportPanel();
            panel->setClip(studio.workspace.clips().at(0).id);
            panel->setPath(path);
            panel->setFormat(engine::ExportFormat::MkvFfv1);
            panel->setPath(path);
            QSignalSpy exported(panel, &ExportPanel::exported);
            panel->start();
            QVERIFY(exported.wait(kPatienceMs));
            QVERIFY(QFile::exists(path));
        }
        TestStudio studio("something else");
        studio.show();
        QSignalSpy opened(&studio.workspace, &Workspace::fileOpened);
        drop(&studio.window, path);
        QVERIFY(opened.wait(kPatienceMs));
        // First what differs; nothing is changed before it is wanted.
        auto* card = studio.window.findChild<RecipeCard*>();
        QVERIFY(card->isVisible());
        QCOMPARE(studio.window.promptPanel()->request().prompt, std::string("something else"));
        QStringList texts;
        for (const QLabel* label : card->findChildren<QLabel*>()) texts << label->text();
        for (const char* text : {"\"something else\"", "\"a green leaf circles\"", "\"snow\"", "5.5"}) {
            QVERIFY2(texts.contains(QString::fromLatin1(text)), text);
        }
        QTest::keyClick(card, Qt::Key_Return);
        QVERIFY(!card->isVisible());
        const auto back = studio.window.promptPanel()->request();
        QCOMPARE(back.prompt, made.prompt);
        QCOMPARE(back.negative_prompt, made.negative_prompt);
        QCOMPARE(back.seed, made.seed);
        QCOMPARE(back.guidance_scale, made.guidance_scale);
        QCOMPARE(back.frames, made.frames);
        QCOMPARE(back.steps, made.steps);
        QVERIFY(back.ripple == made.ripple);
        QCOMPARE(studio.workspace.clips().rowCount(), 1);  // and the clip is shown
        QCOMPARE(studio.window.watchPage()->clock()->length(), 9);
        studio.action("edit.undo")->trigger();
        QCOMPARE(studio.window.promptPanel()->request().prompt, std::string("something else"));
        drop(&studio.window, path);
        QVERIFY(opened.wait(kPatienceMs));
        QTest::keyClick(card, Qt::Key_Escape);
        QVERIFY(!card->isVisible());
        QCOMPARE(studio.window.promptPanel()->request().prompt, std::string("something else"));
    }

    void a_dropped_recipe_without_clip_works_too() {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("recipe.json")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        engine::Recipe recipe;
        recipe.request = smallRequest("only words");
        file.write(QByteArray::fromStdString(engine::to_json(recipe)));
        file.close();
        TestStudio studio;
        studio.show();
        QSignalSpy opened(&studio.workspace, &Workspace::fileOpened);
        drop(&studio.window, file.fileName());
        QVERIFY(opened.wait(kPatienceMs));
        QTest::keyClick(studio.window.findChild<RecipeCard*>(), Qt::Key_Return);
        QCOMPARE(studio.window.promptPanel()->request().prompt, std::string("only words"));
        QCOMPARE(studio.workspace.clips().rowCount(), 0);
    }

    void a_dropped_preset_file_is_taken_in() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("mine.json"));
        TestStudio studio;
        engine::RipplePreset preset;
        preset.name = "Calm";
        preset.settings.schedule.theta_max = 0.37;
        QSignalSpy saved(&studio.workspace, &Workspace::presetSaved);
        studio.workspace.savePreset(preset, path);
        QVERIFY(saved.wait(kPatienceMs));
        studio.show();
        drop(&studio.window, path);
        QVERIFY(saved.wait(kPatienceMs));  // among the user's own
        const auto request = studio.window.promptPanel()->request();
        QCOMPARE(request.preset_name, std::string("Calm · mine"));
        QCOMPARE(request.ripple.schedule.theta_max, 0.37);
        QVERIFY(engine::find_preset(engine::fake_model_info(), request, "Calm · mine").ok());
        studio.action("edit.undo")->trigger();
        QVERIFY(studio.window.promptPanel()->request().ripple == smallRequest().ripple);
        QSignalSpy failed(&studio.workspace, &Workspace::fileFailed);
        studio.workspace.savePreset(preset, folder.filePath(QStringLiteral("no/such/folder.json")));
        QVERIFY(failed.wait(kPatienceMs));
    }

    void rubbish_dropped_is_a_sentence() {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("rubbish.mp4")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("rubbish");
        file.close();
        TestStudio studio;
        studio.show();
        QSignalSpy failed(&studio.workspace, &Workspace::fileFailed);
        drop(&studio.window, file.fileName());
        QVERIFY(failed.wait(kPatienceMs));
        QVERIFY(studio.window.watchPage()->errorShown());
        QVERIFY(studio.window.watchPage()->errorCard()->text().contains(QStringLiteral("rubbish.mp4")));
    }

    void settings_and_layout_are_remembered() {
        QTemporaryDir folder;
        const QString ini = folder.filePath(QStringLiteral("studio.ini"));
        auto request = smallRequest("remember me");
        request.steps = 17;
        {
            AppSettings settings(ini);
            Workspace workspace(fakeEngine());
            MainWindow window(&workspace, &settings, nullptr);
            window.promptPanel()->setRequest(request);
            window.promptPanel()->setSeedLocked(true);
            window.resize(1300, 800);
            window.show();
            QVERIFY(QTest::qWaitForWindowExposed(&window));
            window.resizeDocks({window.docks().find(QStringLiteral("prompt"))}, {340}, Qt::Horizontal);
            QTRY_COMPARE(window.docks().find(QStringLiteral("prompt"))->width(), 340);
            window.close();
        }
        AppSettings settings(ini);
        Workspace workspace(fakeEngine());
        MainWindow window(&workspace, &settings, nullptr);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QCOMPARE(window.docks().find(QStringLiteral("prompt"))->width(), 340);
        QCOMPARE(window.promptPanel()->request().prompt, request.prompt);
        QCOMPARE(window.promptPanel()->request().steps, 17);
        QVERIFY(window.promptPanel()->seedLocked());
        QCOMPARE(window.size(), QSize(1300, 800));
    }

    void damaged_settings_give_defaults() {
        QTemporaryDir folder;
        const QString ini = folder.filePath(QStringLiteral("studio.ini"));
        QFile file(ini);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[clip]\nrequest={broken\n[window]\ngeometry=nonsense\nstate=@Invalid()\n\x01\x02");
        file.close();
        AppSettings settings(ini);
        Workspace workspace(fakeEngine());
        MainWindow window(&workspace, &settings, nullptr);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        window.promptPanel()->setRequest(smallRequest());
        QVERIFY(window.promptPanel()->ready());
    }

    void a_locked_seed_stays_and_a_free_one_changes() {
        TestStudio studio;
        auto* panel = studio.window.promptPanel();
        QCOMPARE(panel->nextRequest().seed, 5ull);  // fresh from a recipe: used as it is
        const auto second = panel->nextRequest().seed;
        const auto third = panel->nextRequest().seed;
        QVERIFY(second != 5 || third != 5);
        panel->setSeedLocked(true);
        const auto held = panel->nextRequest().seed;
        QCOMPARE(panel->nextRequest().seed, held);
    }

    void a_preset_is_lit_only_with_exactly_its_settings() {
        TestStudio studio;
        studio.show();
        auto* panel = studio.window.promptPanel();
        const auto* segments = panel->findChild<SegmentedControl*>();
        auto own = [panel] {
            for (const auto* label : panel->findChildren<QLabel*>()) {
                if (label->text() == QStringLiteral("Own")) return label->isVisible();
            }
            return false;
        };
        QVERIFY(own());  // as smallRequest() has it
        QCOMPARE(segments->current(), -1);
        panel->choosePreset(2);
        QCOMPARE(segments->current(), 2);
        QVERIFY(!own());
        const auto balanced = panel->request();
        QCOMPARE(balanced.preset_name, std::string("Balanced"));
        panel->undo().separate();
        // The nearest preset is not the chosen one.
        auto* threshold = panel->findChild<QDoubleSpinBox*>(QStringLiteral("threshold"));
        threshold->setValue(balanced.ripple.schedule.theta_max + 0.01);
        QVERIFY(own());
        QCOMPARE(segments->current(), -1);
        QVERIFY(panel->request().preset_name.empty());
        panel->undo().stack()->undo();
        QCOMPARE(segments->current(), 2);
        // A name alone does not light it either: a recipe may carry one whose settings were others.
        auto named = smallRequest();
        named.preset_name = "Balanced";
        panel->setRequest(named);
        QVERIFY(own());
        panel->choosePreset(0);
        QCOMPARE(segments->current(), 0);
        QVERIFY(!own());
    }

    // What is careful for 8 steps is not what is careful for 30.
    void a_chosen_preset_follows_the_number_of_steps() {
        TestStudio studio;
        studio.show();
        auto* panel = studio.window.promptPanel();
        panel->choosePreset(2);
        auto request = panel->request();
        for (auto* box : panel->findChildren<QSpinBox*>()) {
            if (box->accessibleName() == QStringLiteral("Steps")) box->setValue(30);
        }
        const auto now = panel->request();
        QCOMPARE(now.steps, 30);
        QCOMPARE(now.preset_name, std::string("Balanced"));
        QVERIFY(now.ripple == panel->presets()[1].settings);
        QVERIFY(now.ripple != request.ripple);
        QCOMPARE(panel->findChild<SegmentedControl*>()->current(), 2);
        studio.window.promptPanel()->undo().stack()->undo();
        QVERIFY(panel->request() == request);
        // Own settings stay as they are.
        request.ripple.schedule.theta_max = 0.77;
        panel->setRequest(request);
        for (auto* box : panel->findChildren<QSpinBox*>()) {
            if (box->accessibleName() == QStringLiteral("Steps")) box->setValue(31);
        }
        QVERIFY(panel->request().ripple == request.ripple);
    }

    void impossible_settings_say_so_and_do_not_run() {
        TestStudio studio;
        auto request = smallRequest();
        request.width = 100;
        studio.window.promptPanel()->setRequest(request);
        QVERIFY(!studio.window.promptPanel()->ready());
        studio.action("run.generate")->trigger();
        QVERIFY(!studio.workspace.running());
    }

    void narrow_windows_fold_the_right_panel() {
        TestStudio studio;
        studio.window.resize(1000, 760);
        studio.show();
        auto* run = studio.window.findChild<QDockWidget*>(QStringLiteral("run"));
        auto* prompt = studio.window.findChild<QDockWidget*>(QStringLiteral("prompt"));
        QVERIFY2(studio.window.width() < 1100, qPrintable(QString::number(studio.window.width())));
        QVERIFY(studio.window.tabifiedDockWidgets(prompt).contains(run));
        studio.window.resize(1400, 860);
        QTRY_VERIFY(!studio.window.tabifiedDockWidgets(prompt).contains(run));
    }

    void compare_shows_both_with_curves() {
        TestStudio studio;
        studio.show();
        QSignalSpy ready(&studio.workspace, &Workspace::comparisonReady);
        studio.action("run.compare")->trigger();
        QVERIFY(ready.wait(kPatienceMs));
        QCOMPARE(studio.window.pages()->currentIndex(), 1);
        ComparePage* page = studio.window.comparePage();
        QVERIFY(page->referenceId() != 0 && page->candidateId() != 0);
        for (auto mode : {ComparePage::Wipe, ComparePage::Difference, ComparePage::Blink, ComparePage::SideBySide}) {
            page->setMode(mode);
            QVERIFY(!page->grab().isNull());
        }
        const quint64 left = page->referenceId();
        page->swap();
        QCOMPARE(page->candidateId(), left);
    }

    void steps_can_be_looked_at_again() {
        TestStudio studio("a small red ball [slow]");
        studio.show();
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
        studio.action("run.generate")->trigger();
        QVERIFY(ended.wait(kPatienceMs));
        WatchPage* watch = studio.window.watchPage();
        QCOMPARE(watch->clock()->length(), 9);
        studio.window.runPanel()->setLayer(1);
        QCOMPARE(watch->selection().layer, 1);
        watch->setStep(4);
        QCOMPARE(watch->clock()->length(), 3);  // latent frames of the preview
        QCOMPARE(watch->shownMap()->step, 4);
        studio.action("view.clip")->trigger();
        QCOMPARE(watch->clock()->length(), 9);
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
