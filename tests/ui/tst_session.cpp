// GenerationSession over the fake engine: signals, cancel, stale answers, engines that fail or throw, the end while running.
#include <QImage>

#include "tests/ui/ui_test_support.h"

using namespace timeripple;
using namespace timeripple::ui;

class TestSession : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void a_run_reports_and_finishes() {
        GenerationSession session(fakeEngine());
        RunRecord record;
        connect(&session, &GenerationSession::runUpdated, this, [&](quint64, const RunUpdate& update) { record.apply(update); });
        QSignalSpy finished(&session, &GenerationSession::runFinished);
        const JobId id = session.generate(smallRequest());
        QVERIFY(session.isActive(id));
        QVERIFY(finished.wait(kPatienceMs));
        QCOMPARE(finished.size(), 1);
        QCOMPARE(finished[0][0].toULongLong(), id);
        const auto clip = finished[0][1].value<engine::ClipPtr>();
        QVERIFY(clip);
        QCOMPARE(clip->frames->frames, 9);
        // Statistics are never skipped, whatever happens to pictures.
        QCOMPARE(record.steps.size(), std::size_t(8));
        for (int i = 0; i < 8; ++i) QCOMPARE(record.steps[std::size_t(i)].step, i + 1);
        QVERIFY(record.model.has_value());
        QVERIFY(record.lastPreviewStep() == 8);
        QVERIFY(!session.isActive(id));
    }

    void the_engine_is_opened_once_and_lives_on_one_thread() {
        std::atomic<int> opened = 0;
        std::atomic<bool> on_gui_thread = false;
        const auto gui = std::this_thread::get_id();
        GenerationSession session([&]() -> engine::Result<std::unique_ptr<engine::Engine>> {
            ++opened;
            on_gui_thread = std::this_thread::get_id() == gui;
            return {std::make_unique<engine::FakeEngine>()};
        });
        QCOMPARE(opened.load(), 0);  // not before it is needed
        QSignalSpy finished(&session, &GenerationSession::runFinished);
        session.generate(smallRequest());
        session.generate(smallRequest());
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, kPatienceMs);
        QCOMPARE(opened.load(), 1);
        QVERIFY(!on_gui_thread);
    }

    void cancel_answers_and_sends_nothing_more() {
        GenerationSession session(fakeEngine());
        QSignalSpy updated(&session, &GenerationSession::runUpdated);
        QSignalSpy cancelled(&session, &GenerationSession::runCancelled);
        QSignalSpy finished(&session, &GenerationSession::runFinished);
        const JobId id = session.generate(smallRequest("[hang]"));
        QVERIFY(updated.wait(kPatienceMs));
        session.cancel(id);
        const auto updates = updated.size();
        QVERIFY(cancelled.wait(kPatienceMs));
        QCOMPARE(updated.size(), updates);
        QCOMPARE(finished.size(), 0);
        // The engine is still there for the next run.
        session.generate(smallRequest());
        QVERIFY(finished.wait(kPatienceMs));
    }

    void a_dropped_job_never_answers() {
        GenerationSession session(fakeEngine());
        QSignalSpy updated(&session, &GenerationSession::runUpdated);
        QSignalSpy cancelled(&session, &GenerationSession::runCancelled);
        QSignalSpy failed(&session, &GenerationSession::runFailed);
        QSignalSpy finished(&session, &GenerationSession::runFinished);
        const JobId stale = session.generate(smallRequest("[hang]"));
        QVERIFY(updated.wait(kPatienceMs));
        session.drop(stale);
        updated.clear();
        const JobId next = session.generate(smallRequest());
        QVERIFY(finished.wait(kPatienceMs));
        QCOMPARE(finished[0][0].toULongLong(), next);
        for (const auto& call : updated) QCOMPARE(call[0].toULongLong(), next);
        QCOMPARE(cancelled.size() + failed.size(), 0);
    }

    void errors_are_values_data() {
        QTest::addColumn<QByteArray>("prompt");
        QTest::addColumn<int>("code");
        QTest::newRow("memory") << QByteArray("[fail:oom]") << int(engine::ErrorCode::OutOfMemory);
        QTest::newRow("numbers") << QByteArray("[fail:nonfinite]") << int(engine::ErrorCode::NonFinite);
        QTest::newRow("disk") << QByteArray("[fail:io]") << int(engine::ErrorCode::Io);
        QTest::newRow("exception") << QByteArray("[throw]") << int(engine::ErrorCode::Internal);
    }
    void errors_are_values() {
        QFETCH(QByteArray, prompt);
        QFETCH(int, code);
        GenerationSession session(fakeEngine());
        QSignalSpy failed(&session, &GenerationSession::runFailed);
        session.generate(smallRequest(prompt.constData()));
        QVERIFY(failed.wait(kPatienceMs));
        const auto error = failed[0][1].value<engine::Error>();
        QCOMPARE(int(error.code), code);
        QVERIFY(!error.message.empty());
    }

    void a_missing_engine_is_an_error_each_time() {
        GenerationSession session([]() -> engine::Result<std::unique_ptr<engine::Engine>> {
            return engine::Error{engine::ErrorCode::EngineMissing, "libtr_engine.so was not found. Build it.", {}};
        });
        QSignalSpy failed(&session, &GenerationSession::runFailed);
        session.generate(smallRequest());
        QVERIFY(failed.wait(kPatienceMs));
        session.generate(smallRequest());
        QVERIFY(failed.wait(kPatienceMs));
        QCOMPARE(int(failed[1][1].value<engine::Error>().code), int(engine::ErrorCode::EngineMissing));
    }

    void quality_is_measured() {
        GenerationSession session(fakeEngine());
        QSignalSpy finished(&session, &GenerationSession::runFinished);
        QSignalSpy measured(&session, &GenerationSession::qualityMeasured);
        session.generate(smallRequest());
        QVERIFY(finished.wait(kPatienceMs));
        const auto frames = finished[0][1].value<engine::ClipPtr>()->frames;
        session.measureQuality(frames, frames);
        QVERIFY(measured.wait(kPatienceMs));
        QCOMPARE(measured[0][1].value<engine::ClipQuality>().mean_psnr_db, engine::ClipQuality::kIdenticalDb);
    }

    void the_end_while_running_is_clean() {
        for (int i = 0; i < 20; ++i) {
            GenerationSession session(fakeEngine());
            QSignalSpy updated(&session, &GenerationSession::runUpdated);
            session.generate(smallRequest("[hang]"));
            session.generate(smallRequest());  // waits behind it and is dropped
            if (i % 2 == 0) QVERIFY(updated.wait(kPatienceMs));
        }
    }

    void a_bad_file_is_a_sentence() {
        GenerationSession session(fakeEngine());
        QSignalSpy failed(&session, &GenerationSession::jobFailed);
        QTemporaryDir folder;
        QFile file(folder.filePath("broken.mp4"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("this is no clip");
        file.close();
        session.openFile(file.fileName());
        QVERIFY(failed.wait(kPatienceMs));
        const auto error = failed[0][1].value<engine::Error>();
        QVERIFY2(QString::fromStdString(error.message).contains("broken.mp4"), error.message.c_str());
    }

    void export_and_open_bring_clip_and_recipe_back() {
        GenerationSession session(fakeEngine());
        QSignalSpy finished(&session, &GenerationSession::runFinished);
        session.generate(smallRequest());
        QVERIFY(finished.wait(kPatienceMs));
        const auto clip = finished[0][1].value<engine::ClipPtr>();
        QTemporaryDir folder;
        const QString path = folder.filePath("clip.mkv");
        engine::ExportOptions options;
        options.format = engine::ExportFormat::MkvFfv1;
        QSignalSpy written(&session, &GenerationSession::exportFinished);
        QSignalSpy failed(&session, &GenerationSession::jobFailed);
        session.exportFrames(clip->frames, engine::recipe_of(*clip), path, options);
        QTRY_VERIFY_WITH_TIMEOUT(written.size() + failed.size() == 1, kPatienceMs);
        QVERIFY2(failed.isEmpty(), failed.isEmpty() ? "" : failed[0][1].value<engine::Error>().message.c_str());
        QSignalSpy opened(&session, &GenerationSession::fileOpened);
        session.openFile(path);
        QVERIFY(opened.wait(kPatienceMs));
        const auto file = opened[0][1].value<OpenedFile>();
        QVERIFY(file.has_recipe);
        QCOMPARE(file.recipe.request, clip->request);
        QVERIFY(file.frames);
        QCOMPARE(file.frames->rgb, clip->frames->rgb);  // FFV1 is lossless
    }
};

QTEST_GUILESS_MAIN(TestSession)
#include "tst_session.moc"
