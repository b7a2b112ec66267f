#pragma once
// Pages, docks and menus put together, and the few acts that touch several of them. No rules of its own: those are in the
// Workspace. Actions and connections live by subject in the files of window_parts.h and use what is public here.

#include <QKeySequence>
#include <QMainWindow>
#include <QTimer>

#include "ui/session/workspace.h"

class QLabel;

namespace timeripple::ui {

class Actions;
class AppSettings;
class ComparePage;
class DockLayout;
class ExportPanel;
class HistoryPanel;
class NoticeBar;
class Pages;
class PromptPanel;
class QueuePanel;
class RunPanel;
class ShortcutSheet;
class Theme;
class TopBar;
class WatchPage;

class MainWindow final : public QMainWindow {
    Q_OBJECT
  public:
    // All three outlive the window; `theme` may be null (tests).
    MainWindow(Workspace* workspace, AppSettings* settings, Theme* theme, QWidget* parent = nullptr);
    ~MainWindow() override;

    Workspace& workspace() { return *workspace_; }
    AppSettings& settings() { return *settings_; }
    Theme* theme() { return theme_; }
    Actions& actions() { return *actions_; }
    Pages* pages() { return pages_; }
    DockLayout& docks() { return *docks_; }
    TopBar* topBar() { return top_bar_; }
    NoticeBar* notice() { return notice_; }
    WatchPage* watchPage() { return watch_; }
    ComparePage* comparePage() { return compare_; }
    PromptPanel* promptPanel() { return prompt_; }
    RunPanel* runPanel() { return run_; }
    HistoryPanel* historyPanel() { return history_; }
    QueuePanel* queuePanel() { return queue_; }
    ExportPanel* exportPanel();      // made when first wanted
    ShortcutSheet* shortcutSheet();  // likewise

    // An action in the menu `group` ("View", or "View/Panels" for a menu within) that calls `act`; menu, key and cheat sheet follow.
    // A single key (Space, J) acts only where no field wants it.
    using QMainWindow::addAction;
    template <typename Act>
    QAction* addAction(const QString& group, const char* id, const QString& text, const QKeySequence& shortcut, Act act) {
        return connected(newAction(group, id, text, shortcut), act);
    }
    template <typename Act>
    QAction* addPlainAction(const QString& group, const char* id, const QString& text, const QKeySequence& key, Act act) {
        return addAction(group, id, text, key, act);
    }

    void generate();
    void compare();
    void showClip(quint64 id);
    quint64 shownClip() const { return shown_clip_; }  // 0: a run, or nothing
    void followRun(const RunRecordPtr& run);
    bool followsRuns() const { return follow_runs_; }
    void setRunPaused(bool paused);
    void forkRun();  // with the accelerated twin as the panel has it
    void restoreSettingsOf(quint64 id);
    // The left panel's settings, with the model.
    engine::GenerationRequest settingsNow() const;
    // Settings and model as one step. A model folder that is not there any more changes nothing.
    void useSettings(const engine::GenerationRequest& request, const QString& model_path);
    // `reference`: what pairs are made with; 0: the clip's dense twin.
    void showExport(quint64 id, quint64 reference = 0);
    void showFacts();
    void showMessage(const QString& text);
    void openPath(const QString& path);
    void chooseModelFolder();
    void fillModels();
    // For a window that is made while the workspace already works: its model, what runs, what is done.
    void adoptWorkspace();
    // The clip of the last session, as soon as the library has it.
    void showWantedClip();
    // Remembers what stands where: SessionKeeper calls it a moment after each change, and it is done when the window closes.
    void saveSession();
    void chooseLanguage(const QString& code);  // empty: as the desktop

  Q_SIGNALS:
    void shownClipChanged();
    // The texts of a window are made with it: who owns the window makes it anew.
    void languageChosen();
    // Likewise the program: it ends, and starts again with what waits.
    void restartChosen();
    void textDropped(const QString& text);

  protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void buildTopBar();
    void buildStatusBar();
    void restoreSession();
    void setShownClip(quint64 id);
    QAction* newAction(const QString& group, const char* id, const QString& text, const QKeySequence& key);
    template <typename Act>
    QAction* connected(QAction* action, Act act) {
        connect(action, &QAction::triggered, this, act);
        return action;
    }

    Workspace* workspace_;
    AppSettings* settings_;
    Theme* theme_;
    Actions* actions_;
    quint64 shown_clip_ = 0;
    quint64 wanted_clip_ = 0;  // of the last session, until it is there
    bool follow_runs_ = true;  // the Watch page shows the running job, not a clip of the past

    DockLayout* docks_;
    PromptPanel* prompt_;
    WatchPage* watch_;
    ComparePage* compare_;
    NoticeBar* notice_;
    Pages* pages_;
    RunPanel* run_;
    HistoryPanel* history_;
    QueuePanel* queue_;
    TopBar* top_bar_ = nullptr;
    QLabel* facts_ = nullptr;
    QTimer message_end_;  // until then facts_ tells a message
    ExportPanel* export_ = nullptr;
    ShortcutSheet* sheet_ = nullptr;
};

}  // namespace timeripple::ui
