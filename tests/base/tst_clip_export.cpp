// Export and reading back: pixels, colours, tags, recipes; and that the target is a complete file or does not exist.
#include "engine/api/clip_export.h"
#include "engine/api/clip_reader.h"
#include "engine/media/av.h"
#include "tests/support/clips.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <csignal>
#include <functional>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace timeripple::engine;

Q_DECLARE_METATYPE(ExportFormat)

namespace {

#define REQUIRE_OK(result)                                                                          \
    do {                                                                                            \
        const auto& once = (result);                                                                \
        QVERIFY2(once.ok(), once.ok() ? "" : (once.error().message + once.error().detail).c_str()); \
    } while (false)

ExportOptions options_for(ExportFormat format) {
    ExportOptions options;
    options.format = format;
    return options;
}

QString name_for(ExportFormat format) {
    return format == ExportFormat::Mp4H264 ? "clip.mp4" : format == ExportFormat::MkvFfv1 ? "clip.mkv" : "frames";
}

Recipe recipe_with(const std::string& prompt) {
    Recipe recipe;
    recipe.request.prompt = prompt;
    recipe.request.seed = 0xFFFFFFFFFFFFFFFFULL;
    recipe.request.ripple.dense_layers = {1, 2};
    return recipe;
}

double psnr(const FrameSequence& a, const FrameSequence& b) {
    double squares = 0;
    for (std::size_t i = 0; i < a.rgb.size(); ++i)
        squares += std::pow(double(a.rgb[i]) - double(b.rgb[i]), 2);
    return squares == 0 ? 100 : 10 * std::log10(65025.0 * double(a.rgb.size()) / squares);
}

// Runs `work` in a child process that may give up rights; its return value, or -1.
int in_child(const std::function<int()>& work) {
    const pid_t pid = fork();
    if (pid == 0) _exit(work());
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

class TestClipExport : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase();
    void formatsByName();
    void losslessRoundTrip_data();
    void losslessRoundTrip();
    void mp4RoundTrip();
    void oddSizes();
    void cornerColours();
    void mp4IsTagged();
    void loopsRateAndProgress();
    void sideBySide();
    void recipeRoundTrip_data();
    void recipeRoundTrip();
    void promptCanBeLeftOut();
    void filesWithoutRecipeSaySo();
    void badOptions();
    void cancelLeavesNothing_data();
    void cancelLeavesNothing();
    void fullDiskLeavesTheOldFile_data();
    void fullDiskLeavesTheOldFile();
    void fullSmallDisk();
    void noPermission();
    void missingFolder();
    void foldersWithOtherFilesAreNotTouched();
    void olderFramesAreReplaced();
    void killedExportLeavesNoTarget();
    void damagedClips();

  private:
    QString in(const QString& name) const { return dir_.filePath(name); }
    QTemporaryDir dir_;
};

void TestClipExport::initTestCase() {
    qputenv("XDG_STATE_HOME", dir_.filePath("state").toUtf8());
    ::signal(SIGXFSZ, SIG_IGN);
}

void TestClipExport::formatsByName() {
    QCOMPARE(int(*export_format_of("a.mp4")), int(ExportFormat::Mp4H264));
    QCOMPARE(int(*export_format_of("b.MKV")), int(ExportFormat::MkvFfv1));
    QCOMPARE(int(*export_format_of("frames")), int(ExportFormat::PngSequence));
    QCOMPARE(int(*export_format_of("new.d/")), int(ExportFormat::PngSequence));
    for (const char* name : {"", "clip.avi", "x.png"}) {
        const auto format = export_format_of(name);
        QVERIFY(!format.ok());
        QCOMPARE(int(format.error().code), int(ErrorCode::BadRequest));
        QVERIFY(format.error().message.find(".mp4") != std::string::npos);
    }
}

void TestClipExport::losslessRoundTrip_data() {
    QTest::addColumn<ExportFormat>("format");
    QTest::addColumn<int>("width");
    for (int width : {64, 37}) {
        QTest::addRow("mkv %d", width) << ExportFormat::MkvFfv1 << width;
        QTest::addRow("png %d", width) << ExportFormat::PngSequence << width;
    }
}

void TestClipExport::losslessRoundTrip() {
    QFETCH(ExportFormat, format);
    QFETCH(int, width);
    const auto clip = test_clip(9, width, 33, 12.5);
    const std::string path = in(QString::number(width) + name_for(format)).toStdString();
    REQUIRE_OK(export_frames(clip, nullptr, path, options_for(format)));
    const auto back = read_clip_frames(path);
    REQUIRE_OK(back);
    QCOMPARE(back->frames, 9);
    QCOMPARE(back->width, width);
    QCOMPARE(back->height, 33);
    QVERIFY(back->rgb == clip.rgb);
    if (format == ExportFormat::MkvFfv1) QVERIFY(std::abs(back->fps - 12.5) < 1e-6);
    QVERIFY(!QFile::exists(QString::fromStdString(path + ".part")));
}

void TestClipExport::mp4RoundTrip() {
    const auto clip = test_clip(33, 128, 96);
    const std::string path = in("round.mp4").toStdString();
    REQUIRE_OK(export_frames(clip, nullptr, path, options_for(ExportFormat::Mp4H264)));
    const auto back = read_clip_frames(path);
    REQUIRE_OK(back);
    QCOMPARE(back->frames, 33);
    QCOMPARE(back->width, 128);
    QCOMPARE(back->height, 96);
    QCOMPARE(back->fps, 16.0);
    QVERIFY2(psnr(clip, *back) > 35, qPrintable(QString::number(psnr(clip, *back))));
    // Memory is capped with a sentence.
    const auto capped = read_clip_frames(path, 100'000);
    QVERIFY(!capped.ok());
    QVERIFY(capped.error().message.find("100 kB") != std::string::npos);
}

void TestClipExport::oddSizes() {
    const auto clip = test_clip(5, 35, 21);
    const std::string path = in("odd.mp4").toStdString();
    auto options = options_for(ExportFormat::Mp4H264);
    options.crf = 1;
    REQUIRE_OK(export_frames(clip, nullptr, path, options));
    const auto back = read_clip_frames(path);
    REQUIRE_OK(back);
    QCOMPARE(back->width, 36);
    QCOMPARE(back->height, 22);
    const auto one = test_clip(1, 1, 1);
    REQUIRE_OK(export_frames(one, nullptr, in("one.mp4").toStdString(), options_for(ExportFormat::Mp4H264)));
    QCOMPARE(read_clip_frames(in("one.mp4").toStdString())->frames, 1);
}

// The middle of every patch: chroma is subsampled, so edges may bleed.
void TestClipExport::cornerColours() {
    const auto clip = corner_colours();
    const std::string path = in("corners.mp4").toStdString();
    auto options = options_for(ExportFormat::Mp4H264);
    options.crf = 1;
    REQUIRE_OK(export_frames(clip, nullptr, path, options));
    const auto back = read_clip_frames(path);
    REQUIRE_OK(back);
    int worst = 0;
    for (int f = 0; f < clip.frames; ++f) {
        for (int y = 0; y < clip.height; ++y) {
            for (int x = 0; x < clip.width; ++x) {
                if (x % 32 < 6 || x % 32 > 25 || y % 32 < 6 || y % 32 > 25) continue;
                for (int c = 0; c < 3; ++c) {
                    const std::size_t at = (std::size_t(y) * clip.width + x) * 3 + c;
                    worst = std::max(worst, std::abs(int(clip.frame(f)[at]) - int(back->frame(f)[at])));
                }
            }
        }
    }
    QVERIFY2(worst <= 2, qPrintable(QString("worst error %1/255").arg(worst)));
}

void TestClipExport::mp4IsTagged() {
    const std::string path = in("tags.mp4").toStdString();
    REQUIRE_OK(export_frames(test_clip(5, 64, 64), nullptr, path, options_for(ExportFormat::Mp4H264)));
    auto input = media::open_input(path, true);
    REQUIRE_OK(input);
    const AVCodecParameters* stream = (*input)->streams[0]->codecpar;
    QCOMPARE(int(stream->codec_id), int(AV_CODEC_ID_H264));
    QCOMPARE(stream->profile, FF_PROFILE_H264_HIGH);
    QCOMPARE(stream->format, int(AV_PIX_FMT_YUV420P));
    QCOMPARE(int(stream->color_space), int(AVCOL_SPC_BT709));
    QCOMPARE(int(stream->color_primaries), int(AVCOL_PRI_BT709));
    QCOMPARE(int(stream->color_trc), int(AVCOL_TRC_BT709));
    QCOMPARE(int(stream->color_range), int(AVCOL_RANGE_MPEG));
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray bytes = file.readAll();
    QVERIFY(bytes.indexOf("moov") < bytes.indexOf("mdat"));  // faststart
}

void TestClipExport::loopsRateAndProgress() {
    auto options = options_for(ExportFormat::MkvFfv1);
    options.loops = 3;
    options.fps = 30;
    const auto clip = test_clip(4, 16, 16);
    int last = 0, calls = 0;
    const std::string path = in("loops.mkv").toStdString();
    REQUIRE_OK(export_frames(clip, nullptr, path, options, [&](int done, int total) {
        QCOMPARE(total, 12);
        QVERIFY(done > last);
        last = done;
        ++calls;
    }));
    QCOMPARE(last, 12);
    QCOMPARE(calls, 12);
    const auto back = read_clip_frames(path);
    QCOMPARE(back->frames, 12);
    QVERIFY(std::abs(back->fps - 30) < 1e-6);
    QVERIFY(std::equal(clip.rgb.begin(), clip.rgb.end(), back->frame(8)));
}

void TestClipExport::sideBySide() {
    const auto left = test_clip(3, 20, 10);
    auto right = left;
    for (auto& value : right.rgb)
        value = static_cast<std::uint8_t>(255 - value);
    const auto both = side_by_side(left, right, 4);
    REQUIRE_OK(both);
    QCOMPARE(both->width, 44);
    QCOMPARE(both->height, 10);
    for (int f = 0; f < 3; ++f) {
        for (int y = 0; y < 10; ++y) {
            const std::uint8_t* row = both->frame(f) + y * 44 * 3;
            QVERIFY(std::equal(row, row + 60, left.frame(f) + y * 60));
            QVERIFY(std::equal(row + 72, row + 132, right.frame(f) + y * 60));
        }
    }
    const auto wrong = side_by_side(left, test_clip(4, 20, 10));
    QVERIFY(!wrong.ok());
    QVERIFY(wrong.error().message.find("20 x 10 x 3 and 20 x 10 x 4") != std::string::npos);
}

void TestClipExport::recipeRoundTrip_data() {
    QTest::addColumn<ExportFormat>("format");
    QTest::addColumn<QByteArray>("prompt");
    const QByteArray emoji = "\xF0\x9F\x90\x9F fish; \"quoted\" = \\ 'x'\n\xE6\xB0\xB4 \xC3\xBC\t#;=";
    QByteArray large;
    while (large.size() < 64 * 1024)
        large += emoji;
    for (auto format : {ExportFormat::Mp4H264, ExportFormat::MkvFfv1, ExportFormat::PngSequence}) {
        QTest::addRow("%s emoji", qPrintable(name_for(format))) << format << emoji;
        QTest::addRow("%s 64 kB", qPrintable(name_for(format))) << format << large;
    }
}

void TestClipExport::recipeRoundTrip() {
    QFETCH(ExportFormat, format);
    QFETCH(QByteArray, prompt);
    const Recipe recipe = recipe_with(prompt.toStdString());
    const std::string path = in("recipe_" + name_for(format)).toStdString();
    REQUIRE_OK(export_frames(test_clip(2, 16, 16), &recipe, path, options_for(format)));
    const auto back = read_recipe(path);
    REQUIRE_OK(back);
    QVERIFY(back->request == recipe.request);
}

void TestClipExport::promptCanBeLeftOut() {
    const Recipe recipe = recipe_with("a secret");
    auto options = options_for(ExportFormat::MkvFfv1);
    options.embed_prompt = false;
    const std::string path = in("secret.mkv").toStdString();
    REQUIRE_OK(export_frames(test_clip(2, 16, 16), &recipe, path, options));
    const auto back = read_recipe(path);
    REQUIRE_OK(back);
    QCOMPARE(back->request.prompt, std::string());
    QCOMPARE(back->request.seed, recipe.request.seed);
}

void TestClipExport::filesWithoutRecipeSaySo() {
    REQUIRE_OK(
        export_frames(test_clip(2, 16, 16), nullptr, in("bare.mp4").toStdString(), options_for(ExportFormat::Mp4H264)));
    REQUIRE_OK(
        export_frames(test_clip(2, 16, 16), nullptr, in("bare").toStdString(), options_for(ExportFormat::PngSequence)));
    for (const QString& name : {in("bare.mp4"), in("bare"), in("bare/frame_00000.png")}) {
        const auto recipe = read_recipe(name.toStdString());
        QVERIFY(!recipe.ok());
        QVERIFY2(recipe.error().message.find("holds no recipe") != std::string::npos, recipe.error().message.c_str());
    }
    const auto none = read_recipe(in("nothing.mp4").toStdString());
    QVERIFY(!none.ok());
    QVERIFY(none.error().message.find("nothing.mp4") != std::string::npos);
}

void TestClipExport::badOptions() {
    const auto clip = test_clip(2, 16, 16);
    auto message = [&](auto change, const FrameSequence& frames) {
        ExportOptions options;
        change(options);
        const auto status = export_frames(frames, nullptr, in("bad.mp4").toStdString(), options);
        return status.ok() ? QString() : QString::fromStdString(status.error().message);
    };
    QVERIFY(message([](auto& o) { o.crf = 52; }, clip).contains("crf is 52"));
    QVERIFY(message([](auto& o) { o.fps = NAN; }, clip).contains("fps"));
    QVERIFY(message([](auto& o) { o.fps = 1e6; }, clip).contains("fps is 1e+06"));
    QVERIFY(message([](auto& o) { o.loops = 0; }, clip).contains("loops is 0"));
    QVERIFY(message([](auto&) {}, FrameSequence()).contains("no frames"));
    QVERIFY(!QFile::exists(in("bad.mp4")));
}

void TestClipExport::cancelLeavesNothing_data() {
    QTest::addColumn<ExportFormat>("format");
    QTest::newRow("mp4") << ExportFormat::Mp4H264;
    QTest::newRow("mkv") << ExportFormat::MkvFfv1;
    QTest::newRow("png") << ExportFormat::PngSequence;
}

void TestClipExport::cancelLeavesNothing() {
    QFETCH(ExportFormat, format);
    QTemporaryDir dir;
    std::stop_source stop;
    const auto status = export_frames(
        test_clip(9, 32, 32), nullptr, dir.filePath(name_for(format)).toStdString(), options_for(format),
        [&](int done, int) {
            if (done == 4) stop.request_stop();
        },
        stop.get_token());
    QVERIFY(!status.ok());
    QCOMPARE(int(status.error().code), int(ErrorCode::Cancelled));
    QVERIFY(QDir(dir.path()).isEmpty());
}

void TestClipExport::fullDiskLeavesTheOldFile_data() {
    QTest::addColumn<ExportFormat>("format");
    QTest::addColumn<int>("limit");
    for (int limit : {0, 500, 5'000, 40'000}) {
        QTest::addRow("mp4 %d", limit) << ExportFormat::Mp4H264 << limit;
        QTest::addRow("mkv %d", limit) << ExportFormat::MkvFfv1 << limit;
    }
    QTest::addRow("png 100") << ExportFormat::PngSequence << 100;
}

// A file-size limit makes every write beyond it fail: in the header, in a frame, in the trailer, at closing.
void TestClipExport::fullDiskLeavesTheOldFile() {
    QFETCH(ExportFormat, format);
    QFETCH(int, limit);
    QTemporaryDir dir;
    const QString path = dir.filePath(name_for(format));
    REQUIRE_OK(export_frames(test_clip(2, 16, 16), nullptr, path.toStdString(), options_for(format)));
    const auto before = read_clip_frames(path.toStdString());
    auto clip = test_clip(40, 96, 96);
    for (std::size_t i = 0; i < clip.rgb.size(); ++i)
        clip.rgb[i] ^= std::uint8_t((i * 2654435761u) >> 24);  // hard to compress
    qputenv("XDG_STATE_HOME", "/proc/none");
    const int outcome = in_child([&] {
        const rlimit small{rlim_t(limit), rlim_t(limit)};
        setrlimit(RLIMIT_FSIZE, &small);
        const auto status = export_frames(clip, nullptr, path.toStdString(), options_for(format));
        if (status.ok()) return 1;
        if (status.error().code != ErrorCode::Io) return 2;
        return status.error().message.find("The disk is full: " + path.toStdString()) == 0 ? 0 : 3;
    });
    QCOMPARE(outcome, 0);
    QCOMPARE(QDir(dir.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList(name_for(format)));
    QVERIFY(read_clip_frames(path.toStdString())->rgb == before->rgb);
}

void TestClipExport::fullSmallDisk() {
    QTemporaryDir dir;
    if (mount("tmpfs", dir.path().toUtf8(), "tmpfs", 0, "size=64k") != 0) QSKIP("no right to mount a small disk here");
    auto clip = test_clip(40, 96, 96);
    for (std::size_t i = 0; i < clip.rgb.size(); ++i)
        clip.rgb[i] ^= std::uint8_t((i * 2654435761u) >> 24);
    QStringList left;
    bool sentences = true;
    for (auto format : {ExportFormat::Mp4H264, ExportFormat::MkvFfv1, ExportFormat::PngSequence}) {
        const auto status =
            export_frames(clip, nullptr, dir.filePath(name_for(format)).toStdString(), options_for(format));
        sentences = sentences && !status.ok() && status.error().message.find("The disk is full") == 0;
        left += QDir(dir.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot);
    }
    umount(dir.path().toUtf8());
    QVERIFY(sentences);
    QCOMPARE(left, QStringList());
}

// Root may write everywhere, so a child gives its rights up first.
void TestClipExport::noPermission() {
    QTemporaryDir dir;
    QVERIFY(QFile::setPermissions(dir.path(), QFile::ReadOwner | QFile::ExeOwner | QFile::ReadOther | QFile::ExeOther));
    for (auto format : {ExportFormat::Mp4H264, ExportFormat::PngSequence}) {
        const int outcome = in_child([&] {
            if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return 9;
            const auto status = export_frames(test_clip(2, 16, 16), nullptr,
                                              dir.filePath(name_for(format)).toStdString(), options_for(format));
            if (status.ok()) return 1;
            return status.error().message.find("There is no permission to write") == 0 ? 0 : 2;
        });
        QCOMPARE(outcome, 0);
    }
    QFile::setPermissions(dir.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

void TestClipExport::missingFolder() {
    const auto status = export_frames(test_clip(2, 16, 16), nullptr, in("no/such/clip.mp4").toStdString(), {});
    QVERIFY(!status.ok());
    QVERIFY(status.error().message.find("no/such does not exist") != std::string::npos);
    QVERIFY(QDir(dir_.path()).mkdir("folder.mp4"));
    const auto folder = export_frames(test_clip(2, 16, 16), nullptr, in("folder.mp4").toStdString(), {});
    QVERIFY(!folder.ok());
    QVERIFY(folder.error().message.find("is a folder") != std::string::npos);
}

void TestClipExport::foldersWithOtherFilesAreNotTouched() {
    QTemporaryDir dir;
    QDir(dir.path()).mkdir("frames");
    QFile other(dir.filePath("frames/holiday.jpg"));
    QVERIFY(other.open(QIODevice::WriteOnly));
    const auto status = export_frames(test_clip(2, 16, 16), nullptr, dir.filePath("frames").toStdString(),
                                      options_for(ExportFormat::PngSequence));
    QVERIFY(!status.ok());
    QVERIFY(status.error().message.find("holds other files") != std::string::npos);
    QVERIFY(other.exists());
    QCOMPARE(QDir(dir.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList("frames"));
}

void TestClipExport::olderFramesAreReplaced() {
    QTemporaryDir dir;
    const std::string path = dir.filePath("frames").toStdString();
    REQUIRE_OK(export_frames(test_clip(5, 16, 16), nullptr, path, options_for(ExportFormat::PngSequence)));
    REQUIRE_OK(export_frames(test_clip(2, 24, 16), nullptr, path, options_for(ExportFormat::PngSequence)));
    QCOMPARE(read_clip_frames(path)->frames, 2);
    QCOMPARE(QDir(dir.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList("frames"));
}

// Killed in the middle: no target; the next export does not mind what is left.
void TestClipExport::killedExportLeavesNoTarget() {
    for (auto format : {ExportFormat::Mp4H264, ExportFormat::MkvFfv1, ExportFormat::PngSequence}) {
        QTemporaryDir dir;
        const std::string path = dir.filePath(name_for(format)).toStdString();
        const auto clip = test_clip(9, 32, 32);
        const int outcome = in_child([&] {
            (void)export_frames(clip, nullptr, path, options_for(format), [](int done, int) {
                if (done == 5) ::raise(SIGKILL);
            });
            return 0;
        });
        QCOMPARE(outcome, -1);
        QVERIFY(!QFile::exists(QString::fromStdString(path)));
        REQUIRE_OK(export_frames(clip, nullptr, path, options_for(format)));
        QCOMPARE(QDir(dir.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList(name_for(format)));
    }
}

void TestClipExport::damagedClips() {
    REQUIRE_OK(export_frames(test_clip(20, 64, 64), nullptr, in("whole.mkv").toStdString(),
                             options_for(ExportFormat::MkvFfv1)));
    QFile whole(in("whole.mkv"));
    QVERIFY(whole.open(QIODevice::ReadOnly));
    const QByteArray bytes = whole.readAll();
    auto attempt = [&](const QByteArray& content) {
        QFile file(in("damaged.mkv"));
        if (!file.open(QIODevice::WriteOnly)) return QString("cannot write");
        file.write(content);
        file.close();
        const auto clip = read_clip_frames(in("damaged.mkv").toStdString());
        return clip.ok() ? "frames: " + QString::number(clip->frames) : QString::fromStdString(clip.error().message);
    };
    QVERIFY(attempt("").contains("damaged.mkv"));
    QVERIFY(attempt("hello").contains("not a clip"));
    QVERIFY(attempt(bytes.left(100)).contains("damaged.mkv"));
    for (int cut = 1; cut < 10; ++cut) {
        const QString outcome =
            attempt(bytes.left(bytes.size() * cut / 10));  // says something, and never more than was there
        QVERIFY2(outcome.contains("damaged.mkv") || outcome.startsWith("frames: "), qPrintable(outcome));
    }
    QByteArray wrong = bytes;
    for (int i = wrong.size() / 2; i < wrong.size() / 2 + 400; ++i)
        wrong[i] = char(i * 37);
    const QString outcome = attempt(wrong);
    QVERIFY2(outcome.contains("damaged.mkv"), qPrintable(outcome));
    QVERIFY(!read_clip_frames(in("nothing").toStdString()).ok());
    QVERIFY(!read_clip_frames("/dev/zero").ok());
}

QTEST_APPLESS_MAIN(TestClipExport)
#include "tst_clip_export.moc"
