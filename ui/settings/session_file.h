#pragma once
// The window as it was left: a file of its own, written a moment after each change by a thread of its own and replaced whole or not
// at all. An end at any moment, kill -9 too, costs no more than what was done in that moment.

#include <QByteArray>
#include <QString>
#include <mutex>
#include <optional>

#include "engine/api/generation_request.h"
#include "ui/session/job_thread.h"

namespace timeripple::ui {

struct WindowSession {
    std::optional<engine::GenerationRequest> request;  // the left panel; nothing if it cannot be read any more
    bool seed_locked = false;
    QString model;  // as chosen; empty: the built-in one
    QString page;
    quint64 clip = 0;  // that is shown; 0: none
    QByteArray geometry, layout;

    bool operator==(const WindowSession&) const = default;
};

// GUI thread.
class SessionFile {
  public:
    explicit SessionFile(const QString& path);
    // What was put is written first.
    ~SessionFile();
    SessionFile(const SessionFile&) = delete;
    SessionFile& operator=(const SessionFile&) = delete;

    // What was put last, else what the file holds; a damaged or missing file gives defaults.
    const WindowSession& session() const { return session_; }
    // Returns at once. Of what comes faster than the disk writes only the last is written.
    void put(const WindowSession& session);

  private:
    void write();

    const QString path_;
    WindowSession session_;
    std::mutex mutex_;
    std::optional<WindowSession> next_;  // to be written
    JobThread writer_;
};

}  // namespace timeripple::ui
