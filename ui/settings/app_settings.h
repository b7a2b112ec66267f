#pragma once
// What is remembered between sessions, typed. Wraps QSettings; a damaged or empty file gives defaults.

#include <QMap>
#include <QSettings>
#include <QString>
#include <QStringList>

#include "ui/settings/session_file.h"
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

    bool tourSeen() const;
    void setTourSeen(bool seen);

    // How the window was left, in a file beside the settings: it changes with every edit, they seldom do.
    SessionFile& session() { return session_; }

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
    SessionFile session_;
};

}  // namespace timeripple::ui
