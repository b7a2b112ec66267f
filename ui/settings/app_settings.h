#pragma once
// What is remembered between sessions, typed. Wraps QSettings; a damaged or empty file gives defaults.

#include <QByteArray>
#include <QMap>
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
    QString language() const;  // "de"; empty: as the desktop
    void setLanguage(const QString& code);
    // Keys that the user changed, by the id of the action.
    QMap<QString, QString> ownKeys() const;
    void setOwnKeys(const QMap<QString, QString>& keys);
    bool hatchOrigins() const;
    void setHatchOrigins(bool on);
    bool seedLocked() const;
    void setSeedLocked(bool on);

    bool tourSeen() const;
    void setTourSeen(bool seen);

    QByteArray geometry() const;
    QByteArray windowState() const;
    void setWindow(const QByteArray& geometry, const QByteArray& state);
    QString page() const;
    void setPage(const QString& id);
    quint64 shownClip() const;  // 0: none
    void setShownClip(quint64 id);

    // The settings of the left panel as they were; nothing if they cannot be read any more.
    std::optional<engine::GenerationRequest> lastRequest() const;
    void setLastRequest(const engine::GenerationRequest& request);

    // Model folders chosen by the user, newest first, without the built-in one.
    QStringList modelFolders() const;
    void addModelFolder(const QString& path);
    // Folders that the Models page searches; at first the hub cache, where there is one.
    QStringList scanFolders() const;
    void setScanFolders(const QStringList& folders);
    QString exportFolder() const;
    void setExportFolder(const QString& path);

  private:
    void put(const QString& key, const QVariant& value);

    QSettings settings_;
};

}  // namespace timeripple::ui
