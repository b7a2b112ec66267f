#pragma once
#include <QObject>

namespace timeripple::app {

// SIGTERM, SIGINT and SIGHUP (a logout, Ctrl+C in a terminal) close the window as its close button does, so that settings are kept and
// the next start does not take it for a crash. One object per process; GUI thread.
class QuitSignals final : public QObject {
    Q_OBJECT
  public:
    explicit QuitSignals(QObject* parent = nullptr);
    ~QuitSignals() override;
};

}  // namespace timeripple::app
