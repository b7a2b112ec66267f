// What is exported to be shown: composed frames, figures, tables, and the panel that makes them.
#include <QComboBox>
#include <clocale>
#include <QImage>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

#include "engine/api/clip_reader.h"
#include "tests/support/clips.h"
#include "tests/ui/ui_test_support.h"
#include "ui/dialogs/export_panel.h"
#include "ui/session/composition.h"
#include "ui/session/heatmap_figure.h"
#include "ui/session/reveal_file.h"
#include "ui/widgets/file_handle.h"
#include "ui/widgets/frame_image.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

engine::FrameSequencePtr plain(int frames, int width, int height, std::uint8_t value) {
    auto clip = std::make_shared<engine::FrameSequence>(engine::test_clip(frames, width, height));
    std::fill(clip->rgb.begin(), clip->rgb.end(), value);
    return clip;
}

// One token map per step: the first token computed, the rest along time.
engine::TokenMapPtr someMap(int step) {
    auto map = std::make_shared<engine::TokenMap>();
    map->step = step;
    map->grid = {3, 4, 4};
    map->layers = map->heads = 1;
    const std::size_t n = map->tokens();
    map->mean_share.assign(2 * engine::kOrigins * n, 0);
    for (std::size_t side = 0; side < 2; ++side) {
        for (std::size_t token = 0; token < n; ++token) map->mean_share[(side * engine::kOrigins + (token == 0 ? 0 : 1)) * n + token] = 255;
    }
    return map;
}

}  // namespace

class TestExportShow : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void a_bare_clip_is_the_clip() {
        Composition c;
        c.left = plain(2, 40, 30, 90);
        QCOMPARE(sizeOf(c), QSize(40, 30));
        QCOMPARE(composeFrame(c, 1), imageOfFrame(c.left, 1));
        c.scale = 2;
        QCOMPARE(sizeOf(c), QSize(80, 60));
        QCOMPARE(composeFrame(c, 1).pixelColor(41, 31), QColor(90, 90, 90));
        QVERIFY(composeFrame(c, 2).isNull());
    }

    void side_by_side_carries_names_and_numbers() {
        Composition c;
        c.layout = Composition::Layout::SideBySide;
        c.left = plain(3, 120, 100, 40);
        c.right = plain(3, 120, 100, 200);
        const QSize bare = sizeOf(c);
        QCOMPARE(bare.height(), 100);
        QVERIFY(bare.width() > 240);
        c.left_label = QStringLiteral("dense");
        c.right_label = QStringLiteral("TimeRipple");
        c.numbers = QStringLiteral("2.1× faster");
        c.psnr_db = {30, 31, 32};
        QVERIFY(sizeOf(c).height() > 100);
        const QImage with = composeFrame(c, 1);
        QCOMPARE(with.size(), sizeOf(c));
        QCOMPARE(with.pixelColor(60, 50).red(), 40);
        QCOMPARE(with.pixelColor(bare.width() - 60, 50).red(), 200);
        // The band is written on, and the number changes from frame to frame.
        const QRect band(0, 100, with.width(), with.height() - 100);
        QVERIFY(with.copy(band) != composeFrame(c, 2).copy(band));
        c.psnr_db.clear();
        QCOMPARE(composeFrame(c, 1).copy(band), composeFrame(c, 2).copy(band));
    }

    // In a small clip too: smaller, in two rows, but whole.
    void what_is_burnt_in_has_room() {
        Composition c;
        c.layout = Composition::Layout::MapBeside;
        c.left = plain(1, 128, 128, 40);
        c.map = someMap(1);
        c.left_label = QStringLiteral("TimeRipple Balanced, 4.2 s");
        const QImage picture = composeFrame(c, 0);
        QCOMPARE(picture.size(), sizeOf(c));
        for (const QColor& colour : {darkTokens().computed, darkTokens().along_time, darkTokens().along_y, darkTokens().along_x}) {
            bool found = false;
            for (int y = 128; y < picture.height() && !found; ++y) {
                for (int x = picture.width() - 128; x < picture.width() && !found; ++x) found = picture.pixelColor(x, y) == colour;
            }
            QVERIFY2(found, qPrintable(colour.name()));
        }
        c.left = plain(1, 640, 640, 40);
        QVERIFY(sizeOf(c).height() < 640 + 64);  // one row where there is room
    }

    void the_wipe_shows_both_and_moves() {
        Composition c;
        c.layout = Composition::Layout::Wipe;
        c.left = plain(8, 100, 60, 40);
        c.right = plain(8, 100, 60, 200);
        const QImage first = composeFrame(c, 0), middle = composeFrame(c, 4);
        QCOMPARE(first.size(), QSize(100, 60));
        QCOMPARE(first.pixelColor(99, 50).red(), 200);
        QCOMPARE(first.pixelColor(50, 50).red(), 200);
        QCOMPARE(middle.pixelColor(50, 50).red(), 40);
        QCOMPARE(middle.pixelColor(98, 50).red(), 200);
    }

    void the_heatmap_beside_and_over() {
        Composition c;
        c.layout = Composition::Layout::MapBeside;
        c.left = plain(9, 64, 64, 100);
        c.map = someMap(1);
        const QImage beside = composeFrame(c, 0);
        const int start = beside.width() - 64;
        QCOMPARE(beside.pixelColor(start + 4, 4), darkTokens().computed);
        QCOMPARE(beside.pixelColor(start + 40, 40), darkTokens().along_time);
        QCOMPARE(composeFrame(c, 8).pixelColor(start + 4, 4), darkTokens().along_time);  // latent frame 2
        c.layout = Composition::Layout::MapOver;
        const QColor mixed = composeFrame(c, 0).pixelColor(40, 40);
        QVERIFY(mixed != darkTokens().along_time && mixed != QColor(100, 100, 100));
    }

    void a_composed_clip_comes_back() {
        QTemporaryDir folder;
        Composition c;
        c.layout = Composition::Layout::SideBySide;
        c.left = plain(4, 64, 64, 40);
        c.right = plain(4, 64, 64, 200);
        c.numbers = QStringLiteral("numbers");
        const std::string path = folder.filePath(QStringLiteral("pair.mkv")).toStdString();
        engine::ExportOptions options;
        options.format = engine::ExportFormat::MkvFfv1;
        QVERIFY(engine::export_frames(sourceOf(c), nullptr, path, options).ok());
        const auto back = engine::read_clip_frames(path);
        QVERIFY(back.ok());
        QCOMPARE(back->frames, 4);
        for (int f = 0; f < 4; ++f) {
            const auto frame = std::make_shared<engine::FrameSequence>(*back);
            QCOMPARE(imageOfFrame(frame, f), composeFrame(c, f));
        }
    }

    void the_table_has_a_row_per_token() {
        HeatmapFigure figure;
        figure.maps = {{2, someMap(2)}, {5, someMap(5)}};
        const QStringList lines = QString::fromStdString(heatmapCsv(figure)).split(QLatin1Char('\n'));
        QCOMPARE(lines.front(), QStringLiteral("step,side,t,y,x,computed,along_time,along_y,along_x"));
        QCOMPARE(lines.size(), 1 + 2 * 2 * 48 + 1);
        QCOMPARE(lines[1], QStringLiteral("2,query,0,0,0,1.000,0.000,0.000,0.000"));
        QCOMPARE(lines[1 + 2 * 48 * 2 - 1], QStringLiteral("5,key,2,3,3,0.000,1.000,0.000,0.000"));
    }

    // Where the desktop writes commas between whole numbers and parts.
    void the_table_has_points_in_every_country() {
        if (!std::setlocale(LC_NUMERIC, "de_DE.utf8")) QSKIP("This machine has no German locale.");
        HeatmapFigure figure;
        figure.maps = {{2, someMap(2)}};
        const QString table = QString::fromStdString(heatmapCsv(figure));
        std::setlocale(LC_NUMERIC, "C");
        QVERIFY(table.contains(QStringLiteral("2,query,0,0,0,1.000,0.000,0.000,0.000\n")));
    }

    void figures_in_both_forms() {
        QTemporaryDir folder;
        HeatmapFigure figure;
        figure.title = QStringLiteral("a fish <&> \"quoted\"");
        figure.maps = {{2, someMap(2)}};
        engine::StepStats step;
        step.dense = false;
        step.layers.resize(2);
        for (auto& layer : step.layers) layer.heads.resize(1);
        figure.steps = {step, step};
        const QString png = folder.filePath(QStringLiteral("map.png")), svg = folder.filePath(QStringLiteral("map.svg"));
        QVERIFY(saveFigure(figure, png).ok());
        QVERIFY(saveFigure(figure, svg).ok());
        const QImage picture(png);
        QCOMPARE(picture.size(), sizeOf(figure) * 2);
        const QColor wanted = lightTokens().along_time;
        bool found = false;
        for (int y = 0; y < picture.height() && !found; y += 7) {
            for (int x = 0; x < picture.width() && !found; x += 7) found = picture.pixelColor(x, y) == wanted;
        }
        QVERIFY(found);
        QFile file(svg);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(text.contains("<svg") && text.contains("</svg>") && text.contains(wanted.name().toLatin1()));
        QVERIFY(!saveFigure(figure, folder.filePath(QStringLiteral("nowhere/map.png"))).ok());
    }

    void the_panel_writes_every_content() {
        TestStudio studio;
        studio.show();
        QTemporaryDir folder;
        QSignalSpy ready(&studio.workspace, &Workspace::comparisonReady);
        studio.workspace.compare(smallRequest());
        QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 1, kPatienceMs);
        auto* panel = studio.window.exportPanel();
        Q_EMIT studio.window.comparePage()->exportRequested(studio.window.comparePage()->referenceId(),
                                                            studio.window.comparePage()->candidateId());
        QVERIFY(panel->isVisible());
        QCOMPARE(panel->content(), ExportContent::SideBySide);
        QSignalSpy exported(panel, &ExportPanel::exported);
        panel->setFormat(engine::ExportFormat::Gif);
        int done = 0;
        for (int content = 0; content <= int(ExportContent::MapFigureSvg); ++content) {
            panel->setContent(ExportContent(content));
            QCOMPARE(panel->content(), ExportContent(content));
            const QString name = QFileInfo(panel->path()).fileName();
            const QString path = folder.filePath(QStringLiteral("%1-%2").arg(content).arg(name));
            panel->setPath(path);
            panel->start();
            ++done;
            QTRY_COMPARE_WITH_TIMEOUT(exported.size(), done, kPatienceMs);
            QVERIFY2(QFileInfo(path).size() > 100, qPrintable(path));
            if (!isMoving(ExportContent(content))) continue;
            const auto back = engine::read_clip_frames(path.toStdString());
            QVERIFY(back.ok());
            QCOMPARE(back->frames, 9);
            QCOMPARE(engine::read_recipe(path.toStdString())->request.prompt, smallRequest().prompt);
        }
        // What was written can be dragged and copied.
        auto* handle = panel->findChild<FileHandle*>();
        QVERIFY(handle->isVisible());
        QCOMPARE(handle->path(), exported.last().front().toString());
        const std::unique_ptr<QMimeData> mime(mimeOfFile(handle->path()));
        QCOMPARE(mime->urls().front().toLocalFile(), handle->path());
    }

    void nothing_is_replaced_without_a_word() {
        TestStudio studio;
        QTemporaryDir folder;
        studio.settings.setExportFolder(folder.path());
        studio.show();
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
        studio.workspace.enqueue(smallRequest());
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kPatienceMs);
        studio.action("file.export")->trigger();
        auto* panel = studio.window.exportPanel();
        QLabel* taken = nullptr;
        for (auto* label : panel->findChildren<QLabel*>()) {
            if (label->text().contains(QStringLiteral("replaces"))) taken = label;
        }
        QVERIFY(taken && !taken->isVisible());
        const QString first = panel->path();
        QSignalSpy exported(panel, &ExportPanel::exported);
        panel->start();
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, kPatienceMs);
        QVERIFY(!taken->isVisible());
        // A clip alone has no band of names: it comes back as it is.
        const auto back = engine::read_clip_frames(first.toStdString());
        QCOMPARE(back->height, smallRequest().height);
        panel->setFormat(engine::ExportFormat::Mp4H265);
        QVERIFY(panel->path() != first);
        QFile other(folder.filePath(QStringLiteral("other.mp4")));
        QVERIFY(other.open(QIODevice::WriteOnly));
        panel->setPath(other.fileName());
        QVERIFY(taken->isVisible());
        // A folder of pictures is as large as they are.
        panel->setFormat(engine::ExportFormat::PngSequence);
        panel->start();
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 2, kPatienceMs);
        qint64 bytes = 0;
        for (const QFileInfo& file : QDir(panel->path()).entryInfoList(QDir::Files)) bytes += file.size();
        QVERIFY(bytes > 0);
        QCOMPARE(sizeOnDisk(panel->path()), bytes);
    }

    void a_clip_alone_offers_no_pair() {
        TestStudio studio;
        auto request = smallRequest();
        request.attention = engine::AttentionMode::Dense;
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
        studio.workspace.enqueue(request);
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kPatienceMs);
        const auto choices = contentChoices(studio.workspace.clips().at(0), nullptr);
        for (const auto& choice : choices) QCOMPARE(choice.possible, choice.content == ExportContent::Clip);
    }
};

QTEST_MAIN(TestExportShow)
#include "tst_export_show.moc"
