#pragma once
// While something runs the machine does not fall asleep: an inhibitor of logind, or the portal's where logind does not answer.
// Asynchronous; where there is neither, nothing happens. GUI thread.

#include <QDBusConnection>
#include <QDBusUnixFileDescriptor>
#include <QObject>

namespace timeripple::ui {

class SleepGuard final : public QObject {
    Q_OBJECT
  public:
    explicit SleepGuard(QObject* parent = nullptr);
    // Other buses: tests.
    SleepGuard(const QDBusConnection& system, const QDBusConnection& session, QObject* parent = nullptr);
    ~SleepGuard() override;

    void setAwake(bool awake);
    bool holds() const { return lock_.isValid() || !request_.isEmpty(); }

  Q_SIGNALS:
    void changed(bool holds);

  private:
    void askLogind();
    void askPortal();
    void release();

    QDBusConnection system_, session_;
    bool awake_ = false;
    quint64 round_ = 0;             // answers to an earlier question are let go
    QDBusUnixFileDescriptor lock_;  // closing it ends logind's inhibitor
    QString request_;               // the portal's
};

}  // namespace timeripple::ui
