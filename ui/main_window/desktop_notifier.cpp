#include "ui/main_window/desktop_notifier.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QGuiApplication>
#include <QSystemTrayIcon>
#include <QTimer>
#include <QVariantMap>

#include "ui/widgets/icons.h"

namespace timeripple::ui {
namespace {

constexpr int kBusTimeoutMs = 1000;
constexpr int kTrayMs = 10'000;

}  // namespace

void DesktopNotifier::notify(const QString& title, const QString& text) {
    Q_EMIT sent(title, text);
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return notifyByTray(title, text);
    auto call = QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("/org/freedesktop/Notifications"),
                                               QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("Notify"));
    // Name, id to replace, icon, title, text, actions, hints, time (the desktop's own).
    call << QGuiApplication::applicationDisplayName() << uint(0) << QGuiApplication::desktopFileName() << title << text << QStringList()
         << QVariantMap{{QStringLiteral("desktop-entry"), QGuiApplication::desktopFileName()}} << -1;
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call, kBusTimeoutMs), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, title, text](QDBusPendingCallWatcher* done) {
        if (done->isError()) notifyByTray(title, text);
        done->deleteLater();
    });
}

void DesktopNotifier::notifyByTray(const QString& title, const QString& text) {
    if (!QSystemTrayIcon::isSystemTrayAvailable()) return;
    auto* icon = new QSystemTrayIcon(applicationIcon(), this);
    icon->show();
    icon->showMessage(title, text, QSystemTrayIcon::NoIcon, kTrayMs);
    QTimer::singleShot(kTrayMs, icon, &QObject::deleteLater);
}

}  // namespace timeripple::ui
