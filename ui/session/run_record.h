#pragma once
// One run as the window sees it: while it works and, with its clip, for ever after. GUI thread only.

#include <QString>
#include <QStringList>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/api/clip.h"
#include "engine/api/generation_observer.h"
#include "engine/api/generation_request.h"
#include "engine/api/model_info.h"
#include "engine/api/run_control.h"
#include "ui/session/preview_mailbox.h"

namespace timeripple::ui {

// Means of a run over its steps, the three numbers kept apart. Absent where nothing was measured.
struct RunSavings {
    std::optional<double> score;            // 1 - mean u_q u_k, run average
    std::optional<double> attention;        // multiply-adds really left out, run average
    std::optional<double> measured_factor;  // median dense step / median accelerated step, same run or the dense twin
    double dense_step_seconds = 0.0;        // medians; 0: none
    double ripple_step_seconds = 0.0;
};

struct RunRecord {
    engine::GenerationRequest request;  // as asked, then as it runs
    std::optional<engine::ModelInfo> model;
    engine::Progress progress;
    std::chrono::steady_clock::time_point progress_at = std::chrono::steady_clock::now();  // when it came
    bool running = false;
    bool is_reference = false;  // the dense twin of a comparison: it stays dense
    bool of_this_session = false;  // made by this process, so its times are of this machine as it is now
    std::vector<engine::StepStats> steps;
    std::map<int, engine::FrameSequencePtr> previews;  // by step, 1-based
    std::map<int, engine::TokenMapPtr> token_maps;
    QStringList notices;
    std::shared_ptr<engine::RunControl> control;  // while it runs
    engine::DeltaDistributionPtr delta;           // of the latest step
    bool paused = false;                          // the engine stands
    std::optional<DecodedFrame> decoded;          // the latest that was asked for
    engine::ClipPtr clip;                // null while running
    std::optional<engine::Error> error;  // set when the run failed
    double twin_dense_step_seconds = 0.0;  // of the dense twin, where one was made
    std::optional<RunSavings> kept_savings;  // of a clip whose statistics are not in memory

    void apply(const RunUpdate& update);
    void finish(const engine::ClipPtr& finished);
    RunSavings savings() const;
    // Since the run began, as of now: reports may be a long step apart.
    double elapsedSeconds() const;
    // Seconds of the steps to come, from the medians of measured dense and accelerated steps; < 0: not known yet.
    double denoisingLeft() const;
    // What computes the next step: the request's attention or the latest change.
    engine::AttentionMode attentionNow() const;
    int layers() const;
    int heads() const;
    int lastPreviewStep() const { return previews.empty() ? 0 : previews.rbegin()->first; }
    // The map of this step, or of the nearest earlier one; else the nearest later one; null if there is none at all.
    engine::TokenMapPtr mapNear(int step) const;

    static std::shared_ptr<RunRecord> ofClip(const engine::ClipPtr& clip);
};

using RunRecordPtr = std::shared_ptr<RunRecord>;

// Previews and maps of one run are dropped from the oldest step on beyond this.
inline constexpr std::size_t kMaxRecordBytes = std::size_t(256) << 20;

}  // namespace timeripple::ui
