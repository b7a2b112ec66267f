#include "app/studio/application.h"

#include <unistd.h>

#include <QApplication>
#include <QEvent>
#include <QFile>
#include <QTimer>
#include <cmath>
#include <ctime>
#include <functional>
#include <string>

#include "engine/api/engine.h"
#include "engine/api/log.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/session/workspace.h"
#include "ui/settings/app_settings.h"
#include "ui/theme/theme.h"

namespace timeripple::app {
namespace {

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
    : options_(options),
      settings_(std::make_unique<ui::AppSettings>()),
      theme_(std::make_unique<ui::Theme>(qt)),
      workspace_(std::make_unique<ui::Workspace>(&engine::open_engine, options.library)) {
    theme_->setChoice(settings_->theme());
    window_ = std::make_unique<ui::MainWindow>(workspace_.get(), settings_.get(), theme_.get());
}

// The window goes first, then the workspace, which stops what runs and joins its threads.
Application::~Application() { window_.reset(); }

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
    workspace_->chooseModel(options_.model_path);
    if (!options_.open_path.isEmpty()) window_->openPath(options_.open_path);
    theme_->watchDesktop();
    if (!settings_->tourSeen()) window_->actions().find(QStringLiteral("help.tour"))->trigger();
}

}  // namespace timeripple::app
