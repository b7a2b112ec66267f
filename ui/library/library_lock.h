#pragma once
// One program for one library folder. The first holds a lock file (a lock of a process that has died is taken over at once); a
// second hands its files over and ends, and the first shows its window.

#include <QLockFile>
#include <QObject>
#include <QStringList>

class QLocalServer;

namespace timeripple::ui {

class LibraryLock final : public QObject {
    Q_OBJECT
  public:
    explicit LibraryLock(const QString& folder, QObject* parent = nullptr);
    ~LibraryLock() override;

    // True: this program has the library. Makes the folder; where it cannot be written nothing can be shared either: also true.
    bool acquire();
    // What a second program does: the first shows itself and opens `paths`. False: it does not answer.
    bool callFirst(const QStringList& paths) const;

  Q_SIGNALS:
    // A second program was started.
    void called(const QStringList& paths);

  private:
    QString serverName() const;
    void listen();

    QString folder_;
    QLockFile file_;
    QLocalServer* server_;
};

}  // namespace timeripple::ui
