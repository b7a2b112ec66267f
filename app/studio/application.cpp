#include "app/studio/application.h"

#include <QApplication>
#include <QTimer>

#include "engine/api/engine.h"
#include "engine/api/log.h"
#include "ui/main_window/main_window.h"
#include "ui/session/workspace.h"
#include "ui/settings/app_settings.h"
#include "ui/theme/theme.h"

namespace timeripple::app {

Application::Application(QApplication& qt, const StudioOptions& options)
    : options_(options),
      settings_(std::make_unique<ui::AppSettings>()),
      theme_(std::make_unique<ui::Theme>(qt)),
      workspace_(std::make_unique<ui::Workspace>(&engine::open_engine)) {
    theme_->setChoice(settings_->theme());
    window_ = std::make_unique<ui::MainWindow>(workspace_.get(), settings_.get(), theme_.get());
}

// The window goes first, then the workspace, which stops what runs and joins its threads.
Application::~Application() { window_.reset(); }

void Application::show() {
    window_->show();
    // What the first picture does not need happens once it stands.
    QTimer::singleShot(0, window_.get(), [this] {
        workspace_->chooseModel(options_.model_path);
        if (!options_.open_path.isEmpty()) window_->openPath(options_.open_path);
        theme_->watchDesktop();
        engine::log_info("studio", engine::version_text());
    });
}

}  // namespace timeripple::app
