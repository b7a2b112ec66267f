// Opening the engine holds the dynamic loader's lock for about half a second. A plugin that the window loads meanwhile
// waits for it, and the GUI thread with it. So every plugin is loaded before the engine is opened, and none after
// (toolchain.md).
#include "tests/ui/ui_test_support.h"
#include "ui/dialogs/export_panel.h"
#include "ui/dialogs/shortcut_sheet.h"

#include <QBuffer>
#include <QImageReader>
#include <QImageWriter>
#include <QProcess>
#include <QTabWidget>
#include <QtTest>

#include <dlfcn.h>
#include <link.h>
#include <mutex>

using namespace timeripple;
using namespace timeripple::ui;

namespace {

// Files of all plugins in this process.
QStringList plugins() {
    QStringList result;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) {
            const QString name = QString::fromLocal8Bit(info->dlpi_name);
            if (name.contains("/plugins/")) *static_cast<QStringList*>(data) << name;
            return 0;
        },
        &result);
    return result;
}

// The fake engine, and what was loaded at the moment when the real one would be opened.
struct WatchedFactory {
    std::shared_ptr<QStringList> before = std::make_shared<QStringList>();
    engine::Result<std::unique_ptr<engine::Engine>> operator()() const {
        *before = plugins();
        return {std::make_unique<engine::FakeEngine>()};
    }
};

QStringList loadedSince(const QStringList& before) {
    QStringList result;
    for (const QString& plugin : plugins()) {
        if (!before.contains(plugin)) result << plugin;
    }
    return result;
}

}  // namespace

class TestLoaderLock : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyWayToTheEngineComesAfterThePlugins_data();
    void everyWayToTheEngineComesAfterThePlugins();

  private:
    static void useImageFormats();
};

void TestLoaderLock::useImageFormats() {
    const QImage picture(8, 8, QImage::Format_RGB32);
    for (const QByteArray& format : QImageWriter::supportedImageFormats()) {
        QBuffer buffer;
        QVERIFY(buffer.open(QIODevice::ReadWrite));
        if (!picture.save(&buffer, format.constData())) continue;
        buffer.seek(0);
        QImageReader(&buffer, format).read();
    }
    for (const QByteArray& format : QImageReader::supportedImageFormats()) {
        QBuffer buffer;
        QVERIFY(buffer.open(QIODevice::ReadOnly));
        QImageReader(&buffer, format).read();
    }
}

void TestLoaderLock::everyWayToTheEngineComesAfterThePlugins_data() {
    QTest::addColumn<QString>("way");
    // Each in a process of its own: plugins are loaded once.
    for (const char* way : {"generate", "devices", "quality"})
        QTest::newRow(way) << way;
}

void TestLoaderLock::everyWayToTheEngineComesAfterThePlugins() {
    QFETCH(QString, way);
    if (!qEnvironmentVariableIsSet("TIMERIPPLE_WAY")) {
        QProcess self;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("TIMERIPPLE_WAY", way);
        self.setProcessEnvironment(environment);
        self.start(QCoreApplication::applicationFilePath(), {"everyWayToTheEngineComesAfterThePlugins:" + way});
        QVERIFY(self.waitForFinished(60000));
        QVERIFY2(self.exitCode() == 0, self.readAllStandardOutput());
        return;
    }

    WatchedFactory factory;
    QTemporaryDir folder;
    AppSettings settings(folder.filePath("studio.ini"));
    Workspace workspace{EngineFactory(factory)};
    MainWindow window(&workspace, &settings, nullptr);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));

    if (way == "generate") {
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        workspace.enqueue(smallRequest());
        QVERIFY(ended.wait(kPatienceMs));
    } else if (way == "devices") {
        QSignalSpy listed(&workspace.session(), &GenerationSession::devicesListed);
        workspace.session().listDevices();
        QVERIFY(listed.wait(kPatienceMs));
    } else {
        auto frames = std::make_shared<engine::FrameSequence>();
        frames->frames = 1;
        frames->height = frames->width = 16;
        frames->rgb.assign(frames->frame_bytes(), 128);
        QSignalSpy failed(&workspace.session(), &GenerationSession::jobFailed);
        QSignalSpy measured(&workspace.session(), &GenerationSession::qualityMeasured);
        workspace.session().measureQuality(frames, frames);
        QTRY_VERIFY_WITH_TIMEOUT(failed.size() + measured.size() == 1, kPatienceMs);
    }
    QVERIFY2(!factory.before->isEmpty(), "not even the platform plugin was seen");
    qInfo().noquote() << factory.before->size() << "plugins before the engine:" << factory.before->join(' ');

    useImageFormats();
    window.exportPanel()->show();
    window.shortcutSheet()->show();
    window.pages()->setCurrentIndex(window.pages()->count() - 1);
    QCoreApplication::processEvents();
    const QStringList late = loadedSince(*factory.before);
    QVERIFY2(late.isEmpty(), qPrintable("loaded while or after the engine was opened: " + late.join(", ")));
}

QTEST_MAIN(TestLoaderLock)
#include "tst_loader_lock.moc"
