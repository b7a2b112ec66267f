// The Sweep page: measurements, calibration, and what becomes of a point.
#include <QStandardPaths>

#include "ui/docks/prompt_panel.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/pages.h"
#include "ui/main_window/window_parts.h"
#include "ui/pages/sweep_page.h"
#include "ui/session/sleep_guard.h"
#include "ui/widgets/measurement_text.h"
#include "ui/widgets/notice_bar.h"

namespace timeripple::ui {
namespace {

engine::GenerationRequest baseRequest(MainWindow& window) {
    engine::GenerationRequest request = window.settingsNow();
    request.attention_changes.clear();
    return request;
}

std::vector<std::string> promptsOf(MainWindow& window, const SweepPage& page) {
    if (page.usesExamples()) return {};
    return {window.promptPanel()->request().prompt};
}

// A preset never takes the place of another: it gets a number, and the user is told.
void tellOtherName(MainWindow* w, const QString& wanted, const std::string& name) {
    if (name == wanted.toStdString()) return;
    w->notice()->showNotice(MainWindow::tr("There is a preset %1 with other settings already. It stays; the new one is called %2.")
                                .arg(wanted, QString::fromStdString(name)));
}

}  // namespace

void addSweepPage(MainWindow& window) {
    MainWindow* w = &window;
    auto* page = new SweepPage(w);
    window.pages()->add(QStringLiteral("sweep"), MainWindow::tr("Sweep"), page);
    window.addAction(MainWindow::tr("View"), "view.sweep", MainWindow::tr("Sweep page"), QKeySequence(QStringLiteral("Alt+3")),
                     [w] { w->pages()->focusPage(QStringLiteral("sweep")); });
    GenerationSession* session = &window.workspace().session();
    auto job = std::make_shared<JobId>(0);  // the measurement that works
    auto key = std::make_shared<engine::PresetKey>();  // what it measures
    auto wanted = std::make_shared<QString>();  // the name that its preset should have
    auto connect = [w](auto* sender, auto signal, auto act) { QObject::connect(sender, signal, w, act); };

    connect(window.promptPanel(), &PromptPanel::changed, [w, page] { page->setPresets(w->promptPanel()->presets()); });
    connect(page, &SweepPage::sweepRequested, [w, page, session, job, key] {
        const engine::GenerationRequest base = baseRequest(*w);
        *key = engine::preset_key(w->workspace().model(), base);
        page->begin(false);
        *job = session->sweep({base, promptsOf(*w, *page), engine::usual_sweep(base.steps), {}});
    });
    connect(page, &SweepPage::calibrationRequested, [w, page, session, job, key, wanted](double budget_db, double savings, const QString& name) {
        engine::CalibrationRequest request;
        request.base = baseRequest(*w);
        *key = engine::preset_key(w->workspace().model(), request.base);
        request.prompts = promptsOf(*w, *page);
        if (budget_db > 0) request.budget_db = budget_db;
        if (savings > 0) request.savings = savings;
        request.preset_name = name.toStdString();
        // An interrupted search goes on where it was.
        const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation);
        request.work_folder = (folder + QStringLiteral("/calibration")).toStdString();
        page->begin(true);
        *wanted = name;
        *job = session->calibrate(request);
    });
    connect(page, &SweepPage::cancelRequested, [session, job] { session->cancel(*job); });
    connect(page, &SweepPage::clipRequested, [w](const engine::SettingsPoint& point) {
        if (point.clip) {
            w->showClip(w->workspace().addClip(point.clip));
        } else {
            engine::GenerationRequest request = baseRequest(*w);
            request.attention = engine::AttentionMode::Ripple;
            request.ripple = point.settings;
            request.preset_name.clear();
            w->workspace().enqueue(request);
        }
        w->pages()->showPage(QStringLiteral("watch"));
    });
    connect(page, &SweepPage::presetRequested, [w](const engine::SettingsPoint& point, const QString& name) {
        engine::RipplePreset preset;
        preset.name = name.toStdString();
        preset.settings = point.settings;
        preset.measured = point.measured;
        preset.key = engine::preset_key(w->workspace().model(), baseRequest(*w));
        preset.name = engine::free_preset_name(preset);
        w->workspace().savePreset(preset, {});
        tellOtherName(w, name, preset.name);
    });
    connect(session, &GenerationSession::settingsMeasured, [w, page, job, key](quint64 id, const engine::SettingsPoint& point) {
        if (id != *job) return;
        page->addPoint(point);
        w->workspace().losses().add({lossPointOf(point, *key)});
        w->workspace().library().keepMeasured(point, *key);
    });
    connect(session, &GenerationSession::measuringProgressed, [page, job](quint64 id, int done, int total, double seconds) {
        if (id == *job) page->showProgress(done, total, seconds);
    });
    connect(session, &GenerationSession::sweepFinished, [page, job](quint64 id) {
        if (id == *job) page->end(MainWindow::tr("All settings are measured."));
    });
    connect(session, &GenerationSession::calibrated, [w, page, job, wanted](quint64 id, const engine::RipplePreset& preset) {
        if (id != *job) return;
        w->promptPanel()->refreshPresets();
        const QString measured = preset.measured ? measurementText(*preset.measured) : QString();
        const QString text = MainWindow::tr("Preset %1: %2").arg(QString::fromStdString(preset.name), measured);
        page->end(text);
        w->showMessage(text);
        tellOtherName(w, *wanted, preset.name);
    });
    QObject::connect(page, &SweepPage::busyChanged, new SleepGuard(w), &SleepGuard::setAwake);  // a search may take a night
    connect(&w->workspace(), &Workspace::presetSaved, [w] { w->promptPanel()->refreshPresets(); });
    connect(session, &GenerationSession::jobFailed, [page, job](quint64 id, const engine::Error& error) {
        const QString text = error.code == engine::ErrorCode::Cancelled ? MainWindow::tr("Stopped. What was measured stays.")
                                                                       : QString::fromStdString(error.message);
        if (id == *job) page->end(text);
    });
}

}  // namespace timeripple::ui
