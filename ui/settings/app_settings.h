#pragma once
// What is remembered between sessions, typed. Wraps QSettings; a damaged or empty file gives defaults.

#include <QByteArray>
#include <QSettings>
#include <QString>
#include <QStringList>
#include <optional>

#include "engine/api/generation_request.h"
#include "ui/theme/theme.h"

namespace timeripple::ui {

class AppSettings {
  public:
    AppSettings();
    // Another file: tests and screenshots.
    explicit AppSettings(const QString& ini_path);

    ThemeChoice theme() const;
    void setTheme(ThemeChoice choice);
    bool hatchOrigins() const;
    void setHatchOrigins(bool on);
    bool seedLocked() const;
    void setSeedLocked(bool on);

    bool tourSeen() const;
    void setTourSeen(bool seen);

    QByteArray geometry() const;
    QByteArray windowState() const;
    void setWindow(const QByteArray& geometry, const QByteArray& state);

    // The settings of the left panel as they were; nothing if they cannot be read any more.
    std::optional<engine::GenerationRequest> lastRequest() const;
    void setLastRequest(const engine::GenerationRequest& request);

    // Model folders chosen by the user, newest first, without the built-in one.
    QStringList modelFolders() const;
    void addModelFolder(const QString& path);
    QString exportFolder() const;
    void setExportFolder(const QString& path);

  private:
    QSettings settings_;
};

}  // namespace timeripple::ui
