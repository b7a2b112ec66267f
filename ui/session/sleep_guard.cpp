#include "ui/session/sleep_guard.h"

#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QDBusPendingCallWatcher>
#include <QVariantMap>

namespace timeripple::ui {
namespace {

constexpr uint kSuspend = 4, kIdle = 8;  // flags of org.freedesktop.portal.Inhibit

QString reason() { return SleepGuard::tr("A clip is being made"); }

}  // namespace

SleepGuard::SleepGuard(QObject* parent) : SleepGuard(QDBusConnection::systemBus(), QDBusConnection::sessionBus(), parent) {}

SleepGuard::SleepGuard(const QDBusConnection& system, const QDBusConnection& session, QObject* parent)
    : QObject(parent), system_(system), session_(session) {}

SleepGuard::~SleepGuard() { release(); }

void SleepGuard::setAwake(bool awake) {
    if (awake == awake_) return;
    awake_ = awake;
    ++round_;
    if (awake) {
        system_.isConnected() ? askLogind() : askPortal();
    } else {
        release();
    }
}

void SleepGuard::askLogind() {
    QDBusMessage call = QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.login1"), QStringLiteral("/org/freedesktop/login1"),
                                                       QStringLiteral("org.freedesktop.login1.Manager"), QStringLiteral("Inhibit"));
    call << QStringLiteral("sleep:idle") << QStringLiteral("TimeRipple Studio") << reason() << QStringLiteral("block");
    auto* watcher = new QDBusPendingCallWatcher(system_.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, round = round_](QDBusPendingCallWatcher* done) {
        done->deleteLater();
        if (round != round_) return;  // not wanted any more: the descriptor of the answer closes by itself
        const QVariant answer = done->reply().arguments().value(0);
        if (done->isError() || !answer.canConvert<QDBusUnixFileDescriptor>()) {
            askPortal();
            return;
        }
        lock_ = answer.value<QDBusUnixFileDescriptor>();
        Q_EMIT changed(holds());
    });
}

void SleepGuard::askPortal() {
    if (!session_.isConnected()) return;
    QDBusMessage call =
        QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.portal.Desktop"), QStringLiteral("/org/freedesktop/portal/desktop"),
                                       QStringLiteral("org.freedesktop.portal.Inhibit"), QStringLiteral("Inhibit"));
    call << QString() << (kSuspend | kIdle) << QVariantMap{{QStringLiteral("reason"), reason()}};
    auto* watcher = new QDBusPendingCallWatcher(session_.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, round = round_](QDBusPendingCallWatcher* done) {
        done->deleteLater();
        if (done->isError()) return;
        request_ = done->reply().arguments().value(0).value<QDBusObjectPath>().path();
        if (round != round_) {
            release();
        } else {
            Q_EMIT changed(holds());
        }
    });
}

void SleepGuard::release() {
    const bool held = holds();
    lock_ = {};
    if (!request_.isEmpty()) {
        session_.send(QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.portal.Desktop"), request_,
                                                     QStringLiteral("org.freedesktop.portal.Request"), QStringLiteral("Close")));
        request_.clear();
    }
    if (held) Q_EMIT changed(false);
}

}  // namespace timeripple::ui
