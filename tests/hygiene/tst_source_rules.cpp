// Rules that the compiler does not hold, read from the source text. Each message names file, line and rule.
#include "tests/hygiene/include_rules.h"
#include "tests/hygiene/source_tree.h"

#include <QFileInfo>
#include <QMap>
#include <QSet>
#include <QtTest>

using namespace include_rules;

class TestSourceRules : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void rulesThemselves_data();
    void rulesThemselves();
    void includes();
    void baseLibraryNeverReachesTorch();
    void forbiddenWords();
    void everyRoomHasReadme();
    void noLargeFiles();
    void noMachinePathsOrRegistries();
    void fileSizeGuide();
    void qtKeywordsAreOffEverywhere();
};

void TestSourceRules::rulesThemselves_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("line");
    QTest::addColumn<bool>("allowed");
    const auto row = [](const char* file, const char* line, bool allowed) {
        QTest::addRow("%s: %s", file, line) << file << line << allowed;
    };
    row("ui/a.cpp", "#include <QWidget>", true);
    row("engine/text/a.cpp", "#include <QString>", false);
    row("kernels/reuse/a.cpp", "#include <QtGlobal>", false);
    row("app/cli_main.cpp", "#include <QCoreApplication>", false);
    row("app/cli/a.cpp", "#include \"ui/a.h\"", false);
    row("engine/model/a.cpp", "#include <ATen/ATen.h>", true);
    row("engine/base/a.cpp", "#include <c10/util/Half.h>", false);
    row("engine/media/a.h", "  #  include <torch/all.h>", false);
    row("engine/api/a.h", "#include <ATen/ATen.h>", false);
    row("engine/api/a.h", "#include <nlohmann/json.hpp>", false);
    row("engine/api/a.h", "#include \"engine/core/a.h\"", false);
    row("engine/api/a.h", "#include \"kernels/api/a.h\"", false);
    row("engine/api/a.h", "#include <vector>", true);
    row("kernels/reuse/a.cpp", "#include <torch/torch.h>", false);
    row("kernels/reuse/a.cpp", "#include \"engine/api/frame.h\"", false);
    row("kernels/reuse/a.cpp", "#include \"kernels/api/a.h\"", true);
    row("engine/attention/a.cpp", "#include \"kernels/api/a.h\"", true);
    row("engine/attention/a.cpp", "#include \"kernels/reuse/a.h\"", false);
    row("engine/attention/a.cpp", "#include \"ui/a.h\"", false);
    row("engine/attention/a.cpp", "#include \"../core/a.h\"", false);
    row("engine/attention/a.cpp", "#include \"a.h\"", false);
    row("ui/a.cpp", "#include \"engine/api/frame.h\"", true);
    row("ui/a.cpp", "#include \"engine/base/text.h\"", false);
    row("ui/a.cpp", "#include \"kernels/api/a.h\"", false);
    row("ui/a.cpp", "#include \"app/a.h\"", false);
    row("ui/a.cpp", "#include <opencv2/core.hpp>", false);
    row("engine/base/a.cpp", "#include <opencv2/core.hpp>", false);
    row("engine/metrics/a.cpp", "#include <opencv2/core.hpp>", true);
    row("ui/a.cpp", "#include <libavcodec/avcodec.h>", false);
    row("engine/media/a.cpp", "#include <libswscale/swscale.h>", true);
    row("engine/weights/a.cpp", "#include <cuda_runtime.h>", false);
}

void TestSourceRules::rulesThemselves() {
    QFETCH(QString, file);
    QFETCH(QString, line);
    QFETCH(bool, allowed);
    const auto found = includesOf(line.toUtf8());
    QCOMPARE(found.size(), 1);
    QCOMPARE(complaint(file, found.first()).isEmpty(), allowed);
}

void TestSourceRules::includes() {
    QStringList wrong;
    int checked = 0;
    for (const QString& file : source_tree::files()) {
        if (!source_tree::isSource(file)) continue;
        for (const Include& include : includesOf(source_tree::read(file))) {
            ++checked;
            QString why = complaint(file, include);
            const bool generated = include.name.endsWith(".moc") || include.name == "timeripple_version.h";
            if (why.isEmpty() && include.quoted && !generated &&
                !QFile::exists(source_tree::root() + '/' + include.name)) {
                why = "there is no such file";
            }
            if (!why.isEmpty()) wrong << QString("%1:%2: %3: %4").arg(file).arg(include.line).arg(include.name, why);
        }
    }
    QVERIFY2(checked > 100, "the scan found no sources");
    QVERIFY2(wrong.isEmpty(), qPrintable('\n' + wrong.join('\n')));
}

// tr_engine_base is linked by the window. A Torch header that comes through two others is as bad as a direct one.
void TestSourceRules::baseLibraryNeverReachesTorch() {
    QFile commands(QStringLiteral(TIMERIPPLE_BINARY_DIR "/compile_commands.json"));
    if (!commands.open(QIODevice::ReadOnly)) QSKIP("this build wrote no compile_commands.json");
    static const QRegularExpression compiled(QStringLiteral("tr_engine_base\\.dir/.* -c ([^\"]+)\""));
    QStringList wrong;
    int checked = 0;
    for (const QByteArray& line : commands.readAll().split('\n')) {
        const auto match = compiled.match(QString::fromUtf8(line));
        if (!match.hasMatch()) continue;
        const QString file = QDir(source_tree::root()).relativeFilePath(match.captured(1));
        ++checked;
        QStringList queue{file};
        QSet<QString> seen;
        while (!queue.isEmpty()) {
            const QString next = queue.takeLast();
            if (seen.contains(next)) continue;
            seen.insert(next);
            for (const Include& include : includesOf(source_tree::read(next))) {
                if (include.quoted) {
                    queue << include.name;
                } else if (below(include.name, {"ATen/", "torch/", "c10/", "opencv2/"})) {
                    wrong << QString("%1 reaches <%2> through %3").arg(file, include.name, next);
                }
            }
        }
    }
    QVERIFY2(checked > 5, "no file of tr_engine_base found in compile_commands.json");
    QVERIFY2(wrong.isEmpty(), qPrintable('\n' + wrong.join('\n')));
}

void TestSourceRules::forbiddenWords() {
    struct Rule {
        QRegularExpression pattern;
        QStringList where;
        const char* why;
    };
    const QList<Rule> rules{
        {QRegularExpression(R"(\bdlclose\s*\()"),
         {"app/", "ui/", "engine/", "kernels/"},
         "a library with Torch is never closed"},
        {QRegularExpression(R"(\b(public|private|protected)\s+slots\b|^\s*signals\s*:|^\s*emit\s)"),
         {"app/", "ui/", "tests/"},
         "write Q_SLOTS, Q_SIGNALS, Q_EMIT"},
        {QRegularExpression(R"(\b(SIGNAL|SLOT)\s*\()"), {"app/", "ui/", "tests/"}, "connect only by pointer (D-Bus apart)"},
        {QRegularExpression(R"(\btorch::(jit::)?load\s*\()"),
         {"app/", "ui/", "engine/"},
         "no unpickler reads a user's file"},
        {QRegularExpression(R"(\b(std::)?(abort|exit|_Exit|quick_exit)\s*\()"),
         {"engine/", "kernels/", "ui/"},
         "an error is a Result, never the end of the process"},
        {QRegularExpression(R"(\bQTest::q(Wait|Sleep)\s*\()"),
         {"tests/app/", "tests/base/", "tests/engine/", "tests/hygiene/", "tests/kernels/", "tests/ui/tst_"},
         "no fixed waits: QTRY_* or QSignalSpy::wait"},
        {QRegularExpression(R"(#\s*define\s+private\s+public)"), {"tests/"}, "tests go through the door"},
    };
    QStringList wrong;
    for (const QString& file : source_tree::files()) {
        if (!source_tree::isSource(file) || file == "tests/hygiene/tst_source_rules.cpp") continue;
        const QStringList lines = QString::fromUtf8(source_tree::read(file)).split('\n');
        for (int i = 0; i < lines.size(); ++i) {
            const QString code = lines[i].section("//", 0, 0);
            // QDBusConnection::connect() takes slots by name only.
            if (code.contains("SLOT(") && lines.mid(std::max(0, i - 3), 4).join(' ').contains("bus.connect(")) continue;
            for (const Rule& rule : rules) {
                if (below(file, rule.where) && rule.pattern.match(code).hasMatch()) {
                    wrong << QString("%1:%2: %3").arg(file).arg(i + 1).arg(rule.why);
                }
            }
        }
    }
    QVERIFY2(wrong.isEmpty(), qPrintable('\n' + wrong.join('\n')));
}

void TestSourceRules::everyRoomHasReadme() {
    for (const char* room : {".", "app", "ui", "engine", "kernels", "resources", "tests", "installer"}) {
        const QFileInfo readme(source_tree::root() + '/' + room + "/README.md");
        QVERIFY2(readme.exists() && readme.size() > 200, qPrintable(QString("%1/README.md says nothing").arg(room)));
    }
}

void TestSourceRules::noLargeFiles() {
    for (const QString& file : source_tree::files()) {
        const qint64 size = QFileInfo(source_tree::root() + '/' + file).size();
        QVERIFY2(size <= 16 * 1024 * 1024, qPrintable(QString("%1 has %2 bytes, more than 16 MB").arg(file).arg(size)));
    }
}

void TestSourceRules::noMachinePathsOrRegistries() {
    // Put together here, or this file would find itself.
    const QString names = QStringList{"work", "root", "home/(?!some|user)[a-z]",
                                      "opt/r"
                                      "ef",
                                      "Users"}
                              .join('|');
    const QRegularExpression path("(^|[\\s\"'=(:])/(" + names + ")[A-Za-z0-9_-]*/");
    const QRegularExpression registry(
        "py"
        "pi\\.org|python"
        "hosted|download\\.py"
        "torch|--index"
        "-url|--find"
        "-links|deb\\.deb"
        "ian");
    QStringList wrong;
    for (const QString& file : source_tree::files()) {
        const QByteArray text = source_tree::read(file);
        if (text.size() > 1024 * 1024 || text.left(4096).contains('\0')) continue;
        const QStringList lines = QString::fromUtf8(text).split('\n');
        for (int i = 0; i < lines.size(); ++i) {
            if (path.match(lines[i]).hasMatch()) wrong << QString("%1:%2: a path of one machine").arg(file).arg(i + 1);
            if (registry.match(lines[i]).hasMatch())
                wrong << QString("%1:%2: an address of a registry").arg(file).arg(i + 1);
        }
    }
    QVERIFY2(wrong.isEmpty(), qPrintable('\n' + wrong.join('\n')));
}

// A guide and not a rule: files over 400 lines are named, so that one who reads the log can ask why.
void TestSourceRules::fileSizeGuide() {
    for (const QString& file : source_tree::files()) {
        if (!source_tree::isSource(file)) continue;
        const auto lines = source_tree::read(file).count('\n');
        if (lines > 400) qInfo().noquote() << file << "has" << lines << "lines; the guide is 400";
    }
}

// Torch's headers use the word slots, which Qt would define as nothing.
void TestSourceRules::qtKeywordsAreOffEverywhere() {
    QFile commands(QStringLiteral(TIMERIPPLE_BINARY_DIR "/compile_commands.json"));
    if (!commands.open(QIODevice::ReadOnly)) QSKIP("this build wrote no compile_commands.json");
    int with_qt = 0;
    for (const QByteArray& line : commands.readAll().split('\n')) {
        if (!line.contains("\"command\"") || !line.contains("-DQT_CORE_LIB")) continue;
        ++with_qt;
        QVERIFY2(line.contains("-DQT_NO_KEYWORDS"), line.right(200).constData());
    }
    QVERIFY(with_qt > 0);
}

QTEST_APPLESS_MAIN(TestSourceRules)
#include "tst_source_rules.moc"
