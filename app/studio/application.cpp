#include "app/studio/application.h"

#include <unistd.h>

#include <QApplication>
#include <QEvent>
#include <QFile>
#include <QFileInfo>
#include <QTimer>
#include <cmath>
#include <ctime>
#include <functional>
#include <string>

#include "engine/api/engine.h"
#include "engine/api/log.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/session/launch_sentinel.h"
#include "ui/session/workspace.h"
#include "ui/settings/app_settings.h"
#include "ui/settings/languages.h"
#include "ui/theme/theme.h"
#include "ui/widgets/notice_bar.h"

namespace timeripple::app {
namespace {

constexpr int kStandsMs = 3000;  // a window that lived this long is said to stand

// Milliseconds since the kernel started this process; -1 where that is not known. 10 ms steps.
long processAgeMs() {
    QFile file(QStringLiteral("/proc/self/stat"));
    if (!file.open(QIODevice::ReadOnly)) return -1;
    // The name in brackets may hold blanks; 20 fields after it stands the start in ticks since boot.
    const QByteArray text = file.readAll();
    const QByteArrayList fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    if (fields.size() < 20) return -1;
    timespec now{};
    if (clock_gettime(CLOCK_BOOTTIME, &now) != 0) return -1;
    const double started = fields[19].toDouble() / double(sysconf(_SC_CLK_TCK));
    return std::lround((double(now.tv_sec) + double(now.tv_nsec) / 1e9 - started) * 1000.0);
}

// Milliseconds of these that the main thread was ready to run but had to wait for a processor; 0 where the kernel does not tell.
long processWaitMs() {
    QFile file(QStringLiteral("/proc/self/schedstat"));
    if (!file.open(QIODevice::ReadOnly)) return 0;
    const QByteArrayList fields = file.readAll().split(' ');
    return fields.size() > 1 ? long(fields[1].toLongLong() / 1'000'000) : 0;
}

// Calls back once, after the window has been painted for the first time.
class FirstPicture final : public QObject {
  public:
    FirstPicture(QWidget* window, std::function<void()> call) : QObject(window), call_(std::move(call)) {
        window->installEventFilter(this);
    }

    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::Paint) {
            watched->removeEventFilter(this);
            QTimer::singleShot(0, this, [this] {
                call_();
                deleteLater();
            });
        }
        return false;
    }

  private:
    std::function<void()> call_;
};

}  // namespace

Application::Application(QApplication& qt, const StudioOptions& options)
    : qt_(qt),
      options_(options),
      sentinel_(std::make_unique<ui::LaunchSentinel>(QString::fromStdString(engine::log_folder()))),
      settings_(makeSettings()),
      theme_(std::make_unique<ui::Theme>(qt)),
      workspace_(std::make_unique<ui::Workspace>(&engine::open_engine, options_.safe_start ? QString() : options.library)) {
    theme_->setChoice(settings_->theme());
    ui::speak(qt, settings_->language());
    makeWindow();
}

void Application::makeWindow() {
    window_ = std::make_unique<ui::MainWindow>(workspace_.get(), settings_.get(), theme_.get());
    // Later: the wish comes from an action of the window that is about to go.
    QObject::connect(window_.get(), &ui::MainWindow::languageChosen, window_.get(), [this] { remakeWindow(); }, Qt::QueuedConnection);
    QObject::connect(window_.get(), &ui::MainWindow::restartChosen, window_.get(), [this] { startAgain(false); }, Qt::QueuedConnection);
}

void Application::remakeWindow() {
    ui::speak(qt_, settings_->language());
    const bool quits = QApplication::quitOnLastWindowClosed();
    QApplication::setQuitOnLastWindowClosed(false);
    // Out of the handler that this is called from, which belongs to the window.
    window_.release()->deleteLater();
    makeWindow();
    window_->adoptWorkspace();
    window_->show();
    QApplication::setQuitOnLastWindowClosed(quits);
}

// The window goes first, then the workspace, which stops what runs and joins its threads.
Application::~Application() { window_.reset(); }

// What the last session restored may be why it never stood: then this one begins without it, and leaves it as it is.
std::unique_ptr<ui::AppSettings> Application::makeSettings() {
    options_.safe_start = options_.safe_start || sentinel_->lastEnd() == ui::LaunchSentinel::LastEnd::CrashedEarly;
    if (!options_.safe_start) return std::make_unique<ui::AppSettings>();
    return std::make_unique<ui::AppSettings>(safe_folder_.filePath(QStringLiteral("studio.ini")));
}

void Application::tellLastEnd() {
    using ui::MainWindow;
    if (options_.safe_start) {
        window_->notice()->showNotice(
            MainWindow::tr("Safe start: your queue, history and settings are untouched and not shown; nothing of this session is kept."),
            {{MainWindow::tr("Start normally"), [this] { startAgain(false); }}});
    } else if (sentinel_->lastEnd() == ui::LaunchSentinel::LastEnd::Crashed) {
        window_->notice()->showNotice(MainWindow::tr("The last session ended unexpectedly."),
                                      {{MainWindow::tr("Show the log"), [this] { window_->actions().find(QStringLiteral("help.log"))->trigger(); }},
                                       {MainWindow::tr("Safe start"), [this] { startAgain(true); }}});
    }
}

void Application::startAgain(bool safely) {
    next_ = {QApplication::applicationFilePath(), QStringLiteral("--library"), options_.library};
    if (safely) next_ << QStringLiteral("--safe-start");
    window_->close();
    QApplication::quit();
}

void Application::show() {
    new FirstPicture(window_.get(), [this] { onFirstPicture(); });
    window_->show();
}

void Application::come(const QStringList& paths) {
    if (window_->isMinimized()) window_->showNormal();
    window_->show();
    window_->raise();
    window_->activateWindow();
    for (const QString& path : paths) window_->openPath(path);
}

// What the first picture does not need happens once it stands.
void Application::onFirstPicture() {
    engine::log_info("studio", engine::version_text());
    engine::log_info("studio", "The window stood " + std::to_string(processAgeMs()) + " ms after the program was started, " +
                                   std::to_string(processWaitMs()) + " ms of them waiting for a processor.");
    // The model of the last session, where it is still there.
    const QString last = settings_->session().session().model;
    workspace_->chooseModel(options_.model_path.isEmpty() && QFileInfo::exists(last) ? last : options_.model_path);
    if (!options_.open_path.isEmpty()) window_->openPath(options_.open_path);
    theme_->watchDesktop();
    if (!options_.safe_start && !settings_->tourSeen()) window_->actions().find(QStringLiteral("help.tour"))->trigger();
    tellLastEnd();
    QTimer::singleShot(kStandsMs, theme_.get(), [this] { sentinel_->stands(); });
}

}  // namespace timeripple::app
