#pragma once
// Who may include what (style.md, section 5): app -> ui -> engine -> kernels, and each outside library in its own
// place. A header of its own, so that the rules can be tested with invented files.

#include <QByteArray>
#include <QRegularExpression>
#include <QString>
#include <QStringList>

namespace include_rules {

struct Include {
    int line = 0;
    QString name;
    bool quoted = false;
};

inline QList<Include> includesOf(const QByteArray& text) {
    static const QRegularExpression pattern(QStringLiteral(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])"));
    QList<Include> result;
    int line = 0;
    for (const QByteArray& raw : text.split('\n')) {
        ++line;
        const auto match = pattern.match(QString::fromUtf8(raw));
        if (match.hasMatch()) result.append({line, match.captured(2), match.captured(1) == QLatin1String("\"")});
    }
    return result;
}

inline bool below(const QString& path, const QStringList& folders) {
    for (const QString& folder : folders) {
        if (path.startsWith(folder)) return true;
    }
    return false;
}

// The command line stands without Qt, to prove that the engine does.
inline bool isCommandLine(const QString& file) {
    return below(file, {"app/cli_main.cpp", "app/cli/", "app/cli_"});
}

// Compiled into tr_engine_base: no Torch there, not even through another header.
inline bool isBaseLibrary(const QString& file) {
    return below(file, {"engine/api/", "engine/base/", "engine/media/"});
}

// Why `file` may not include `name`, or an empty string.
inline QString complaint(const QString& file, const Include& include) {
    const QString& name = include.name;
    const QString room = file.section('/', 0, 0);
    if (include.quoted) {
        if (name.endsWith(".moc") || name == "timeripple_version.h") return {};
        if (name.contains("..") || !below(name, {"app/", "ui/", "engine/", "kernels/", "tests/"})) {
            return "spell it from the root of the repository";
        }
        const QString target = name.section('/', 0, 0);
        if (room == "tests" || room == target) {
            return file.startsWith("engine/api/") && !name.startsWith("engine/api/") ? "the door includes only itself"
                                                                                     : "";
        }
        if (room == "app" && (target == "ui" || name.startsWith("engine/api/"))) {
            return isCommandLine(file) && target == "ui" ? "the command line stands without the window" : "";
        }
        if (room == "ui" && name.startsWith("engine/api/")) return {};
        if (room == "engine" && name.startsWith("kernels/api/")) {
            return file.startsWith("engine/api/") ? "the door includes only itself" : "";
        }
        return "arrows go app -> ui -> engine/api, engine -> kernels/api";
    }

    static const QRegularExpression qt(QStringLiteral("^Q([A-Z]|t)"));
    static const QRegularExpression torch(QStringLiteral("^(ATen|torch|c10)/"));
    static const QRegularExpression cuda(QStringLiteral("^(cuda|cublas|cudnn|nvrtc|nvtx|cub/|cute/|cutlass/|mma)"));
    static const QRegularExpression libav(QStringLiteral("^lib(av|sw)"));
    static const QRegularExpression standard(QStringLiteral("^[a-z_0-9]+$"));
    if (qt.match(name).hasMatch() && (!below(room, {"app", "ui", "tests"}) || isCommandLine(file))) {
        return "Qt belongs to app/ and ui/";
    }
    if (torch.match(name).hasMatch() && (isBaseLibrary(file) || !below(file, {"engine/", "tests/"}))) {
        return "Torch belongs to engine/, and not to its api, base and media";
    }
    if (cuda.match(name).hasMatch() && !below(file, {"kernels/", "engine/core/", "engine/ops/", "tests/"})) {
        return "CUDA belongs to kernels/ and engine/{core,ops}";
    }
    if (libav.match(name).hasMatch() && !below(file, {"engine/media/", "tests/"}))
        return "FFmpeg belongs to engine/media";
    if (name.startsWith("opencv2/") && (isBaseLibrary(file) || !below(file, {"engine/", "tests/"}))) {
        return "OpenCV brings libblas: only libtr_engine may link it";
    }
    if (name.startsWith("sentencepiece") && !below(file, {"engine/text/", "tests/hygiene/"})) {
        return "SentencePiece belongs to engine/text";
    }
    if (below(file, {"engine/api/", "kernels/api/"}) && !standard.match(name).hasMatch())
        return "a door has std types only";
    return {};
}

}  // namespace include_rules
