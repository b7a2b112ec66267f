// timeripple-studio: the window.

#include <QApplication>
#include <QCommandLineParser>
#include <QProcess>
#include <QStandardPaths>
#include <clocale>
#include <cstdio>
#include <cstring>

#include "app/studio/application.h"
#include "engine/api/engine.h"
#include "ui/library/library_lock.h"

namespace {

// Owns the library while the window lives. `next` is what to start after it.
int run(QApplication& qt, const timeripple::app::StudioOptions& options, const QStringList& files, QStringList& next) {
    // Two programs over one library would take each other's runs: the second hands over and ends.
    timeripple::ui::LibraryLock lock(options.library);
    if (!lock.acquire()) {
        if (lock.callFirst(files)) return 0;
        std::fprintf(stderr, "Another TimeRipple Studio uses the library %s and does not answer. Wait until it has ended, or choose another "
                             "folder with --library.\n",
                     qPrintable(options.library));
        return 1;
    }
    timeripple::app::Application application(qt, options);
    QObject::connect(&lock, &timeripple::ui::LibraryLock::called, &qt, [&](const QStringList& paths) { application.come(paths); });
    application.show();
    const int result = QApplication::exec();
    next = application.next();
    return result;
}

}  // namespace

int main(int argc, char** argv) {
    // Answered before Qt connects to a display, so that it also works where there is none.
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--version") == 0) {
            std::printf("%s\n", timeripple::engine::version_text().c_str());
            return 0;
        }
    }
    QApplication qt(argc, argv);
    // Qt takes over the desktop's locale for the C library too; what the engine writes and reads has points, not commas.
    std::setlocale(LC_NUMERIC, "C");
    QApplication::setApplicationName(QStringLiteral("timeripple-studio"));
    QApplication::setApplicationDisplayName(QStringLiteral("TimeRipple Studio"));
    QApplication::setDesktopFileName(QStringLiteral("timeripple-studio"));

    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Generates video from text and shows how attention reuse makes it fast."));
    parser.addHelpOption();
    const QCommandLineOption version(QStringLiteral("version"), QStringLiteral("Prints version, commit and build."));
    const QCommandLineOption model(QStringLiteral("model"), QStringLiteral("Model folder in diffusers layout; without it that of the last session, at first the built-in Pond."),
                                   QStringLiteral("DIR"));
    parser.addOption(version);
    parser.addOption(model);
    const QCommandLineOption library(QStringLiteral("library"), QStringLiteral("Folder of queue and history; without it your own."),
                                     QStringLiteral("DIR"));
    parser.addOption(library);
    const QCommandLineOption safe(QStringLiteral("safe-start"),
                                  QStringLiteral("Restores nothing of the last session and keeps nothing of this one."));
    parser.addOption(safe);
    parser.addPositionalArgument(QStringLiteral("file"), QStringLiteral("A clip or recipe to open."), QStringLiteral("[file]"));
    parser.process(qt);

    timeripple::app::StudioOptions options;
    options.safe_start = parser.isSet(safe);
    options.model_path = parser.value(model);
    if (!parser.positionalArguments().isEmpty()) options.open_path = parser.positionalArguments().first();
    options.library = parser.value(library);
    if (options.library.isEmpty()) {
        options.library = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/timeripple/library");
    }
    QStringList next;
    const int result = run(qt, options, parser.positionalArguments(), next);
    if (!next.isEmpty()) QProcess::startDetached(next.takeFirst(), next);
    return result;
}
