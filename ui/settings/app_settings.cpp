#include "ui/settings/app_settings.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include "engine/api/model_scan.h"
#include "engine/api/recipe.h"

namespace timeripple::ui {
namespace {

constexpr int kMaxModelFolders = 8;

}  // namespace

AppSettings::AppSettings() : settings_(QStringLiteral("timeripple"), QStringLiteral("studio")) {}

AppSettings::AppSettings(const QString& ini_path) : settings_(ini_path, QSettings::IniFormat) {}

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
bool AppSettings::seedLocked() const { return settings_.value(QStringLiteral("clip/seed_locked"), false).toBool(); }
void AppSettings::setSeedLocked(bool on) { put(QStringLiteral("clip/seed_locked"), on); }

bool AppSettings::tourSeen() const { return settings_.value(QStringLiteral("help/tour_seen"), false).toBool(); }
void AppSettings::setTourSeen(bool seen) { put(QStringLiteral("help/tour_seen"), seen); }

QByteArray AppSettings::geometry() const { return settings_.value(QStringLiteral("window/geometry")).toByteArray(); }
QByteArray AppSettings::windowState() const { return settings_.value(QStringLiteral("window/state")).toByteArray(); }

void AppSettings::setWindow(const QByteArray& geometry, const QByteArray& state) {
    put(QStringLiteral("window/geometry"), geometry);
    put(QStringLiteral("window/state"), state);
}

QString AppSettings::page() const { return settings_.value(QStringLiteral("window/page")).toString(); }
void AppSettings::setPage(const QString& id) { put(QStringLiteral("window/page"), id); }
quint64 AppSettings::shownClip() const { return settings_.value(QStringLiteral("window/clip")).toULongLong(); }
void AppSettings::setShownClip(quint64 id) { put(QStringLiteral("window/clip"), id); }

std::optional<engine::GenerationRequest> AppSettings::lastRequest() const {
    const QString text = settings_.value(QStringLiteral("clip/request")).toString();
    if (text.isEmpty()) return std::nullopt;
    auto request = engine::request_from_json(text.toStdString());
    if (!request) return std::nullopt;
    return *request;
}

void AppSettings::setLastRequest(const engine::GenerationRequest& request) {
    put(QStringLiteral("clip/request"), QString::fromStdString(engine::to_json(request)));
}

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
