// Real runs of the built-in model for the README: a short animation of the window at work and screenshots. Not a test; takes as long
// as two runs. resources/pictures/make_pictures.sh calls it.
//   QT_QPA_PLATFORM=offscreen ui_showreel FOLDER
#include <QApplication>
#include <QDir>
#include <cstdio>
#include <cstring>

#include "engine/api/clip_export.h"
#include "engine/api/engine.h"
#include "tests/ui/ui_test_support.h"
#include "ui/main_window/pages.h"
#include "ui/theme/theme.h"
#include "ui/widgets/playback_clock.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

constexpr int kReelWidth = 960, kReelFps = 5, kMaxPictures = 90, kGrabEveryMs = 1200, kRunPatienceMs = 900'000;

class Reel {
  public:
    explicit Reel(MainWindow* window) : window_(window) { since_.start(); }

    void grab(bool at_once = false) {
        if ((!at_once && since_.elapsed() < kGrabEveryMs) || int(pictures_.size()) >= kMaxPictures) return;
        since_.restart();
        pictures_.push_back(window_->grab().toImage().scaledToWidth(kReelWidth, Qt::SmoothTransformation).convertToFormat(QImage::Format_RGB888));
    }

    bool save(const QString& path) const {
        if (pictures_.empty()) return false;
        const QSize size = pictures_.front().size();
        engine::FrameSource source{int(pictures_.size()), size.height(), size.width(), kReelFps, [&](int index, std::uint8_t* rgb) {
                                       const QImage& picture = pictures_[std::size_t(index)];
                                       const std::size_t row = std::size_t(size.width()) * 3;
                                       if (picture.size() != size) return false;
                                       for (int y = 0; y < size.height(); ++y) std::memcpy(rgb + std::size_t(y) * row, picture.constScanLine(y), row);
                                       return true;
                                   }};
        engine::ExportOptions options;
        options.format = engine::ExportFormat::WebP;
        options.crf = 40;
        const auto status = engine::export_frames(source, nullptr, path.toStdString(), options);
        if (!status) std::fprintf(stderr, "%s\n", status.error().message.c_str());
        return status.ok();
    }

  private:
    MainWindow* window_;
    QElapsedTimer since_;
    std::vector<QImage> pictures_;
};

void photograph(MainWindow& window, const QString& path) {
    QTest::qWait(200);
    window.grab().save(path);
    std::printf("%s\n", qPrintable(path));
}

}  // namespace

int main(int argc, char** argv) {
    QApplication qt(argc, argv);
    if (argc < 2) {
        std::printf("usage: ui_showreel FOLDER\n");
        return 2;
    }
    const QDir folder(QString::fromLocal8Bit(argv[1]));
    folder.mkpath(QStringLiteral("."));
    Theme theme(qt);
    theme.setChoice(ThemeChoice::Dark);
    QTemporaryDir settings_folder;
    AppSettings settings(settings_folder.filePath(QStringLiteral("studio.ini")));
    Workspace workspace(&engine::open_engine);
    MainWindow window(&workspace, &settings, &theme);
    window.resize(1440, 900);
    window.show();
    QSignalSpy model(&workspace, &Workspace::modelChanged);
    workspace.chooseModel({});
    if (!model.wait(kPatienceMs)) return 1;
    auto request = window.promptPanel()->request();
    request.prompt = "a large orange fish moves left in dark water";
    window.promptPanel()->setRequest(request);
    window.promptPanel()->choosePreset(3);

    Reel reel(&window);
    int updates = 0;
    bool failed = false;
    QObject::connect(&workspace, &Workspace::runUpdated, &window, [&](const RunRecordPtr& run, const RunUpdate& update) {
        reel.grab();
        if (update.token_map && ++updates && run->token_maps.size() == 10) photograph(window, folder.filePath(QStringLiteral("watch-dark.png")));
    });
    QObject::connect(&workspace, &Workspace::runEnded, &window, [&](const RunRecordPtr& run, quint64) {
        if (!run->error) return;
        std::fprintf(stderr, "%s\n", run->error->message.c_str());
        failed = true;
    });
    QSignalSpy compared(&workspace, &Workspace::comparisonReady);
    window.actions().find(QStringLiteral("run.compare"))->trigger();
    QElapsedTimer patience;
    patience.start();
    while (compared.isEmpty() && !failed && patience.elapsed() < kRunPatienceMs) compared.wait(1000);
    if (compared.isEmpty()) return 1;
    auto* page = window.comparePage();
    page->clock()->setPlaying(false);
    for (int frame = 0; frame < page->clock()->length(); frame += 3) {
        page->clock()->setPosition(frame);
        if (frame == 18) page->setMode(ComparePage::Wipe);
        reel.grab(true);
    }
    page->setMode(ComparePage::SideBySide);
    page->clock()->setPosition(12);
    photograph(window, folder.filePath(QStringLiteral("compare-dark.png")));
    theme.setChoice(ThemeChoice::Light);
    window.pages()->showPage(QStringLiteral("demo"));
    QTest::qWait(2500);
    photograph(window, folder.filePath(QStringLiteral("demo-light.png")));
    return reel.save(folder.filePath(QStringLiteral("studio.webp"))) ? 0 : 1;
}
