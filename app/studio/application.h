#pragma once
// Puts the studio together and owns its parts: settings, theme, workspace, window.

#include <QString>
#include <QStringList>
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
    QString library;     // the folder of queue and history
};

class Application {
  public:
    Application(QApplication& qt, const StudioOptions& options);
    ~Application();
    void show();
    // A second start: to the front, and what it was to open.
    void come(const QStringList& paths);

  private:
    void onFirstPicture();

    StudioOptions options_;
    std::unique_ptr<ui::AppSettings> settings_;
    std::unique_ptr<ui::Theme> theme_;
    std::unique_ptr<ui::Workspace> workspace_;
    std::unique_ptr<ui::MainWindow> window_;
};

}  // namespace timeripple::app
