#pragma once
// Puts the studio together and owns its parts: settings, theme, workspace, window.

#include <QString>
#include <memory>

class QApplication;

namespace timeripple::ui {
class AppSettings;
class MainWindow;
class Theme;
class Workspace;
}  // namespace timeripple::ui

namespace timeripple::app {

struct StudioOptions {
    QString model_path;  // empty: the built-in model
    QString open_path;   // a clip or recipe to open; empty: none
};

class Application {
  public:
    Application(QApplication& qt, const StudioOptions& options);
    ~Application();
    void show();

  private:
    void onFirstPicture();

    StudioOptions options_;
    std::unique_ptr<ui::AppSettings> settings_;
    std::unique_ptr<ui::Theme> theme_;
    std::unique_ptr<ui::Workspace> workspace_;
    std::unique_ptr<ui::MainWindow> window_;
};

}  // namespace timeripple::app
