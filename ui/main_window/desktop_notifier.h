#pragma once
// A word from the desktop when the queue has ended and nobody looks: org.freedesktop.Notifications where there is one, else the
// tray's, else nothing. Never waits for the bus.

#include <QObject>

namespace timeripple::ui {

class DesktopNotifier final : public QObject {
    Q_OBJECT
  public:
    using QObject::QObject;
    void notify(const QString& title, const QString& text);

  Q_SIGNALS:
    void sent(const QString& title, const QString& text);  // for tests and the log

  private:
    void notifyByTray(const QString& title, const QString& text);
};

}  // namespace timeripple::ui
