#pragma once
// Menus, docks and pages put together, and which of them hears of what. No rules of its own: those are in the Workspace.

#include <QMainWindow>

#include "ui/session/workspace.h"

class QComboBox;
class QLabel;
class QTabWidget;

namespace timeripple::ui {

class Actions;
class AppSettings;
class ComparePage;
class ExportPanel;
class HistoryPanel;
class PlaybackClock;
class PromptPanel;
class QueuePanel;
class RunPanel;
class ShortcutSheet;
class Theme;
class WatchPage;

class MainWindow final : public QMainWindow {
    Q_OBJECT
  public:
    // All three outlive the window; `theme` may be null (tests).
    MainWindow(Workspace* workspace, AppSettings* settings, Theme* theme, QWidget* parent = nullptr);
    ~MainWindow() override;

    WatchPage* watchPage() { return watch_; }
    ComparePage* comparePage() { return compare_; }
    PromptPanel* promptPanel() { return prompt_; }
    RunPanel* runPanel() { return run_; }
    ExportPanel* exportPanel();
    ShortcutSheet* shortcutSheet();
    Actions& actions() { return *actions_; }
    QTabWidget* pages() { return pages_; }
    void openPath(const QString& path);

  protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    QDockWidget* makeDock(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area, QSize size);
    void buildDocks();
    void buildTopBar();
    void buildActions();
    void connectWorkspace();
    void connectPanels();
    void foldPanels();
    void restoreLayout();

    void showPage(int page);
    void generate();
    void compare();
    void showClip(quint64 id);
    void restoreSettingsOf(quint64 id);
    void showExport(quint64 id);
    void showShares();
    void chooseOpen();
    void chooseModelFolder();
    void fillModels();
    void saveFramePicture();
    PlaybackClock* activeClock();
    quint64 shownClip() const { return shown_clip_; }

    Workspace* workspace_;
    AppSettings* settings_;
    Theme* theme_;
    Actions* actions_;
    quint64 shown_clip_ = 0;
    bool follow_runs_ = true;  // the Watch page shows the running job, not a clip of the past

    QTabWidget* pages_;
    WatchPage* watch_;
    ComparePage* compare_;
    PromptPanel* prompt_;
    RunPanel* run_;
    HistoryPanel* history_;
    QueuePanel* queue_;
    QDockWidget* prompt_dock_ = nullptr;
    QDockWidget* run_dock_ = nullptr;
    QDockWidget* history_dock_ = nullptr;
    QDockWidget* queue_dock_ = nullptr;
    QComboBox* models_ = nullptr;
    QLabel* device_ = nullptr;
    QLabel* facts_ = nullptr;
    ExportPanel* export_ = nullptr;
    ShortcutSheet* sheet_ = nullptr;
};

}  // namespace timeripple::ui
