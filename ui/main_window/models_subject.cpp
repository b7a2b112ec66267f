// The Models page and what hangs on it.
#include "ui/docks/prompt_panel.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/pages.h"
#include "ui/main_window/window_parts.h"
#include "ui/models/model_library.h"
#include "ui/pages/models_page.h"
#include "ui/settings/app_settings.h"

namespace timeripple::ui {

void addModelsSubject(MainWindow& window) {
    MainWindow* w = &window;
    Workspace* workspace = &window.workspace();
    auto* library = new ModelLibrary(w);
    auto* page = new ModelsPage(library, w);
    page->setFolders(window.settings().scanFolders());
    window.pages()->add(QStringLiteral("models"), MainWindow::tr("Models"), page);
    window.addAction(MainWindow::tr("View"), "view.models", MainWindow::tr("Models"), QKeySequence(QStringLiteral("Alt+9")),
                     [w] { w->pages()->focusPage(QStringLiteral("models")); });

    auto show_chosen = [w, page, workspace] { page->setChosen(workspace->modelPath(), w->promptPanel()->request()); };
    QObject::connect(w->promptPanel(), &PromptPanel::changed, page, show_chosen);
    QObject::connect(workspace, &Workspace::modelChanged, page, show_chosen);
    show_chosen();

    QObject::connect(page, &ModelsPage::foldersChanged, w, [w](const QStringList& folders) { w->settings().setScanFolders(folders); });
    QObject::connect(page, &ModelsPage::modelChosen, workspace, &Workspace::changeModel);
    QObject::connect(page, &ModelsPage::settingsChosen, w,
                     [w, workspace](const QString& path, const engine::GenerationRequest& request) {
                         engine::GenerationRequest wanted = request;
                         if (path != workspace->modelPath()) {  // the model's own settings, but what the user wrote
                             const auto current = w->promptPanel()->request();
                             wanted.prompt = current.prompt;
                             wanted.negative_prompt = current.negative_prompt;
                             wanted.seed = current.seed;
                         }
                         w->useSettings(wanted, path);
                     });
    // Graphics cards are known to the engine only, and it is not opened for the first picture of the window.
    QObject::connect(page, &ModelsPage::firstShown, workspace, [workspace] { workspace->session().listDevices(); });
    QObject::connect(&workspace->session(), &GenerationSession::devicesListed, page,
                     [page](quint64, const std::vector<engine::DeviceInfo>& devices) { page->setDevices(devices); });
}

}  // namespace timeripple::ui
