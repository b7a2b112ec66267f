// Settings that come as a file: recipes show what differs before they change anything, presets are taken in; both go out again.
#include <QFileDialog>
#include <QFileInfo>

#include "engine/api/presets.h"
#include "engine/api/recipe.h"
#include "ui/docks/prompt_panel.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/pages.h"
#include "ui/main_window/window_parts.h"
#include "ui/settings/app_settings.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/recipe_card.h"

namespace timeripple::ui {
namespace {

void offerRecipes(MainWindow& window) {
    MainWindow* w = &window;
    auto* card = new RecipeCard(window.pages());
    QObject::connect(&window.workspace(), &Workspace::fileOpened, card, [w, card](const OpenedFile& file, quint64) {
        if (!file.has_recipe) return card->hide();
        engine::GenerationRequest now = w->promptPanel()->request();
        now.model_path = w->workspace().modelPath().toStdString();
        card->showRecipe(QFileInfo(file.path).fileName(), now, file.recipe.request);
    });
    QObject::connect(card, &RecipeCard::applied, w, [w](const engine::GenerationRequest& request) {
        w->useSettings(request, QString::fromStdString(request.model_path));
        w->showMessage(MainWindow::tr("All settings of the file are back. Ctrl+Z takes them out again."));
    });
}

// A preset of a file never replaces one that is here: it carries the file's name.
void takePresets(MainWindow* w, const OpenedFile& file) {
    const QString from = QFileInfo(file.path).completeBaseName();
    std::vector<engine::RipplePreset> presets = file.presets;
    for (auto& preset : presets) {
        const QString name = QString::fromStdString(preset.name);
        if (!name.contains(from)) preset.name = QStringLiteral("%1 · %2").arg(name, from).toStdString();
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
        w->workspace().savePreset(preset, path);
    });
    dialog->open();
}

}  // namespace

void addRecipeSubject(MainWindow& window) {
    MainWindow* w = &window;
    offerRecipes(window);
    QObject::connect(&window.workspace(), &Workspace::fileOpened, w, [w](const OpenedFile& file, quint64) {
        if (!file.presets.empty()) takePresets(w, file);
    });
    QObject::connect(&window.workspace(), &Workspace::presetSaved, w,
                     [w](const QString& path) { w->showMessage(MainWindow::tr("Written: %1").arg(path)); });
    window.addAction(MainWindow::tr("Edit"), "edit.preset", MainWindow::tr("Save the attention settings as a preset file…"),
                     QKeySequence(QStringLiteral("Ctrl+Alt+S")), [w] { shareSettings(w); });
}

}  // namespace timeripple::ui
