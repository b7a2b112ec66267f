// Settings that come as text, pasted or dropped: a command line, a recipe as JSON, the path of a file. What they would change is
// shown before they change anything.
#include <QApplication>
#include <QClipboard>
#include <QFileInfo>
#include <QUrl>

#include "engine/api/presets.h"
#include "engine/api/recipe.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/pages.h"
#include "ui/main_window/window_parts.h"
#include "ui/widgets/recipe_card.h"

namespace timeripple::ui {
namespace {

// A file by its path or address; empty: the text is none.
QString fileIn(const QString& text) {
    if (text.contains(QLatin1Char('\n'))) return {};
    const QString path = text.startsWith(QLatin1String("file:")) ? QUrl(text).toLocalFile() : text;
    return path.startsWith(QLatin1Char('/')) && QFileInfo::exists(path) ? path : QString();
}

engine::Result<engine::GenerationRequest> requestIn(const QString& text, const engine::ModelInfo& model) {
    if (text.startsWith(QLatin1Char('{'))) {
        auto recipe = engine::recipe_from_json(text.toStdString());
        if (!recipe) return recipe.error();
        return recipe->request;
    }
    engine::GenerationRequest usual = model.defaults;
    usual.model_path.clear();
    auto request = engine::request_of_command_line(text.toStdString(), usual);
    if (!request || request->preset_name.empty()) return request;
    const auto preset = engine::find_preset(model, *request, request->preset_name);
    if (!preset) return preset.error();
    request->ripple = preset->settings;
    return request;
}

void takeText(MainWindow* w, const QString& given) {
    const QString text = given.trimmed();
    if (text.isEmpty()) return w->showMessage(MainWindow::tr("There is no text on the clipboard."));
    if (const QString path = fileIn(text); !path.isEmpty()) return w->openPath(path);
    const auto request = requestIn(text, w->workspace().model());
    if (!request) return w->showMessage(QString::fromStdString(request.error().message));
    w->pages()->findChild<RecipeCard*>()->showRecipe(MainWindow::tr("the text"), w->settingsNow(), *request);
}

}  // namespace

void addPasteSubject(MainWindow& window) {
    MainWindow* w = &window;
    window.addAction(MainWindow::tr("Edit"), "edit.paste", MainWindow::tr("Paste settings"), QKeySequence(QStringLiteral("Ctrl+Shift+V")), [w] {
        const QMimeData* mime = QApplication::clipboard()->mimeData();
        const bool file = mime && mime->hasUrls() && mime->urls().first().isLocalFile();
        file ? w->openPath(mime->urls().first().toLocalFile()) : takeText(w, QApplication::clipboard()->text());
    });
    QObject::connect(w, &MainWindow::textDropped, w, [w](const QString& text) { takeText(w, text); });
}

}  // namespace timeripple::ui
