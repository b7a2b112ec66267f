#pragma once
// Puts the studio together and owns its parts: settings, theme, workspace, window.

#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <memory>

#include "app/studio/quit_signals.h"

class QApplication;

namespace timeripple::ui {
class AppSettings;
class MainWindow;
class Theme;
class LaunchSentinel;
class Workspace;
}  // namespace timeripple::ui

namespace timeripple::app {

struct StudioOptions {
    QString model_path;  // empty: the built-in model
    QString open_path;   // a clip or recipe to open; empty: none
    QString library;     // the folder of queue and history
    bool safe_start = false;  // nothing of the last session is restored, nothing of this one is kept
};

class Application {
  public:
    Application(QApplication& qt, const StudioOptions& options);
    ~Application();
    void show();
    // A second start: to the front, and what it was to open.
    void come(const QStringList& paths);
    // The program to start once this one has let go of everything; empty: none.
    const QStringList& next() const { return next_; }

  private:
    std::unique_ptr<ui::AppSettings> makeSettings();
    void makeWindow();
    // The window again with what is spoken now; what runs goes on.
    void remakeWindow();
    void tellLastEnd();
    void startAgain(bool safely);
    void onFirstPicture();

    QApplication& qt_;
    QStringList next_;
    StudioOptions options_;
    QuitSignals quit_signals_;
    std::unique_ptr<ui::LaunchSentinel> sentinel_;
    QTemporaryDir safe_folder_;  // settings of a safe start
    std::unique_ptr<ui::AppSettings> settings_;
    std::unique_ptr<ui::Theme> theme_;
    std::unique_ptr<ui::Workspace> workspace_;
    std::unique_ptr<ui::MainWindow> window_;
};

}  // namespace timeripple::app
