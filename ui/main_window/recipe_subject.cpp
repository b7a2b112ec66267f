// Settings that come as a file or under a name: recipes show what differs before they change anything, presets are taken in; both go
// out again.
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QListView>

#include "engine/api/presets.h"
#include "ui/docks/prompt_panel.h"
#include "ui/docks/recipes_panel.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/dock_layout.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/pages.h"
#include "ui/main_window/window_parts.h"
#include "ui/settings/app_settings.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/recipe_card.h"

namespace timeripple::ui {
namespace {

constexpr int kSuggestedLetters = 40;

RecipeCard* offerRecipes(MainWindow& window) {
    MainWindow* w = &window;
    auto* card = new RecipeCard(window.pages());
    QObject::connect(&window.workspace(), &Workspace::fileOpened, card, [w, card](const OpenedFile& file, quint64) {
        if (!file.has_recipe) return card->hide();
        card->showRecipe(QFileInfo(file.path).fileName(), w->settingsNow(), file.recipe.request);
    });
    QObject::connect(card, &RecipeCard::applied, w, [w](const engine::GenerationRequest& request) {
        w->useSettings(request, QString::fromStdString(request.model_path));
        w->docks().find(QStringLiteral("prompt"))->raise();  // where they can be seen
        w->showMessage(MainWindow::tr("All settings of the recipe are back. Ctrl+Z takes them out again."));
    });
    return card;
}

// A beginning of the prompt, for a name that may be written over.
QString suggestedName(const engine::GenerationRequest& request) {
    const QString prompt = QString::fromStdString(request.prompt).simplified();
    if (prompt.isEmpty()) return MainWindow::tr("Recipe");
    return prompt.size() <= kSuggestedLetters ? prompt : prompt.left(prompt.lastIndexOf(QLatin1Char(' '), kSuggestedLetters));
}

void exportRecipe(MainWindow* w, const SavedRecipe& recipe) {
    QString file = recipe.name;
    file.replace(QLatin1Char('/'), QLatin1Char('-'));
    auto* dialog = new QFileDialog(w, MainWindow::tr("Save the recipe as a file"),
                                   QStringLiteral("%1/%2.json").arg(w->settings().exportFolder(), file), MainWindow::tr("Recipes (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    QObject::connect(dialog, &QFileDialog::fileSelected, w, [w, request = recipe.request](const QString& path) {
        w->workspace().saveRecipeFile(request, path);
    });
    dialog->open();
}

// The list of recipes saved by name, a tab of the left panel that is shown when it is wanted.
void addSavedRecipes(MainWindow& window, RecipeCard* card) {
    MainWindow* w = &window;
    Workspace* workspace = &window.workspace();
    auto* panel = new RecipesPanel(&workspace->recipes(), w);
    window.docks().addTab(QStringLiteral("recipes"), MainWindow::tr("Recipes"), panel, QStringLiteral("prompt"), {0, 200});
    auto connect = [w](auto* sender, auto signal, auto act) { QObject::connect(sender, signal, w, act); };
    connect(panel, &RecipesPanel::saveRequested, [w, workspace, panel](const QString& name) {
        const QString kept = workspace->saveRecipe(name, w->settingsNow());
        panel->setCurrent(kept);
        w->showMessage(kept == name ? MainWindow::tr("Saved: %1").arg(kept)
                                    : MainWindow::tr("%1 is there already, with other settings; these are saved as %2.").arg(name, kept));
    });
    connect(panel, &RecipesPanel::useRequested, [w, workspace, card](const QString& name) {
        if (const SavedRecipe* recipe = workspace->recipes().find(name)) card->showRecipe(name, w->settingsNow(), recipe->request);
    });
    connect(&workspace->recipes(), &RecipeListModel::renameRequested, [w, workspace, panel](const QString& from, const QString& to) {
        const QString name = workspace->renameRecipe(from, to);
        panel->setCurrent(name);
        if (name != to) w->showMessage(MainWindow::tr("%1 is there already; the name is %2.").arg(to, name));
    });
    connect(panel, &RecipesPanel::removeRequested, [w, workspace](const QString& name) {
        workspace->removeRecipe(name);
        w->showMessage(MainWindow::tr("%1 is deleted. Ctrl+Z brings it back.").arg(name));
    });
    connect(panel, &RecipesPanel::exportRequested, [w, workspace](const QString& name) {
        if (const SavedRecipe* recipe = workspace->recipes().find(name)) exportRecipe(w, *recipe);
    });
    const QString edit = MainWindow::tr("Edit");
    window.actions().beginSection();
    window.addAction(edit, "edit.recipe", MainWindow::tr("Save the settings as a recipe…"), QKeySequence(QKeySequence::Save), [w, panel] {
        w->docks().reveal(QStringLiteral("recipes"));
        panel->askForName(suggestedName(w->promptPanel()->request()));
    });
    window.addAction(edit, "edit.recipes", MainWindow::tr("Recipes"), QKeySequence(QStringLiteral("Ctrl+Shift+O")), [w, panel] {
        w->docks().reveal(QStringLiteral("recipes"));
        panel->view()->setFocus(Qt::ShortcutFocusReason);
    });
}

// A preset of a file never replaces one that is here: it carries the file's name, and a number where that is taken.
void takePresets(MainWindow* w, const OpenedFile& file) {
    const QString from = QFileInfo(file.path).completeBaseName();
    std::vector<engine::RipplePreset> presets = file.presets;
    for (auto& preset : presets) {
        const QString name = QString::fromStdString(preset.name);
        if (!name.contains(from)) preset.name = QStringLiteral("%1 · %2").arg(name, from).toStdString();
        preset.name = engine::free_preset_name(preset);
        w->workspace().savePreset(preset, {});
    }
    engine::GenerationRequest request = w->promptPanel()->request();
    request.attention = engine::AttentionMode::Ripple;
    request.ripple = presets.front().settings;
    request.preset_name = presets.front().name;
    w->useSettings(request, w->workspace().modelPath());
    w->showMessage(MainWindow::tr("%1 presets of %2 were taken in; %3 is chosen. Ctrl+Z goes back.")
                       .arg(presets.size())
                       .arg(QFileInfo(file.path).fileName(), presetText(request.preset_name)));
}

void shareSettings(MainWindow* w) {
    auto* dialog = new QFileDialog(w, MainWindow::tr("Save the attention settings as a preset file"),
                                   w->settings().exportFolder() + QStringLiteral("/attention.json"), MainWindow::tr("Presets (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite);  // it is added to what the file holds
    QObject::connect(dialog, &QFileDialog::fileSelected, w, [w](const QString& path) {
        const auto request = w->promptPanel()->request();
        engine::RipplePreset preset;
        preset.name = request.preset_name.empty() ? QFileInfo(path).completeBaseName().toStdString() : request.preset_name;
        preset.settings = request.ripple;
        preset.key = engine::preset_key(w->workspace().model(), request);
        preset.name = engine::free_preset_name(preset, path.toStdString());
        w->workspace().savePreset(preset, path);
    });
    dialog->open();
}

}  // namespace

void addRecipeSubject(MainWindow& window) {
    MainWindow* w = &window;
    addSavedRecipes(window, offerRecipes(window));
    QObject::connect(&window.workspace(), &Workspace::fileOpened, w, [w](const OpenedFile& file, quint64) {
        if (!file.presets.empty()) takePresets(w, file);
    });
    auto tell = [w](const QString& path) { w->showMessage(MainWindow::tr("Written: %1").arg(path)); };
    QObject::connect(&window.workspace(), &Workspace::presetSaved, w, tell);
    QObject::connect(&window.workspace(), &Workspace::recipeSaved, w, tell);
    window.addAction(MainWindow::tr("Edit"), "edit.preset", MainWindow::tr("Save the attention settings as a preset file…"),
                     QKeySequence(QStringLiteral("Ctrl+Alt+S")), [w] { shareSettings(w); });
}

}  // namespace timeripple::ui
