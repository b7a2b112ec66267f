// The Models page: folders of every kind are searched off the GUI thread, each place says what it is and what is missing, memory is
// judged by device, and a model is chosen from there.
#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QDir>
#include <QDirIterator>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>

#include "engine/api/model_scan.h"
#include "tests/ui/ui_test_support.h"
#include "ui/main_window/top_bar.h"
#include "ui/models/model_library.h"
#include "ui/pages/models_page.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

const QString kPond = QStringLiteral(TIMERIPPLE_SOURCE_DIR "/resources/models/pond");

// The folder again, every file a link: as in a hub cache, and cheap.
void linkTree(const QString& from, const QString& to) {
    QVERIFY(QDir().mkpath(to));
    QDirIterator it(from, QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext()) {
        const QString file = it.next();
        if (file.contains(QLatin1String("/recipe/"))) continue;
        const QString target = to + file.mid(from.size());
        QVERIFY(QDir().mkpath(QFileInfo(target).path()));
        QVERIFY(QFile::link(file, target));
    }
}

void writeFile(const QString& path, const QByteArray& bytes) {
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

// A folder with one model of each kind.
struct Shelf {
    QTemporaryDir folder;
    QString snapshot = path("hub/models--somebody--Water/snapshots/abc123");
    QString broken = path("broken");

    Shelf() {
        linkTree(kPond, snapshot);
        linkTree(kPond, broken);
        QFile::remove(broken + QStringLiteral("/vae/diffusion_pytorch_model.safetensors"));
        QDir().mkpath(path("hub/models--somebody--Unfinished/snapshots/def"));
        writeFile(path("other/model_index.json"), R"({"_class_name": "FluxPipeline"})");
        writeFile(path("lone.gguf"), "GGUF and more");
        writeFile(path("notes/readme.txt"), "nothing");
        QFile::link(folder.path(), path("circle"));  // a link back must not hang the search
    }
    QString path(const char* name) const { return folder.filePath(QString::fromLatin1(name)); }
};

QString allText(QWidget* widget) {
    QString text;
    for (auto* label : widget->findChildren<QLabel*>()) text += label->text() + QLatin1Char('\n');
    return text;
}

QPushButton* buttonNamed(QWidget* widget, const QString& text) {
    for (auto* button : widget->findChildren<QPushButton*>()) {
        if (button->text() == text) return button;
    }
    return nullptr;
}

void searched(ModelLibrary& library, const QStringList& folders) {
    QSignalSpy done(&library, &ModelLibrary::scanFinished);
    library.scan(folders);
    QVERIFY(done.wait(kPatienceMs));
}

}  // namespace

class TestModelsPage : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void places_are_found() {
        Shelf shelf;
        const auto found = engine::find_models(shelf.folder.path().toStdString());
        QVERIFY(found.ok());
        QStringList names;
        for (const auto& place : *found) names << QString::fromStdString(place).mid(shelf.folder.path().size() + 1);
        names.sort();
        QCOMPARE(names, QStringList({"broken", "hub/models--somebody--Unfinished", "hub/models--somebody--Water/snapshots/abc123",
                                     "lone.gguf", "other"}));
    }

    void a_missing_folder_is_a_sentence() {
        const auto found = engine::find_models("/no/such/folder");
        QVERIFY(!found.ok());
        QVERIFY(QString::fromStdString(found.error().message).contains(QStringLiteral("/no/such/folder")));
    }

    void the_library_says_what_each_is() {
        Shelf shelf;
        ModelLibrary library;
        QAbstractItemModelTester tester(&library, QAbstractItemModelTester::FailureReportingMode::Fatal);
        searched(library, {shelf.folder.path(), shelf.path("hub")});  // the second holds nothing new
        QCOMPARE(library.rowCount(), 6);
        QVERIFY(library.at(0).path.isEmpty() && library.at(0).runs());  // Pond is always there, and first
        QVERIFY(library.at(library.rowOf(shelf.snapshot)).runs());
        const ModelEntry& broken = library.at(library.rowOf(shelf.broken));
        QVERIFY(!broken.runs());
        QVERIFY2(broken.problem().contains(QStringLiteral("vae")), qPrintable(broken.problem()));
        QVERIFY(library.at(library.rowOf(shelf.path("other"))).problem().contains(QStringLiteral("FluxPipeline")));
        QVERIFY(!library.at(library.rowOf(shelf.path("lone.gguf"))).problem().isEmpty());
        QVERIFY(library.at(library.rowOf(shelf.path("hub/models--somebody--Unfinished"))).problem().contains(QStringLiteral("snapshot")));
        QVERIFY(library.index(0).data(ModelLibrary::SubtitleRole).toString().contains(QStringLiteral("MB")));
        searched(library, {});
        QCOMPARE(library.rowCount(), 1);
    }

    void a_search_can_be_left_at_any_time() {
        Shelf shelf;
        for (int i = 0; i < 20; ++i) {
            ModelLibrary library;
            library.scan({shelf.folder.path()});
            if (i % 2) library.scan({});
            if (i % 3 == 0) QCoreApplication::processEvents();
        }
    }

    void a_model_is_chosen_from_the_page() {
        Shelf shelf;
        TestStudio studio;
        studio.settings.setScanFolders({shelf.folder.path(), shelf.path("gone")});
        MainWindow window(&studio.workspace, &studio.settings, nullptr);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        auto* page = window.findChild<ModelsPage*>();
        auto* library = window.findChild<ModelLibrary*>();
        QCOMPARE(page->folders().size(), 2);
        QSignalSpy done(library, &ModelLibrary::scanFinished);
        window.pages()->showPage(QStringLiteral("models"));
        QVERIFY(done.wait(kPatienceMs));
        QCOMPARE(library->rowCount(), 6);
        QVERIFY(allText(page).contains(shelf.path("gone")));  // the folder that is not there, said in place
        QCOMPARE(page->selected(), QString());
        QVERIFY(!buttonNamed(page, QStringLiteral("In use"))->isEnabled());
        page->select(shelf.broken);
        QVERIFY(!buttonNamed(page, QStringLiteral("Use this model"))->isEnabled());
        QVERIFY2(allText(page).contains(QStringLiteral("vae")), qPrintable(allText(page)));
        page->select(shelf.snapshot);
        QSignalSpy changed(&studio.workspace, &Workspace::modelChanged);
        buttonNamed(page, QStringLiteral("Use this model"))->click();
        QVERIFY(changed.wait(kPatienceMs));
        QCOMPARE(studio.workspace.modelPath(), shelf.snapshot);
        QVERIFY(buttonNamed(page, QStringLiteral("In use")));
        QVERIFY(studio.settings.modelFolders().contains(shelf.snapshot));
    }

    void choosing_a_model_can_be_undone() {
        Shelf shelf;
        TestStudio studio;
        studio.show();
        Workspace& workspace = studio.workspace;
        QSignalSpy changed(&workspace, &Workspace::modelChanged);
        QSignalSpy failed(&workspace, &Workspace::modelFailed);
        workspace.chooseModel({});  // what the program starts with is no edit
        QVERIFY(changed.wait(kPatienceMs));
        workspace.undoStack().clear();
        const auto settings = studio.window.promptPanel()->request();
        Q_EMIT studio.window.topBar()->modelChosen(shelf.snapshot);
        QVERIFY(changed.wait(kPatienceMs));
        QCOMPARE(workspace.undoStack().count(), 1);
        QCOMPARE(workspace.undoStack().undoText(), QStringLiteral("Choose a model"));
        Q_EMIT studio.window.topBar()->modelChosen(shelf.broken);
        QVERIFY(failed.wait(kPatienceMs));
        QCOMPARE(workspace.undoStack().count(), 1);  // nothing was chosen
        studio.action("edit.undo")->trigger();
        QVERIFY(changed.wait(kPatienceMs));
        QCOMPARE(workspace.modelPath(), QString());
        QCOMPARE(studio.window.topBar()->findChild<QComboBox*>()->currentIndex(), 0);
        QVERIFY(studio.window.promptPanel()->request() == settings);
        studio.action("edit.redo")->trigger();
        QVERIFY(changed.wait(kPatienceMs));
        QCOMPARE(workspace.modelPath(), shelf.snapshot);
        QTRY_COMPARE_WITH_TIMEOUT(studio.settings.session().session().model, shelf.snapshot, kPatienceMs);  // for the next start
        QCOMPARE(workspace.undoStack().count(), 1);
    }

    // Where the user chose nothing yet, a model brings its own settings; they go again with it.
    void a_models_defaults_are_part_of_the_step() {
        Shelf shelf;
        QTemporaryDir folder;
        AppSettings settings(folder.filePath(QStringLiteral("studio.ini")));
        Workspace workspace(fakeEngine());
        MainWindow window(&workspace, &settings, nullptr);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        engine::ModelInfo other = engine::fake_model_info();
        other.defaults.steps = 31;
        Q_EMIT workspace.modelChanged(other);
        const auto before = window.promptPanel()->request();
        QCOMPARE(before.steps, 31);
        QVERIFY(!workspace.undoStack().canUndo());
        QSignalSpy changed(&workspace, &Workspace::modelChanged);
        window.openPath(shelf.snapshot);
        QVERIFY(changed.wait(kPatienceMs));
        const auto after = window.promptPanel()->request();
        QVERIFY(after.steps != 31);
        QCOMPARE(workspace.undoStack().count(), 1);
        workspace.undoStack().undo();
        QVERIFY(changed.wait(kPatienceMs));
        QCOMPARE(workspace.modelPath(), QString());
        QVERIFY(window.promptPanel()->request() == before);
        workspace.undoStack().redo();
        QVERIFY(changed.wait(kPatienceMs));
        QCOMPARE(workspace.modelPath(), shelf.snapshot);
        QVERIFY(window.promptPanel()->request() == after);
    }

    void settings_of_another_model_are_one_step_with_it() {
        Shelf shelf;
        TestStudio studio;
        studio.show();
        QSignalSpy changed(&studio.workspace, &Workspace::modelChanged);
        const auto before = studio.window.promptPanel()->request();
        studio.workspace.undoStack().clear();
        auto wanted = before;
        wanted.width = 96;
        Q_EMIT studio.window.findChild<ModelsPage*>()->settingsChosen(shelf.snapshot, wanted);
        QVERIFY(changed.wait(kPatienceMs));
        QCOMPARE(studio.workspace.undoStack().count(), 1);
        QCOMPARE(studio.window.promptPanel()->request().width, 96);
        studio.workspace.undoStack().undo();
        QVERIFY(changed.wait(kPatienceMs));
        QCOMPARE(studio.workspace.modelPath(), QString());
        QVERIFY(studio.window.promptPanel()->request() == before);
    }

    void settings_that_would_fit_are_one_click() {
        TestStudio studio;
        studio.show();
        auto* page = studio.window.findChild<ModelsPage*>();
        QSignalSpy done(studio.window.findChild<ModelLibrary*>(), &ModelLibrary::scanFinished);
        auto large = smallRequest();
        large.width = 1280;
        large.height = 720;
        large.frames = 81;
        studio.window.promptPanel()->setRequest(large);
        studio.window.pages()->showPage(QStringLiteral("models"));
        QVERIFY(done.wait(kPatienceMs));
        page->setDevices({{"cpu", "A small machine", 2'000'000'000, 1'000'000'000, ""}, {"cuda:0", "A large card", 90'000'000'000, 80'000'000'000, ""}});
        const QString text = allText(page);
        QVERIFY2(text.contains(QStringLiteral("Does not fit on A small machine")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("Fits on A large card")), qPrintable(text));
        auto info = studio.window.findChild<ModelLibrary*>()->at(0).info;
        const auto fitting = engine::fitting_settings(info, large, 1'000'000'000);
        QVERIFY(!fitting.empty());
        for (const auto& settings : fitting) QVERIFY(engine::estimate_memory(info, settings.request).peak() <= 1'000'000'000);
        const auto& smaller = fitting.back().request;
        auto* button = buttonNamed(page, QStringLiteral("%1 × %2, %3 frames").arg(smaller.width).arg(smaller.height).arg(smaller.frames));
        QVERIFY(button);
        button->click();
        QCOMPARE(studio.window.promptPanel()->request().width, smaller.width);
        QCOMPARE(studio.window.promptPanel()->request().frames, smaller.frames);
        QTRY_VERIFY(allText(page).contains(QStringLiteral("Fits on A small machine")));
    }
};

QTEST_MAIN(TestModelsPage)
#include "tst_models_page.moc"
