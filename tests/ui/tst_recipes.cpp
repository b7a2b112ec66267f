// Recipes saved by name: kept in the library, shown with what they would change, renamed, deleted and brought back, shared as files.
#include <QAbstractItemModelTester>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>

#include "engine/api/recipe.h"
#include "tests/ui/ui_test_support.h"
#include "ui/docks/recipes_panel.h"
#include "ui/main_window/dock_layout.h"
#include "ui/widgets/recipe_card.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

QStringList namesIn(const RecipeListModel& recipes) {
    QStringList names;
    for (int row = 0; row < recipes.rowCount(); ++row) names << recipes.index(row).data().toString();
    return names;
}

}  // namespace

class TestRecipes : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void rows_stand_by_name() {
        RecipeListModel recipes;
        QAbstractItemModelTester tester(&recipes, QAbstractItemModelTester::FailureReportingMode::Fatal);
        for (const char* name : {"pond", "apple", "zoo", "leaf"}) recipes.put({QString::fromLatin1(name), smallRequest(name)});
        QCOMPARE(namesIn(recipes), QStringList({"apple", "leaf", "pond", "zoo"}));
        recipes.put({QStringLiteral("leaf"), smallRequest("another")});
        QCOMPARE(recipes.rowCount(), 4);
        QVERIFY(recipes.find(QStringLiteral("leaf"))->request.prompt == "another");
        recipes.rename(QStringLiteral("apple"), QStringLiteral("tree"));
        recipes.remove(QStringLiteral("nobody"));
        QCOMPARE(namesIn(recipes), QStringList({"leaf", "pond", "tree", "zoo"}));
        QSignalSpy wished(&recipes, &RecipeListModel::renameRequested);
        QVERIFY(!recipes.setData(recipes.index(0), QStringLiteral("  "), Qt::EditRole));
        QVERIFY(recipes.setData(recipes.index(0), QStringLiteral(" oak "), Qt::EditRole));
        QTRY_COMPARE(wished.size(), 1);
        QCOMPARE(wished[0][1].toString(), QStringLiteral("oak"));
        QCOMPARE(namesIn(recipes).first(), QStringLiteral("leaf"));  // only a wish so far
    }

    // undo^n redo^n is the identity, here and in the library.
    void every_edit_can_be_undone_and_outlives_the_program() {
        QTemporaryDir folder;
        auto settled = [](Workspace& workspace) {
            bool done = false;
            workspace.library().whenWritten([&] { done = true; });
            QTRY_VERIFY_WITH_TIMEOUT(done, kPatienceMs);
        };
        {
            Workspace workspace(fakeEngine(), folder.path());
            settled(workspace);
            QUndoStack& stack = workspace.undoStack();
            QCOMPARE(workspace.saveRecipe(QStringLiteral("Fish"), smallRequest("a fish")), QStringLiteral("Fish"));
            QCOMPARE(workspace.saveRecipe(QStringLiteral("Fish"), smallRequest("a fish")), QStringLiteral("Fish"));  // it is there
            QCOMPARE(stack.count(), 1);
            QCOMPARE(workspace.saveRecipe(QStringLiteral("Fish"), smallRequest("a ring")), QStringLiteral("Fish 2"));
            QCOMPARE(workspace.saveRecipe(QStringLiteral("Leaf"), smallRequest("a leaf")), QStringLiteral("Leaf"));
            QCOMPARE(workspace.renameRecipe(QStringLiteral("Leaf"), QStringLiteral("Fish")), QStringLiteral("Fish 3"));
            workspace.removeRecipe(QStringLiteral("Fish"));
            QCOMPARE(namesIn(workspace.recipes()), QStringList({"Fish 2", "Fish 3"}));
            while (stack.canUndo()) stack.undo();
            QCOMPARE(workspace.recipes().rowCount(), 0);
            while (stack.canRedo()) stack.redo();
            QCOMPARE(namesIn(workspace.recipes()), QStringList({"Fish 2", "Fish 3"}));
            stack.undo();
            QVERIFY(workspace.recipes().find(QStringLiteral("Fish"))->request == smallRequest("a fish"));
        }
        Workspace workspace(fakeEngine(), folder.path());
        QTRY_COMPARE_WITH_TIMEOUT(namesIn(workspace.recipes()), QStringList({"Fish", "Fish 2", "Fish 3"}), kPatienceMs);
        QVERIFY(workspace.recipes().find(QStringLiteral("Fish 3"))->request == smallRequest("a leaf"));
    }

    void by_keyboard_alone() {
        TestStudio studio("a large orange fish moves left in dark water and comes back");
        studio.show();
        studio.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&studio.window));
        auto* panel = studio.window.findChild<RecipesPanel*>();
        auto* card = studio.window.findChild<RecipeCard*>();
        QVERIFY(!panel->isVisible());
        const auto first = studio.window.promptPanel()->request();
        QTest::keyClick(&studio.window, Qt::Key_S, Qt::ControlModifier);
        QVERIFY(panel->isVisible());
        auto* name = qobject_cast<QLineEdit*>(QApplication::focusWidget());
        QVERIFY(name && name->selectedText() == QStringLiteral("a large orange fish moves left in dark"));
        QTest::keyClicks(name, QStringLiteral("Water"));
        QTest::keyClick(name, Qt::Key_Return);
        QCOMPARE(namesIn(studio.workspace.recipes()), QStringList({"Water"}));
        studio.window.promptPanel()->setRequest(smallRequest("a white ball"));
        const auto second = studio.window.promptPanel()->request();

        // First what it would change, then the change; both can be left.
        QTest::keyClick(&studio.window, Qt::Key_O, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(QApplication::focusWidget(), panel->view());
        QTest::keyClick(panel->view(), Qt::Key_Return);
        QVERIFY(card->isVisible());
        QStringList texts;
        for (const QLabel* label : card->findChildren<QLabel*>()) texts << label->text();
        QVERIFY2(texts.contains(QStringLiteral("\"a white ball\"")), qPrintable(texts.join(QLatin1Char('\n'))));
        QVERIFY(studio.window.promptPanel()->request() == second);
        QTest::keyClick(card, Qt::Key_Escape);
        QVERIFY(studio.window.promptPanel()->request() == second);
        QTest::keyClick(panel->view(), Qt::Key_Return);
        QTest::keyClick(card, Qt::Key_Return);
        QVERIFY(studio.window.promptPanel()->request() == first);
        QTRY_VERIFY(!studio.window.promptPanel()->visibleRegion().isEmpty());  // what changed can be seen
        studio.action("edit.undo")->trigger();
        QVERIFY(studio.window.promptPanel()->request() == second);

        studio.action("edit.recipes")->trigger();
        QTest::keyClick(panel->view(), Qt::Key_F2);
        auto* editor = panel->view()->viewport()->findChild<QLineEdit*>();
        QVERIFY(editor);
        QVERIFY(!editor->accessibleName().isEmpty());
        editor->setText(QStringLiteral("Dark water"));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(namesIn(studio.workspace.recipes()), QStringList({"Dark water"}));
        QCOMPARE(panel->current(), QStringLiteral("Dark water"));
        QTest::keyClick(panel->view(), Qt::Key_Delete);
        QCOMPARE(studio.workspace.recipes().rowCount(), 0);
        studio.action("edit.undo")->trigger();
        QCOMPARE(namesIn(studio.workspace.recipes()), QStringList({"Dark water"}));
        studio.action("edit.undo")->trigger();
        QCOMPARE(namesIn(studio.workspace.recipes()), QStringList({"Water"}));
    }

    void a_taken_name_is_said() {
        TestStudio studio;
        studio.show();
        auto* panel = studio.window.findChild<RecipesPanel*>();
        studio.action("edit.recipe")->trigger();
        Q_EMIT panel->saveRequested(QStringLiteral("Fish"));
        studio.window.promptPanel()->setRequest(smallRequest("another"));
        Q_EMIT panel->saveRequested(QStringLiteral("Fish"));
        QCOMPARE(namesIn(studio.workspace.recipes()), QStringList({"Fish", "Fish 2"}));
        QCOMPARE(panel->current(), QStringLiteral("Fish 2"));
        bool said = false;
        for (const auto* label : studio.window.findChildren<QLabel*>()) said = said || label->text().contains(QStringLiteral("saved as Fish 2"));
        QVERIFY(said);
    }

    void a_recipe_goes_out_as_a_file_and_comes_back() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("fish.json"));
        TestStudio studio;
        studio.show();
        QSignalSpy saved(&studio.workspace, &Workspace::recipeSaved);
        QSignalSpy opened(&studio.workspace, &Workspace::fileOpened);
        studio.workspace.saveRecipeFile(smallRequest("a shared fish"), path);
        QVERIFY(saved.wait(kPatienceMs));
        const auto read = engine::read_recipe(path.toStdString());
        QVERIFY(read.ok());
        QVERIFY(read->request == smallRequest("a shared fish"));
        studio.window.openPath(path);
        QVERIFY(opened.wait(kPatienceMs));
        QVERIFY(studio.window.findChild<RecipeCard*>()->isVisible());
        QSignalSpy failed(&studio.workspace, &Workspace::fileFailed);
        studio.workspace.saveRecipeFile(smallRequest(), folder.filePath(QStringLiteral("no/such/folder.json")));
        QVERIFY(failed.wait(kPatienceMs));
    }
};

QTEST_MAIN(TestRecipes)
#include "tst_recipes.moc"
