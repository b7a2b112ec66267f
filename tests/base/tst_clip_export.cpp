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
    constexpr const char* kNames[] = {"clip.mp4", "clip.mkv", "frames", "h265.mp4", "av1.mp4", "clip.mov", "clip.webp", "clip.gif"};
    return kNames[int(format)];
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
    void lossyFormatsDecode_data();
    void lossyFormatsDecode();
    void thereAndBack_data();
    void thereAndBack();
    void webpAtBestIsLossless();
    void paintedOneByOne();
    void onePicture();
    void damagedAnimations_data();
    void damagedAnimations();
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
    QCOMPARE(int(*export_format_of("a.mov")), int(ExportFormat::MovProRes));
    QCOMPARE(int(*export_format_of("a.WebP")), int(ExportFormat::WebP));
    QCOMPARE(int(*export_format_of("a.gif")), int(ExportFormat::Gif));
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

void TestClipExport::lossyFormatsDecode_data() {
    QTest::addColumn<ExportFormat>("format");
    QTest::addColumn<double>("least_db");
    QTest::addColumn<int>("width");
    // Floors under what was measured with this clip (H.265 48, AV1 52, ProRes 68, WebP 45, GIF 33 dB).
    for (int width : {128, 97}) {
        QTest::addRow("h265 %d", width) << ExportFormat::Mp4H265 << 36.0 << width;
        QTest::addRow("av1 %d", width) << ExportFormat::Mp4Av1 << 36.0 << width;
        QTest::addRow("prores %d", width) << ExportFormat::MovProRes << 42.0 << width;
        QTest::addRow("webp %d", width) << ExportFormat::WebP << 36.0 << width;
        QTest::addRow("gif %d", width) << ExportFormat::Gif << 30.0 << width;
    }
}

void TestClipExport::lossyFormatsDecode() {
    QFETCH(ExportFormat, format);
    QFETCH(double, least_db);
    QFETCH(int, width);
    const auto clip = test_clip(17, width, 96);
    const std::string path = in(QString::number(width) + name_for(format)).toStdString();
    REQUIRE_OK(export_frames(clip, nullptr, path, options_for(format)));
    const auto back = read_clip_frames(path);
    REQUIRE_OK(back);
    QCOMPARE(back->frames, 17);
    QCOMPARE(back->height, 96);
    QVERIFY2(std::abs(back->fps - 16.0) < 0.4, qPrintable(QString::number(back->fps)));  // GIF counts hundredths of a second
    const bool whole = format == ExportFormat::WebP || format == ExportFormat::Gif;
    QCOMPARE(back->width, whole ? width : width + width % 2);
    if (back->width == width) {
        const double db = psnr(clip, *back);
        qInfo("%.1f dB, %lld bytes", db, QFileInfo(QString::fromStdString(path)).size());
        QVERIFY2(db >= least_db, qPrintable(QString::number(db)));
    }
    QVERIFY(!QFile::exists(QString::fromStdString(path + ".part")));
    if (whole) return;
    auto input = media::open_input(path, true);
    REQUIRE_OK(input);
    const AVCodecParameters* stream = (*input)->streams[0]->codecpar;
    QCOMPARE(int(stream->color_space), int(AVCOL_SPC_BT709));
    QCOMPARE(int(stream->color_primaries), int(AVCOL_PRI_BT709));
    QCOMPARE(int(stream->color_trc), int(AVCOL_TRC_BT709));
    if (format == ExportFormat::Mp4H265) QCOMPARE(stream->codec_tag, unsigned(MKTAG('h', 'v', 'c', '1')));
}

void TestClipExport::thereAndBack_data() {
    QTest::addColumn<ExportFormat>("format");
    QTest::newRow("mkv") << ExportFormat::MkvFfv1;
    QTest::newRow("png") << ExportFormat::PngSequence;
}

void TestClipExport::thereAndBack() {
    QFETCH(ExportFormat, format);
    auto options = options_for(format);
    options.ping_pong = true;
    options.loops = 2;
    QCOMPARE(exported_frames(4, options), 12);
    QCOMPARE(exported_frames(2, options), 4);
    QCOMPARE(exported_frames(1, options), 2);
    const auto clip = test_clip(4, 16, 16);
    const std::string path = in("back_" + name_for(format)).toStdString();
    REQUIRE_OK(export_frames(clip, nullptr, path, options));
    const auto back = read_clip_frames(path);
    REQUIRE_OK(back);
    const int expected[] = {0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1};
    QCOMPARE(back->frames, 12);
    for (int i = 0; i < 12; ++i) QVERIFY(std::equal(clip.frame(expected[i]), clip.frame(expected[i]) + clip.frame_bytes(), back->frame(i)));
}

void TestClipExport::webpAtBestIsLossless() {
    auto options = options_for(ExportFormat::WebP);
    options.crf = 0;
    const auto clip = test_clip(5, 31, 17);
    const std::string path = in("best.webp").toStdString();
    REQUIRE_OK(export_frames(clip, nullptr, path, options));
    const auto back = read_clip_frames(path);
    REQUIRE_OK(back);
    QVERIFY(back->rgb == clip.rgb);
    QVERIFY(!read_clip_frames(path, 100).ok());
}

void TestClipExport::paintedOneByOne() {
    const auto clip = test_clip(6, 20, 12);
    int painted = 0;
    FrameSource source{clip.frames, clip.height, clip.width, clip.fps, [&](int index, std::uint8_t* rgb) {
                           ++painted;
                           std::copy(clip.frame(index), clip.frame(index) + clip.frame_bytes(), rgb);
                           return true;
                       }};
    const std::string path = in("painted.mkv").toStdString();
    REQUIRE_OK(export_frames(source, nullptr, path, options_for(ExportFormat::MkvFfv1)));
    QCOMPARE(painted, 6);
    QVERIFY(read_clip_frames(path)->rgb == clip.rgb);
    source.paint = [](int index, std::uint8_t*) { return index < 3; };
    const auto status = export_frames(source, nullptr, path, options_for(ExportFormat::MkvFfv1));
    QVERIFY(!status.ok());
    QVERIFY(status.error().message.find("Frame 4") != std::string::npos);
    QVERIFY(read_clip_frames(path)->rgb == clip.rgb);  // the older file stays
}

void TestClipExport::onePicture() {
    const auto clip = test_clip(3, 20, 12);
    const Recipe recipe = recipe_with("one picture");
    const std::string path = in("one.png").toStdString();
    REQUIRE_OK(save_picture(clip, 2, &recipe, path));
    const auto back = read_clip_frames(path);
    REQUIRE_OK(back);
    QVERIFY(std::equal(clip.frame(2), clip.frame(2) + clip.frame_bytes(), back->frame(0)));
    QCOMPARE(read_recipe(path)->request.prompt, std::string("one picture"));
    QVERIFY(!save_picture(clip, 3, nullptr, path).ok());
    QVERIFY(!save_picture(clip, 0, nullptr, in("nowhere/one.png").toStdString()).ok());
}

void TestClipExport::damagedAnimations_data() {
    QTest::addColumn<ExportFormat>("format");
    QTest::newRow("webp") << ExportFormat::WebP;
    QTest::newRow("gif") << ExportFormat::Gif;
}

// Every cut and many flipped bytes: a sentence or a clip, never a crash; a recipe comes back whole or not at all.
void TestClipExport::damagedAnimations() {
    QFETCH(ExportFormat, format);
    const Recipe recipe = recipe_with("damaged");
    const QString path = in("whole_" + name_for(format)), broken = in("broken_" + name_for(format));
    REQUIRE_OK(export_frames(test_clip(3, 24, 16), &recipe, path.toStdString(), options_for(format)));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray bytes = file.readAll();
    auto look = [&](const QByteArray& content) {
        QFile out(broken);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(content);
        out.close();
        const auto frames = read_clip_frames(broken.toStdString(), 1 << 24);
        QVERIFY(frames.ok() || !frames.error().message.empty());
        const auto text = read_recipe(broken.toStdString());
        QVERIFY(text.ok() || text.error().message.find(broken.toStdString()) != std::string::npos);
    };
    for (int size = 0; size < bytes.size(); size += 1 + size / 16) look(bytes.left(size));
    for (int at = 0; at < bytes.size(); at += 1 + at / 24) {
        QByteArray changed = bytes;
        changed[at] = char(changed[at] ^ 0xFF);
        look(changed);
    }
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
    for (int i = 0; i <= int(ExportFormat::Gif); ++i) {
        const auto format = ExportFormat(i);
        QTest::addRow("%s emoji", qPrintable(name_for(format))) << format << emoji;
        QTest::addRow("%s 64 kB", qPrintable(name_for(format))) << format << large;
    }
}

void TestClipExport::recipeRoundTrip() {
    QFETCH(ExportFormat, format);
    QFETCH(QByteArray, prompt);
    const Recipe recipe = recipe_with(prompt.toStdString());
    const std::string path = in("recipe_" + name_for(format)).toStdString();
    REQUIRE_OK(export_frames(test_clip(2, 64, 64), &recipe, path, options_for(format)));
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
    QTest::newRow("webp") << ExportFormat::WebP;
    QTest::newRow("gif") << ExportFormat::Gif;
    QTest::newRow("mov") << ExportFormat::MovProRes;
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
        QTest::addRow("mov %d", limit) << ExportFormat::MovProRes << limit;
        QTest::addRow("webp %d", limit) << ExportFormat::WebP << limit;
        QTest::addRow("gif %d", limit) << ExportFormat::Gif << limit;
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
