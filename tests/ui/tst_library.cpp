// The library: its file under migrations and damage, clips' folders, and what a start finds.
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QSqlDatabase>
#include <QSqlQuery>

#include "engine/api/checkpoint.h"
#include "tests/ui/ui_test_support.h"
#include "ui/library/clip_folder.h"
#include "ui/library/library.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

std::unique_ptr<LibraryDatabase> opened(const QString& path, QString* notice = nullptr) {
    QString own;
    auto database = LibraryDatabase::open(path, notice ? notice : &own);
    if (!database) qWarning("%s", database.error().message.c_str());
    return database ? std::move(database).value() : nullptr;
}

QueuedJob job(quint64 id, const char* prompt = "a fish") {
    QueuedJob result;
    result.id = id;
    result.request = smallRequest(prompt);
    return result;
}

ClipSummary clip(quint64 id, const char* prompt, std::uint64_t seed, qint64 created) {
    ClipSummary result;
    result.id = id;
    result.recipe.request = smallRequest(prompt);
    result.recipe.request.seed = seed;
    result.created_ms = created;
    result.group = groupOf(result.recipe.request);
    return result;
}

std::vector<quint64> idsOf(const engine::Result<std::vector<HistoryRow>>& rows) {
    std::vector<quint64> ids;
    for (const auto& row : *rows) ids.push_back(row.id);
    return ids;
}

RunRecordPtr realRun(std::uint64_t seed = 5) {
    engine::FakeEngine fake;
    auto record = std::make_shared<RunRecord>();
    PreviewMailbox box([] {});
    auto request = smallRequest();
    request.seed = seed;
    const auto result = fake.generate(request, box, {});
    record->apply(box.take());
    record->finish(*result);
    return record;
}

}  // namespace

class TestLibrary : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void the_queue_comes_back_in_its_order() {
        QTemporaryDir folder;
        const QString path = folder.filePath("library.db");
        {
            auto database = opened(path);
            QVERIFY(database);
            for (quint64 id : {1, 2, 3}) QVERIFY(database->putJob(job(id)).ok());
            QVERIFY(database->putOrder({3, 1, 2}).ok());
            auto running = job(1);
            running.state = JobState::Running;
            running.starts = 2;
            QVERIFY(database->putJob(running).ok());
            auto failed = job(2);
            failed.state = JobState::Failed;
            failed.error = engine::Error{engine::ErrorCode::OutOfMemory, "Not enough memory.", "why"};
            QVERIFY(database->putJob(failed).ok());
            QVERIFY(database->putFact("queue_paused", "1").ok());
        }
        auto database = opened(path);
        const auto jobs = database->jobs();
        QVERIFY(jobs.ok());
        QCOMPARE(jobs->size(), std::size_t(3));
        QCOMPARE((*jobs)[0].id, quint64(3));
        QCOMPARE((*jobs)[1].id, quint64(1));
        QVERIFY((*jobs)[1].resumes && (*jobs)[1].state == JobState::Queued && (*jobs)[1].starts == 2);
        QVERIFY((*jobs)[2].state == JobState::Failed);
        QCOMPARE((*jobs)[2].error->message, std::string("Not enough memory."));
        QCOMPARE((*jobs)[0].request, smallRequest("a fish"));
        QCOMPARE(database->fact("queue_paused"), QStringLiteral("1"));
    }

    void a_clip_takes_its_run_out_of_the_queue() {
        auto database = opened(":memory:");
        QVERIFY(database->putJob(job(7)).ok());
        QVERIFY(database->putClip(clip(7, "a fish", 1, 100), "jpeg").ok());
        QVERIFY(database->jobs()->empty());
        QCOMPARE(*database->thumbnail(7), QByteArray("jpeg"));
        QVERIFY(database->removeClip(7).ok());
        QCOMPARE(*database->thumbnail(7), QByteArray());  // goes with it
    }

    void history_is_grouped_searched_and_filtered() {
        auto database = opened(":memory:");
        QVERIFY(database->putClip(clip(1, "an orange fish", 1, 100), {}).ok());
        QVERIFY(database->putClip(clip(2, "a blue star", 1, 200), {}).ok());
        QVERIFY(database->putClip(clip(3, "an orange fish", 2, 300), {}).ok());
        auto dense = clip(4, "100% green_ring", 1, 400);
        dense.recipe.request.attention = engine::AttentionMode::Dense;
        QVERIFY(database->putClip(dense, {}).ok());
        QVERIFY(database->setRating(2, 4).ok());
        HistoryFilter filter;
        QCOMPARE(idsOf(database->list(filter)), (std::vector<quint64>{4, 3, 1, 2}));  // the fish stand together
        filter.words = "FISH orange";
        QCOMPARE(idsOf(database->list(filter)), (std::vector<quint64>{3, 1}));
        filter.words = "fish seed 2";
        QCOMPARE(idsOf(database->list(filter)), (std::vector<quint64>{3}));
        filter.words = "100% green_";  // no wildcards
        QCOMPARE(idsOf(database->list(filter)), (std::vector<quint64>{4}));
        filter.words = "e%h";
        QVERIFY(database->list(filter)->empty());
        filter = {};
        filter.show = HistoryFilter::Show::Dense;
        QCOMPARE(idsOf(database->list(filter)), (std::vector<quint64>{4}));
        filter = {};
        filter.rating = 3;
        QCOMPARE(idsOf(database->list(filter)), (std::vector<quint64>{2}));
        QVERIFY(database->setTrashed({2}, 1000).ok());
        QVERIFY(database->list(filter)->empty());
        filter.show = HistoryFilter::Show::Trash;
        filter.rating = 0;
        QCOMPARE(idsOf(database->list(filter)), (std::vector<quint64>{2}));
    }

    void quality_and_halves_are_kept() {
        auto database = opened(":memory:");
        auto first = clip(1, "a fish", 1, 100), second = clip(2, "a fish", 1, 200);
        first.pair_id = second.pair_id = 50;
        QVERIFY(database->putClip(first, {}).ok());
        QCOMPARE(*database->otherHalf(50, 1), quint64(0));
        QVERIFY(database->putClip(second, {}).ok());
        QCOMPARE(*database->otherHalf(50, 2), quint64(1));
        QVERIFY(database->setTwin(1, 2).ok());
        QCOMPARE(*database->otherHalf(50, 2), quint64(0));  // found each other
        engine::ClipQuality quality;
        quality.mean_psnr_db = 34.25;
        quality.psnr_db = {33.0, 35.5};
        QVERIFY(database->setQuality(1, 2, quality, 2.5).ok());
        const auto read = database->clips({1, 99, 2});
        QCOMPARE(read->size(), std::size_t(2));
        QCOMPARE(read->front().recipe.quality->psnr_db, quality.psnr_db);
        QCOMPARE(read->front().factor, 2.5);
        QCOMPARE(read->front().twin_id, quint64(2));
    }

    void saved_recipes() {
        auto database = opened(":memory:");
        QVERIFY(database->putRecipe({"pond at dawn", smallRequest()}).ok());
        QVERIFY(database->putRecipe({"pond at dawn", smallRequest("other")}).ok());
        QCOMPARE(database->recipes()->size(), std::size_t(1));
        QCOMPARE(database->recipes()->front().request, smallRequest("other"));
        QVERIFY(database->putRecipe({"pond at dusk", smallRequest()}).ok());
        QVERIFY(!database->renameRecipe("pond at dusk", "pond at dawn").ok());  // nothing is replaced
        QCOMPARE(database->recipes()->size(), std::size_t(2));
        QVERIFY(database->renameRecipe("pond at dusk", "a night").ok());
        QCOMPARE(database->recipes()->front().name, QStringLiteral("a night"));
        QVERIFY(database->removeRecipe("a night").ok());
        QVERIFY(database->removeRecipe("pond at dawn").ok());
        QVERIFY(database->recipes()->empty());
    }

    void damage_is_moved_aside_data() {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"text", "empty header", "middle", "short"}) QTest::newRow(kind) << QString::fromLatin1(kind);
    }
    void damage_is_moved_aside() {
        QFETCH(QString, kind);
        QTemporaryDir folder;
        const QString path = folder.filePath("library.db");
        {
            auto database = opened(path);
            for (quint64 id = 1; id < 40; ++id) QVERIFY(database->putClip(clip(id, "a fish", id, 5), QByteArray(6000, 'x')).ok());
        }
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        const qint64 size = file.size();
        if (kind == "text") {
            file.resize(0);
            file.write("this is no database, but a text that is longer than a header of one hundred bytes, so that it is read as a file. ");
        } else if (kind == "empty header") {
            file.write(QByteArray(100, '\0'));
        } else if (kind == "middle") {
            file.seek(4096);
            file.write(QByteArray(int(size - 4096), '\x5a'));
        } else {
            file.resize(size / 2 / 4096 * 4096 + 100);
        }
        file.close();
        QString notice;
        auto database = opened(path, &notice);
        QVERIFY(database);
        QVERIFY(database->jobs().ok() && database->jobs()->empty());
        QVERIFY2(notice.contains("library.db.damaged-"), qPrintable(notice));
        QCOMPARE(QDir(folder.path()).entryList({"library.db.damaged-*"}, QDir::Files).filter(QRegularExpression("\\d$")).size(), 1);
        QVERIFY(database->putJob(job(1)).ok());
    }

    // The queue is lost with the file, but the run that worked goes on from its checkpoint.
    void damage_leaves_the_run_under_way() {
        QTemporaryDir folder;
        quint64 id = 0;
        auto request = smallRequest("[slow] a red ball");
        {
            Workspace workspace(fakeEngine(), folder.path());
            QSignalSpy opened(&workspace.library(), &Library::opened);
            QVERIFY(opened.wait(kPatienceMs));
            id = workspace.enqueue(request);
            workspace.enqueue(smallRequest("what waits"));
            const QString checkpoints = folder.filePath(QStringLiteral("checkpoints/%1").arg(id));
            QTRY_VERIFY_WITH_TIMEOUT(!engine::checkpoints_in(checkpoints.toStdString()).empty(), kPatienceMs);
        }
        QFile file(folder.filePath("library.db"));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write("this is no database, but a text that is longer than a header of one hundred bytes, so that it is read as a file. ");
        file.close();
        Library library(folder.path());
        QSignalSpy open(&library, &Library::opened);
        QVERIFY(open.wait(kPatienceMs));
        const auto contents = open[0][0].value<LibraryContents>();
        QVERIFY(!contents.notice.isEmpty());
        QCOMPARE(contents.jobs.size(), std::size_t(1));
        QCOMPARE(contents.jobs[0].id, id);
        QCOMPARE(contents.jobs[0].request.prompt, request.prompt);
        QVERIFY(contents.jobs[0].resumes);
    }

    void a_newer_library_is_left_alone() {
        QTemporaryDir folder;
        const QString path = folder.filePath("library.db");
        opened(path)->putJob(job(1)).ok();
        {
            auto raw = QSqlDatabase::addDatabase("QSQLITE", "raw");
            raw.setDatabaseName(path);
            QVERIFY(raw.open());
            QVERIFY(QSqlQuery(raw).exec("PRAGMA user_version = 99"));
            raw.close();
        }
        QSqlDatabase::removeDatabase("raw");
        QString notice;
        const auto database = LibraryDatabase::open(path, &notice);
        QVERIFY(!database.ok());
        QVERIFY(QString::fromStdString(database.error().message).contains("newer version"));
        QVERIFY(QFile::exists(path) && notice.isEmpty());
    }

    void an_interrupted_first_start_migrates_again() {
        QTemporaryDir folder;
        const QString path = folder.filePath("library.db");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));  // of 0 bytes: made, never written
        file.close();
        auto database = opened(path);
        QVERIFY(database && database->putJob(job(1)).ok());
    }

    void a_folder_that_cannot_be_made_is_a_sentence() {
        QTemporaryDir folder;
        QFile file(folder.filePath("taken"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        Library library(folder.filePath("taken/library"));
        QSignalSpy failed(&library, &Library::failed);
        QVERIFY(failed.wait(kPatienceMs));
        QVERIFY(QString::fromStdString(failed[0][0].value<engine::Error>().message).contains("taken/library"));
        QVERIFY(library.checkpointFolder(1).isEmpty());
    }

    void a_clip_comes_back_bit_equal_with_maps_and_numbers() {
        QTemporaryDir folder;
        const auto run = realRun();
        const QString path = folder.path();
        QVERIFY(writeClipFolder(path, 42, *run, engine::recipe_of(*run->clip)).ok());
        QCOMPARE(scanClipFolders(path), (std::vector<quint64>{42}));
        ClipSummary summary;
        summary.id = 42;
        summary.recipe = engine::recipe_of(*run->clip);
        const auto back = readClipFolder(path, summary);
        QVERIFY2(back.ok(), back.ok() ? "" : back.error().message.c_str());
        const RunRecord& read = **back;
        QCOMPARE(read.clip->frames->rgb, run->clip->frames->rgb);
        QCOMPARE(read.clip->request, run->clip->request);
        QCOMPARE(read.steps.size(), run->steps.size());
        QCOMPARE(read.savings().attention, run->savings().attention);
        QCOMPARE(read.savings().measured_factor, run->savings().measured_factor);
        QCOMPARE(read.token_maps.size(), run->token_maps.size());
        for (const auto& [step, map] : run->token_maps) {
            QCOMPARE(read.token_maps.at(step)->origin, map->origin);
            QCOMPARE(read.token_maps.at(step)->mean_share, map->mean_share);
            QCOMPARE(read.token_maps.at(step)->mean_merged, map->mean_merged);
            QVERIFY(!map->delta.empty());
            QCOMPARE(read.token_maps.at(step)->delta, map->delta);
        }
        QCOMPARE(read.previews.size(), run->previews.size());
        QCOMPARE(readHoverFrames(path, 42).size(), std::size_t(9));
        QVERIFY(!thumbnailOf(run->clip->frames).isEmpty());
    }

    // Written by the program before maps kept Delta of single layers and heads: realRun() with its first preview alone.
    void statistics_of_the_version_before_are_read() {
        QFile file(QStringLiteral(TIMERIPPLE_SOURCE_DIR "/tests/data/library/run_version1.bin"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        RunRecord read;
        QVERIFY(unpackRun(file.readAll(), &read));
        const auto run = realRun();
        QCOMPARE(read.steps.size(), run->steps.size());
        QCOMPARE(read.savings().attention, run->savings().attention);
        QCOMPARE(read.previews.size(), std::size_t(1));
        QCOMPARE(read.previews.begin()->second->rgb, run->previews.begin()->second->rgb);
        QCOMPARE(read.token_maps.size(), run->token_maps.size());
        for (const auto& [step, map] : run->token_maps) {
            QCOMPARE(read.token_maps.at(step)->origin, map->origin);
            QCOMPARE(read.token_maps.at(step)->mean_merged, map->mean_merged);
            QVERIFY(read.token_maps.at(step)->delta.empty());
        }
        // One of a version to come is not guessed at.
        file.seek(0);
        QByteArray newer = file.readAll();
        newer[7] = 3;
        QVERIFY(!unpackRun(newer, &read));
    }

    void damaged_statistics_leave_the_clip() {
        const auto run = realRun();
        const QByteArray packed = packRun(*run);
        RunRecord into;
        QVERIFY(unpackRun(packed, &into));
        quint32 state = 3;
        for (int i = 0; i < 300; ++i) {
            QByteArray broken = packed;
            state = state * 1664525u + 1013904223u;
            if (i % 3 == 0) {
                broken.truncate(int(state % quint32(packed.size())));
            } else {
                for (int k = 0; k < 4; ++k) broken[int((state >> (4 * k)) % quint32(std::min<qsizetype>(packed.size(), 400)))] = char(state >> k);
            }
            RunRecord target;
            unpackRun(broken, &target);  // yes or no, never an end
            for (const auto& [step, map] : target.token_maps) QCOMPARE(map->mean_share.size(), 2 * engine::kOrigins * map->tokens());
        }
        QTemporaryDir folder;
        QVERIFY(writeClipFolder(folder.path(), 1, *run, engine::recipe_of(*run->clip)).ok());
        QVERIFY(QFile::remove(clipFolder(folder.path(), 1) + "/run.bin"));
        ClipSummary summary;
        summary.id = 1;
        summary.recipe = engine::recipe_of(*run->clip);
        QVERIFY(readClipFolder(folder.path(), summary).ok());
    }

    void comparisons_of_the_history_are_points_of_loss() {
        QTemporaryDir folder;
        auto database = opened(folder.filePath("library.db"));
        const auto run = realRun();
        ClipSummary clip, dense;
        clip.id = 1, clip.twin_id = 2, dense.id = 2, dense.twin_id = 1;
        clip.recipe = dense.recipe = engine::recipe_of(*run->clip);
        dense.recipe.request.attention = engine::AttentionMode::Dense;
        QVERIFY(database->putClip(clip, {}).ok() && database->putClip(dense, {}).ok());
        QVERIFY(database->measuredPairs().value().empty());  // not measured yet
        engine::ClipQuality quality;
        quality.mean_psnr_db = 35.5;
        QVERIFY(database->setQuality(1, 2, quality, 1.5).ok());
        const auto pairs = database->measuredPairs().value();
        QCOMPARE(pairs.size(), std::size_t(1));
        QCOMPARE(pairs[0].id, quint64(1));
        const auto point = lossPointOf(pairs[0].id, pairs[0].clip, pairs[0].dense);
        QVERIFY(point);
        QCOMPARE(point->psnr_db, 35.5);
        QVERIFY(std::abs(point->run_savings - run->savings().attention.value()) < 1e-6);
        QVERIFY(database->setTrashed({1}, 5).ok());
        QVERIFY(database->measuredPairs().value().empty());
    }

    void what_a_sweep_measured_is_there_after_a_new_start() {
        QTemporaryDir folder;
        engine::SettingsPoint point;
        point.label = "plain, threshold 0.2";
        point.measured.clips = 3;
        point.measured.psnr_mean_db = 1.0 / 3 + 38;
        point.measured.attention.run = 0.37;
        point.measured.model_digest = "a";
        const engine::PresetKey key{"A model without presets", 64, 64, 9, 8};
        {
            Library library(folder.path());
            library.keepMeasured(point, key);
            library.keepMeasured(point, key);  // measured once more, with the same result
        }
        Library library(folder.path());
        QSignalSpy read(&library, &Library::lossesRead);
        std::vector<LossPoint> points;
        connect(&library, &Library::lossesRead, this, [&](const std::vector<LossPoint>& found) { points = found; });
        library.readLosses();
        QVERIFY(read.wait(kPatienceMs));
        QCOMPARE(points.size(), std::size_t(1));
        QCOMPARE(points[0].key, key);
        QCOMPARE(points[0].psnr_db, point.measured.psnr_mean_db);
        QCOMPARE(points[0].run_savings, 0.37);
        QCOMPARE(points[0].clips, 3);
        QCOMPARE(points[0].settings, point.settings);
        // The same measurement in memory and from the file counts once.
        MeasuredLosses losses;
        losses.add({lossPointOf(point, key)});
        losses.add(points);
        engine::ModelInfo model;
        model.name = key.model;
        QCOMPARE(losses.of(model, smallRequest()).size(), std::size_t(1));
    }

    void clips_without_a_row_are_taken_in() {
        QTemporaryDir folder;
        const auto run = realRun();
        const quint64 id = newLibraryId();
        QVERIFY(writeClipFolder(folder.path(), id, *run, engine::recipe_of(*run->clip)).ok());
        QVERIFY(QDir().mkpath(folder.filePath("clips/77.part")));
        {
            auto database = opened(folder.filePath("library.db"));
            QVERIFY(database->putJob(job(id)).ok());  // the end came between folder and row
            QVERIFY(database->putJob(job(id + 1)).ok());
        }
        // Its checkpoints were still there, and those of a run that is done; only what waits keeps them.
        for (const quint64 each : {id, id + 1, id + 2}) QVERIFY(QDir().mkpath(folder.filePath(QStringLiteral("checkpoints/%1").arg(each))));
        Library library(folder.path());
        QSignalSpy open(&library, &Library::opened);
        QVERIFY(open.wait(kPatienceMs));
        QCOMPARE(QDir(folder.filePath("checkpoints")).entryList(QDir::Dirs | QDir::NoDotAndDotDot), QStringList{QString::number(id + 1)});
        const auto contents = open[0][0].value<LibraryContents>();
        QCOMPARE(contents.jobs.size(), std::size_t(1));
        QCOMPARE(contents.jobs[0].id, id + 1);
        QSignalSpy listed(&library, &Library::listed);
        library.list({});
        QVERIFY(listed.wait(kPatienceMs));
        QCOMPARE(listed[0][1].value<std::vector<HistoryRow>>().size(), std::size_t(1));
        QVERIFY(!QDir(folder.filePath("clips/77.part")).exists());
    }

    void an_end_right_after_a_run_keeps_it() {
        QTemporaryDir folder;
        quint64 id = 0;
        {
            Library library(folder.path());
            const auto run = realRun();
            ClipSummary summary = clip(id = newLibraryId(), "a fish", 1, 5);
            summary.recipe = engine::recipe_of(*run->clip);
            library.putJob(job(id));
            library.keepClip(summary, run);
        }
        auto database = opened(folder.filePath("library.db"));
        QVERIFY(database->jobs()->empty());
        QCOMPARE(*database->allClips(), (std::vector<quint64>{id}));
        QVERIFY(QFile::exists(clipFramesPath(folder.path(), id)));
    }

    void the_trash_gives_back_until_it_is_emptied() {
        QTemporaryDir folder;
        Workspace workspace(fakeEngine(), folder.path());
        QSignalSpy kept(&workspace.library(), &Library::clipKept);
        workspace.enqueue(smallRequest());
        QVERIFY(kept.wait(kPatienceMs));
        const quint64 id = kept[0][0].toULongLong();
        workspace.trashClips({id});
        QCOMPARE(workspace.clips().rowCount(), 0);
        workspace.undoStack().undo();
        QTRY_COMPARE_WITH_TIMEOUT(workspace.clips().rowCount(), 1, kPatienceMs);
        workspace.undoStack().redo();
        QSignalSpy emptied(&workspace.library(), &Library::trashEmptied);
        // A new user has no folder for the trash yet; nothing may land where the program was started.
        QTemporaryDir here;
        const QString before = QDir::currentPath();
        const QByteArray data_home = qgetenv("XDG_DATA_HOME");
        QVERIFY(QDir::setCurrent(here.path()));
        qputenv("XDG_DATA_HOME", QFile::encodeName(folder.filePath(QStringLiteral("home/share"))));
        workspace.library().emptyTrash();
        QVERIFY(emptied.wait(kPatienceMs));
        QDir::setCurrent(before);
        qputenv("XDG_DATA_HOME", data_home);
        QCOMPARE(emptied[0][0].toInt(), 1);
        QVERIFY(!QFile::exists(clipFolder(folder.path(), id)));
        QVERIFY(QDir(here.path()).isEmpty());
    }

    void a_kept_clip_is_loaded_when_it_is_wanted() {
        QTemporaryDir folder;
        engine::FrameSequencePtr frames;
        {
            Workspace workspace(fakeEngine(), folder.path());
            QSignalSpy kept(&workspace.library(), &Library::clipKept);
            workspace.enqueue(smallRequest());
            QVERIFY(kept.wait(kPatienceMs));
            frames = workspace.clips().at(0).clip().frames;
            workspace.setRating(workspace.clips().idAt(0), 4);
        }
        Workspace workspace(fakeEngine(), folder.path());
        QTRY_COMPARE_WITH_TIMEOUT(workspace.clips().rowCount(), 1, kPatienceMs);
        const quint64 id = workspace.clips().idAt(0);
        bool called = false;
        workspace.withClips({id}, &workspace, [&] { called = true; });
        QTRY_VERIFY_WITH_TIMEOUT(called, kPatienceMs);
        const ClipEntry* entry = workspace.clips().find(id);
        QCOMPARE(entry->clip().frames->rgb, frames->rgb);
        QCOMPARE(entry->rating, 4);
        QVERIFY(entry->run->savings().measured_factor.has_value());
        QTRY_VERIFY_WITH_TIMEOUT(workspace.clips().index(0).data(Qt::DecorationRole).value<QImage>().width() == kThumbnailPixels, kPatienceMs);
    }

    void a_comparison_over_two_sessions_is_measured() {
        QTemporaryDir folder;
        {
            Workspace workspace(fakeEngine(), folder.path());
            QSignalSpy kept(&workspace.library(), &Library::clipKept);
            connect(&workspace, &Workspace::runEnded, &workspace, [&] { workspace.setQueuePaused(true); });
            workspace.compare(smallRequest());
            QVERIFY(kept.wait(kPatienceMs));
            QCOMPARE(workspace.queue().rowCount(), 1);
        }
        Workspace workspace(fakeEngine(), folder.path());
        QSignalSpy ready(&workspace, &Workspace::comparisonReady);
        QTRY_VERIFY_WITH_TIMEOUT(workspace.queue().paused(), kPatienceMs);  // it was, so it is
        QCOMPARE(workspace.queue().rowCount(), 1);
        workspace.setQueuePaused(false);
        QVERIFY(ready.wait(kPatienceMs));
        QVERIFY(workspace.clips().find(ready[0][1].toULongLong())->quality.has_value());
    }
};

QTEST_GUILESS_MAIN(TestLibrary)
#include "tst_library.moc"
