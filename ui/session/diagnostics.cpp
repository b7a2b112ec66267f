#include "ui/session/diagnostics.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QLocale>
#include <QRegularExpression>
#include <QSaveFile>
#include <QScreen>
#include <QStyleHints>
#include <QSysInfo>

#include "engine/api/engine.h"
#include "engine/api/recipe.h"

namespace timeripple::ui {
namespace {

constexpr qint64 kLogBytes = 512 * 1024;

QString lastLog(const QString& folder) {
    QFile file(QDir(folder).filePath(QStringLiteral("timeripple.log")));
    if (folder.isEmpty() || !file.open(QIODevice::ReadOnly)) return QStringLiteral("There is no log.\n");
    if (file.size() > kLogBytes) {
        file.seek(file.size() - kLogBytes);
        file.readLine();  // the rest of a line
    }
    return QString::fromUtf8(file.readAll());
}

QString megabytes(std::uint64_t bytes) { return QStringLiteral("%1 MB").arg(bytes / 1'000'000); }

// English on purpose: it is read by those who mend the program.
QString report(const DiagnosticsInput& input) {
    QStringList lines;
    lines << QString::fromStdString(engine::version_text());
    lines << QStringLiteral("Written: %1").arg(QDateTime::currentDateTimeUtc().toString(Qt::ISODate));
    lines << QStringLiteral("Qt %1, built with %2, platform %3").arg(QString::fromLatin1(qVersion()), QStringLiteral(QT_VERSION_STR),
                                                                      QGuiApplication::platformName());
    lines << QStringLiteral("System: %1, kernel %2, %3").arg(QSysInfo::prettyProductName(), QSysInfo::kernelVersion(),
                                                              QSysInfo::currentCpuArchitecture());
    lines << QStringLiteral("Locale: %1").arg(QLocale::system().name());
    for (const QScreen* screen : QGuiApplication::screens()) {
        lines << QStringLiteral("Screen: %1 x %2 at %3 %").arg(screen->size().width()).arg(screen->size().height())
                     .arg(qRound(screen->devicePixelRatio() * 100));
    }
    for (const auto& device : input.devices) {
        QString line = QStringLiteral("Device %1: %2, %3 of %4 free").arg(QString::fromStdString(device.id), QString::fromStdString(device.name),
                                                                          megabytes(device.free_memory_bytes), megabytes(device.total_memory_bytes));
        if (!device.note.empty()) line += QStringLiteral(" (%1)").arg(QString::fromStdString(device.note));
        lines << line;
    }
    lines << QStringLiteral("Model: %1").arg(input.model_name);
    lines << (input.with_private ? QStringLiteral("Prompts, names and paths are in, as wished.")
                                 : QStringLiteral("Prompts, names and paths were taken out."));
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

}  // namespace

QString withoutPrivate(QString text) {
    // Names may hold blanks: a path goes on to the last slash of its clause, and to the ending of a file. Too much is better than a
    // part of a name.
    static const QRegularExpression kPath(QStringLiteral("(?<![\\w.])/(?!usr/|lib|proc/|sys/|dev/|etc/)[^\\s'\":,;)(]+"
                                                         "(?: [^'\":,;)(\\n]*/[^\\s'\":,;)(]*)?"
                                                         "(?: [^'\":,;)(\\n/]*\\.(?:mp4|mkv|mov|webm|webp|gif|png|json|csv|svg|safetensors|db|txt)\\b)?"));
    text.replace(kPath, QStringLiteral("<path>"));
    for (const QString& name : {qEnvironmentVariable("USER"), QSysInfo::machineHostName()}) {
        if (name.size() < 3) continue;  // would tear words apart
        text.replace(QRegularExpression(QStringLiteral("\\b%1\\b").arg(QRegularExpression::escape(name))), QStringLiteral("<name>"));
    }
    return text;
}

QMap<QString, QString> diagnosticsOf(const DiagnosticsInput& input) {
    engine::GenerationRequest request = input.request;
    if (!input.with_private) {
        request.prompt = request.prompt.empty() ? "" : "<prompt>";
        request.negative_prompt = request.negative_prompt.empty() ? "" : "<prompt>";
        request.model_path = request.model_path.empty() ? "" : "<path>";
        request.initial_latents_path = request.initial_latents_path.empty() ? "" : "<path>";
    }
    QMap<QString, QString> files;
    files[QStringLiteral("report.txt")] = report(input);
    files[QStringLiteral("settings.json")] = QString::fromStdString(engine::to_json(request)) + QLatin1Char('\n');
    files[QStringLiteral("timeripple.log")] = lastLog(input.log_folder);
    if (!input.with_private) {
        for (QString& text : files) text = withoutPrivate(text);
    }
    return files;
}

engine::Result<QString> writeDiagnostics(const DiagnosticsInput& input, const QString& parent) {
    const QString name = QStringLiteral("timeripple-diagnostics-") + QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-hhmmss"));
    const QString folder = QDir(parent).filePath(name);
    auto failed = [&](const QString& detail) {
        return engine::Error{engine::ErrorCode::Io,
                             "The folder " + folder.toStdString() + " could not be written. Choose another place with room for it.",
                             detail.toStdString()};
    };
    if (!QDir().mkpath(folder)) return failed({});
    const auto files = diagnosticsOf(input);
    for (auto it = files.begin(); it != files.end(); ++it) {
        QSaveFile file(QDir(folder).filePath(it.key()));
        if (!file.open(QIODevice::WriteOnly) || file.write(it.value().toUtf8()) < 0 || !file.commit()) return failed(file.errorString());
    }
    return folder;
}

}  // namespace timeripple::ui
