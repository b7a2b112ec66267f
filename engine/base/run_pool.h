#pragma once
// Finished runs of a search, by what was asked for: kept in memory and, where a work folder is given, in one small file
// each, so that a search can be interrupted and shared by several processes. Engine thread only.

#include "engine/api/calibration.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace timeripple::engine::detail {

// A run, and the dense run that its frames are compared with. A dense run without reference is a reference itself.
struct WantedRun {
    GenerationRequest request;
    std::optional<GenerationRequest> reference;
};

// What is kept of a finished run.
struct RunRecord {
    // Why what is carried from step to step does not fit into memory; then nothing else is filled. Never kept in a
    // file: memory that is taken now may be free later.
    std::string refused;
    Savings score, attention;
    double denoising_seconds = 0.0;
    double dense_step_seconds = 0.0;  // medians; 0 where there was no such step
    double ripple_step_seconds = 0.0;
    double psnr_db = 0.0;  // of the whole clip against the reference
    double worst_frame_db = 0.0;
    double ssim = 0.0;
    std::string device_name, kernel, date;
    int threads = 0;
};

// Savings of a finished run as the report defines them (engine/api/presets.h).
Savings savings_of(const Clip& clip, float (StepStats::*value)() const);

class RunPool {
  public:
    // `folder` may be empty. `digest` of the model keeps runs of other weights apart. `clips`: keep an H.264 file of
    // every run in the folder, for those who look at clips. Throws JsonProblem where the folder cannot be made.
    RunPool(Engine& engine, CalibrationObserver& observer, std::string folder, std::string digest, bool clips = false);
    ~RunPool();

    // The record, or null while nobody has finished the run.
    const RunRecord* find(const WantedRun& wanted);

    // A pass over a search: what it asks for and is not there is noted, each run once.
    void begin_pass();
    const RunRecord* ask(const WantedRun& wanted);
    int asked() const { return int(noted_.size()); }
    int missing() const { return int(missing_.size()); }
    // Makes the first missing run that nobody else is making, or waits a moment where all are taken. Runs come after
    // their references.
    Status make_one(const std::stop_token& stop);

    // Clips of runs that this process made, only without a folder; else null.
    ClipPtr clip_of(const WantedRun& wanted) const;
    // Where clip_path() of a run lies or would lie, relative to the folder: "clips/0123456789abcdef.mp4".
    std::string clip_name(const WantedRun& wanted) const;

    // Runs that became known since this object was made, by whomever they were made.
    int found() const { return found_; }

  private:
    std::string key_of(const WantedRun& wanted) const;
    std::string path_of(const std::string& key, const char* suffix) const;
    Status make(const WantedRun& wanted, const std::string& key, FrameSequencePtr reference,
                const std::stop_token& stop);
    Result<FrameSequencePtr> frames_of(const GenerationRequest& dense);
    void keep(const std::string& key, RunRecord record);

    Engine& engine_;
    CalibrationObserver& observer_;
    std::string folder_, digest_;
    bool keep_clips_;
    std::map<std::string, RunRecord> records_;
    std::map<std::string, FrameSequencePtr> frames_;  // of dense runs
    std::map<std::string, ClipPtr> clips_;
    std::vector<WantedRun> missing_;
    std::set<std::string> noted_;  // keys of everything that this pass asked for
    int found_ = 0;
};

}  // namespace timeripple::engine::detail
