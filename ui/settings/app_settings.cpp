#include "ui/settings/app_settings.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include "engine/api/recipe.h"

namespace timeripple::ui {
namespace {

constexpr int kMaxModelFolders = 8;

}  // namespace

AppSettings::AppSettings() : settings_(QStringLiteral("timeripple"), QStringLiteral("studio")) {}

AppSettings::AppSettings(const QString& ini_path) : settings_(ini_path, QSettings::IniFormat) {}

ThemeChoice AppSettings::theme() const {
    const QString name = settings_.value(QStringLiteral("view/theme")).toString();
    if (name == QLatin1String("light")) return ThemeChoice::Light;
    if (name == QLatin1String("dark")) return ThemeChoice::Dark;
    return ThemeChoice::Desktop;
}

void AppSettings::setTheme(ThemeChoice choice) {
    const char* name = choice == ThemeChoice::Light ? "light" : choice == ThemeChoice::Dark ? "dark" : "desktop";
    settings_.setValue(QStringLiteral("view/theme"), QString::fromLatin1(name));
}

bool AppSettings::hatchOrigins() const { return settings_.value(QStringLiteral("view/hatch"), false).toBool(); }
void AppSettings::setHatchOrigins(bool on) { settings_.setValue(QStringLiteral("view/hatch"), on); }
bool AppSettings::seedLocked() const { return settings_.value(QStringLiteral("clip/seed_locked"), false).toBool(); }
void AppSettings::setSeedLocked(bool on) { settings_.setValue(QStringLiteral("clip/seed_locked"), on); }

bool AppSettings::tourSeen() const { return settings_.value(QStringLiteral("help/tour_seen"), false).toBool(); }
void AppSettings::setTourSeen(bool seen) { settings_.setValue(QStringLiteral("help/tour_seen"), seen); }

QByteArray AppSettings::geometry() const { return settings_.value(QStringLiteral("window/geometry")).toByteArray(); }
QByteArray AppSettings::windowState() const { return settings_.value(QStringLiteral("window/state")).toByteArray(); }

void AppSettings::setWindow(const QByteArray& geometry, const QByteArray& state) {
    settings_.setValue(QStringLiteral("window/geometry"), geometry);
    settings_.setValue(QStringLiteral("window/state"), state);
}

std::optional<engine::GenerationRequest> AppSettings::lastRequest() const {
    const QString text = settings_.value(QStringLiteral("clip/request")).toString();
    if (text.isEmpty()) return std::nullopt;
    auto request = engine::request_from_json(text.toStdString());
    if (!request) return std::nullopt;
    return *request;
}

void AppSettings::setLastRequest(const engine::GenerationRequest& request) {
    settings_.setValue(QStringLiteral("clip/request"), QString::fromStdString(engine::to_json(request)));
}

QStringList AppSettings::modelFolders() const { return settings_.value(QStringLiteral("model/folders")).toStringList(); }

void AppSettings::addModelFolder(const QString& path) {
    QStringList folders = modelFolders();
    folders.removeAll(path);
    folders.prepend(path);
    while (folders.size() > kMaxModelFolders) folders.removeLast();
    settings_.setValue(QStringLiteral("model/folders"), folders);
}

QString AppSettings::exportFolder() const {
    const QString kept = settings_.value(QStringLiteral("export/folder")).toString();
    if (QFileInfo(kept).isDir()) return kept;
    // A fresh account often has no folder for videos.
    const QString movies = QStandardPaths::writableLocation(QStandardPaths::MoviesLocation);
    return QFileInfo(movies).isDir() ? movies : QDir::homePath();
}

void AppSettings::setExportFolder(const QString& path) { settings_.setValue(QStringLiteral("export/folder"), path); }

}  // namespace timeripple::ui
