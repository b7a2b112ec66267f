#pragma once
// A small file that lies in the state folder while the program runs. One that a process left behind tells the next start that the
// last session ended by a crash, a kill or a power loss; ending by a signal that can be caught takes it away. No widgets.

#include <QString>

namespace timeripple::ui {

class LaunchSentinel {
  public:
    enum class LastEnd {
        Proper,
        Crashed,      // it had stood for a while
        CrashedEarly  // it never stood: what it restores may be the cause
    };

    // Looks for files that no living process owns (and takes them away), then leaves its own. `folder` is made if need be; where it
    // cannot be written, the last end counts as proper.
    explicit LaunchSentinel(const QString& folder);
    ~LaunchSentinel();
    LaunchSentinel(const LaunchSentinel&) = delete;
    LaunchSentinel& operator=(const LaunchSentinel&) = delete;

    LastEnd lastEnd() const { return last_end_; }
    // The window works: a crash from here on is not one of the start.
    void stands();

  private:
    void write(const char* state);

    QString path_;
    LastEnd last_end_ = LastEnd::Proper;
};

}  // namespace timeripple::ui
