#include "ui/settings/app_settings.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include "engine/api/model_scan.h"

namespace timeripple::ui {
namespace {

constexpr int kMaxModelFolders = 8;

// "studio.conf" gives "studio.session.json".
QString sessionPath(const QSettings& settings) {
    const QFileInfo file(settings.fileName());
    return file.dir().filePath(file.completeBaseName() + QStringLiteral(".session.json"));
}

}  // namespace

AppSettings::AppSettings() : settings_(QStringLiteral("timeripple"), QStringLiteral("studio")), session_(sessionPath(settings_)) {}

AppSettings::AppSettings(const QString& ini_path) : settings_(ini_path, QSettings::IniFormat), session_(sessionPath(settings_)) {}

// Each change of the file is written to the disk, and waited for, by the thread of the window.
void AppSettings::put(const QString& key, const QVariant& value) {
    if (settings_.value(key) != value) settings_.setValue(key, value);
}

ThemeChoice AppSettings::theme() const {
    const QString name = settings_.value(QStringLiteral("view/theme")).toString();
    if (name == QLatin1String("light")) return ThemeChoice::Light;
    if (name == QLatin1String("dark")) return ThemeChoice::Dark;
    return ThemeChoice::Desktop;
}

void AppSettings::setTheme(ThemeChoice choice) {
    const char* name = choice == ThemeChoice::Light ? "light" : choice == ThemeChoice::Dark ? "dark" : "desktop";
    put(QStringLiteral("view/theme"), QString::fromLatin1(name));
}

QString AppSettings::language() const { return settings_.value(QStringLiteral("view/language")).toString(); }
void AppSettings::setLanguage(const QString& code) { put(QStringLiteral("view/language"), code); }

QMap<QString, QString> AppSettings::ownKeys() const {
    QMap<QString, QString> keys;
    const QVariantMap kept = settings_.value(QStringLiteral("keys")).toMap();
    for (auto it = kept.begin(); it != kept.end(); ++it) keys[it.key()] = it.value().toString();
    return keys;
}

void AppSettings::setOwnKeys(const QMap<QString, QString>& keys) {
    QVariantMap kept;
    for (auto it = keys.begin(); it != keys.end(); ++it) kept[it.key()] = it.value();
    put(QStringLiteral("keys"), kept);
}

bool AppSettings::hatchOrigins() const { return settings_.value(QStringLiteral("view/hatch"), false).toBool(); }
void AppSettings::setHatchOrigins(bool on) { put(QStringLiteral("view/hatch"), on); }

bool AppSettings::tourSeen() const { return settings_.value(QStringLiteral("help/tour_seen"), false).toBool(); }
void AppSettings::setTourSeen(bool seen) { put(QStringLiteral("help/tour_seen"), seen); }

QStringList AppSettings::modelFolders() const { return settings_.value(QStringLiteral("model/folders")).toStringList(); }

void AppSettings::addModelFolder(const QString& path) {
    QStringList folders = modelFolders();
    folders.removeAll(path);
    folders.prepend(path);
    while (folders.size() > kMaxModelFolders) folders.removeLast();
    put(QStringLiteral("model/folders"), folders);
}

QStringList AppSettings::scanFolders() const {
    const QVariant kept = settings_.value(QStringLiteral("model/scan_folders"));
    if (kept.isValid()) return kept.toStringList();
    const QString cache = QString::fromStdString(engine::hub_cache_folder());
    return cache.isEmpty() ? QStringList() : QStringList{cache};
}

void AppSettings::setScanFolders(const QStringList& folders) { put(QStringLiteral("model/scan_folders"), folders); }

QString AppSettings::exportFolder() const {
    const QString kept = settings_.value(QStringLiteral("export/folder")).toString();
    if (QFileInfo(kept).isDir()) return kept;
    // A fresh account often has no folder for videos.
    const QString movies = QStandardPaths::writableLocation(QStandardPaths::MoviesLocation);
    return QFileInfo(movies).isDir() ? movies : QDir::homePath();
}

void AppSettings::setExportFolder(const QString& path) { put(QStringLiteral("export/folder"), path); }

}  // namespace timeripple::ui
