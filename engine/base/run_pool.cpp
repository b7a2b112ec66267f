#include "engine/base/run_pool.h"

#include "engine/api/clip_export.h"
#include "engine/api/clip_reader.h"
#include "engine/api/run_stats.h"
#include "engine/base/settings_json.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <sys/file.h>
#include <unistd.h>

namespace timeripple::engine::detail {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kRecordVersion = 1;

// A claim on one run: a locked file. The system lets go of it when the process ends, however it ends.
class Claim {
  public:
    explicit Claim(std::string path) : path_(std::move(path)) {
        file_ = ::open(path_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
        held_ = file_ >= 0 && ::flock(file_, LOCK_EX | LOCK_NB) == 0;
    }
    ~Claim() {
        if (held_) ::unlink(path_.c_str());
        if (file_ >= 0) ::close(file_);
    }
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;
    bool held() const { return held_; }

  private:
    std::string path_;
    int file_ = -1;
    bool held_ = false;
};

// What a run tells goes on to the observer of the search.
class Forward : public GenerationObserver {
  public:
    explicit Forward(CalibrationObserver& observer) : observer_(observer) {}
    void on_progress(const Progress& progress) override { observer_.on_run_progress(progress); }
    void on_notice(const std::string& text) override { observer_.on_notice(text); }

  private:
    CalibrationObserver& observer_;
};

double median(std::vector<double> values) {
    if (values.empty()) return 0.0;
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

RunRecord record_of(const Clip& clip) {
    RunRecord record;
    record.score = savings_of(clip, &StepStats::score_savings);
    record.attention = savings_of(clip, &StepStats::attention_savings);
    record.denoising_seconds = clip.times.denoising;
    std::vector<double> dense, ripple;
    for (const auto& step : clip.steps)
        (step.dense ? dense : ripple).push_back(step.seconds);
    record.dense_step_seconds = median(std::move(dense));
    record.ripple_step_seconds = median(std::move(ripple));
    record.psnr_db = record.worst_frame_db = ClipQuality::kIdenticalDb;
    record.ssim = 1.0;
    record.device_name = clip.provenance.device_name;
    record.kernel = clip.provenance.attention_kernel;
    record.threads = clip.provenance.threads;
    record.date = clip.provenance.created_utc.substr(0, 10);
    return record;
}

json json_of(const RunRecord& record, const WantedRun& wanted) {
    json object = {
        {"schema", "timeripple.run"}, {"version", kRecordVersion}, {"request", detail::json_of(wanted.request)}};
    object.update({{"score_savings_steady", record.score.steady},
                   {"score_savings_run", record.score.run},
                   {"attention_savings_steady", record.attention.steady},
                   {"attention_savings_run", record.attention.run},
                   {"denoising_seconds", record.denoising_seconds},
                   {"dense_step_seconds", record.dense_step_seconds},
                   {"ripple_step_seconds", record.ripple_step_seconds},
                   {"psnr_db", record.psnr_db},
                   {"worst_frame_db", record.worst_frame_db},
                   {"ssim", record.ssim},
                   {"device", record.device_name},
                   {"kernel", record.kernel},
                   {"threads", record.threads},
                   {"date", record.date}});
    return object;
}

RunRecord read_record(const std::string& path) {
    const std::string what = "The finished run " + path;
    const json object = parse_json(read_text_file(path, 1u << 20), what);
    const JsonFields fields(object, what);
    fields.check_version(kRecordVersion);
    RunRecord record;
    fields.read("score_savings_steady", record.score.steady);
    fields.read("score_savings_run", record.score.run);
    fields.read("attention_savings_steady", record.attention.steady);
    fields.read("attention_savings_run", record.attention.run);
    fields.read("denoising_seconds", record.denoising_seconds);
    fields.read("dense_step_seconds", record.dense_step_seconds);
    fields.read("ripple_step_seconds", record.ripple_step_seconds);
    fields.read("psnr_db", record.psnr_db);
    fields.read("worst_frame_db", record.worst_frame_db);
    fields.read("ssim", record.ssim);
    fields.read("device", record.device_name);
    fields.read("kernel", record.kernel);
    fields.read("threads", record.threads);
    fields.read("date", record.date);
    return record;
}

// FNV-1a as text: names of files.
std::string hash_text(const std::string& text) {
    std::uint64_t hash = 1469598103934665603ULL;
    for (const unsigned char c : text)
        hash = (hash ^ c) * 1099511628211ULL;
    char name[17];
    std::snprintf(name, sizeof name, "%016llx", static_cast<unsigned long long>(hash));
    return name;
}

void wait_a_moment(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, std::chrono::milliseconds(200), [] { return false; });
}

Error cancelled() {
    return {ErrorCode::Cancelled, "The search was stopped. Finished runs are kept in its work folder.", ""};
}

}  // namespace

Savings savings_of(const Clip& clip, float (StepStats::*value)() const) {
    Savings savings;
    std::vector<double> steady;
    for (const auto& step : clip.steps) {
        savings.run += (step.*value)() / double(clip.steps.size());
        if (!step.dense && step.step > clip.request.ripple.schedule.i_max) steady.push_back((step.*value)());
    }
    // A refresh is dear and the steps between are cheap: any whole period holds one of them.
    const auto period = std::size_t(clip.request.ripple.refresh_steps);
    if (clip.request.ripple.carry != Carry::Nothing && period > 0 && steady.size() > period)
        steady.resize(steady.size() / period * period);
    for (const double saved : steady)
        savings.steady += saved / double(steady.size());
    return savings;
}

RunPool::RunPool(Engine& engine, CalibrationObserver& observer, std::string folder, std::string digest, bool clips)
    : engine_(engine),
      observer_(observer),
      folder_(std::move(folder)),
      digest_(std::move(digest)),
      keep_clips_(clips && !folder_.empty()) {
    if (folder_.empty()) return;
    std::error_code error;
    for (const char* part : {"runs", "dense", "clips"})
        fs::create_directories(fs::path(folder_) / part, error);
    if (!fs::is_directory(fs::path(folder_) / "runs", error) || ::access(folder_.c_str(), W_OK) != 0) {
        throw JsonProblem("The work folder " + folder_ + " cannot be made or written. Choose another one.");
    }
}

RunPool::~RunPool() = default;

std::string RunPool::key_of(const WantedRun& wanted) const {
    auto text = [](GenerationRequest request) {
        request.preset_name.clear();
        request.fps = 16.0;
        // Unused settings would make two runs of one.
        if (request.attention == AttentionMode::Dense) request.ripple = {};
        return to_json(request);
    };
    return hash_text(digest_ + text(wanted.request) + (wanted.reference ? text(*wanted.reference) : ""));
}

std::string RunPool::path_of(const std::string& key, const char* suffix) const {
    const char* part = std::string_view(suffix) == ".mkv"   ? "dense"
                       : std::string_view(suffix) == ".mp4" ? "clips"
                                                            : "runs";
    return (fs::path(folder_) / part / (key + suffix)).string();
}

std::string RunPool::clip_name(const WantedRun& wanted) const {
    return "clips/" + key_of(wanted) + ".mp4";
}

void RunPool::keep(const std::string& key, RunRecord record) {
    if (records_.emplace(key, std::move(record)).second) ++found_;
}

const RunRecord* RunPool::find(const WantedRun& wanted) {
    const std::string key = key_of(wanted);
    if (const auto known = records_.find(key); known != records_.end()) return &known->second;
    std::error_code error;
    if (folder_.empty() || !fs::exists(path_of(key, ".json"), error)) return nullptr;
    try {
        keep(key, read_record(path_of(key, ".json")));
    } catch (const JsonProblem&) {
        fs::remove(path_of(key, ".json"), error);  // damaged: it is made again
        return nullptr;
    }
    return &records_.at(key);
}

ClipPtr RunPool::clip_of(const WantedRun& wanted) const {
    const auto found = clips_.find(key_of(wanted));
    return found == clips_.end() ? nullptr : found->second;
}

Result<FrameSequencePtr> RunPool::frames_of(const GenerationRequest& dense) {
    const std::string key = key_of({dense, std::nullopt});
    if (const auto known = frames_.find(key); known != frames_.end()) return known->second;
    auto frames = read_clip_frames(path_of(key, ".mkv"));
    if (!frames) return frames.error();
    return frames_[key] = std::make_shared<const FrameSequence>(std::move(*frames));
}

void RunPool::begin_pass() {
    missing_.clear();
    noted_.clear();
}

const RunRecord* RunPool::ask(const WantedRun& wanted) {
    const RunRecord* record = find(wanted);
    if (noted_.insert(key_of(wanted)).second && !record) missing_.push_back(wanted);
    return record;
}

Status RunPool::make_one(const std::stop_token& stop) {
    if (stop.stop_requested()) return cancelled();
    for (const auto& wanted : missing_) {
        const std::string key = key_of(wanted);
        if (wanted.reference && !find({*wanted.reference, std::nullopt})) continue;  // somebody is making it
        std::optional<Claim> claim;
        if (!folder_.empty()) {
            claim.emplace(path_of(key, ".claim"));
            if (!claim->held()) continue;
        }
        if (find(wanted)) return {};  // finished by another process since the list was made
        FrameSequencePtr reference;
        if (wanted.reference) {
            auto frames = frames_of(*wanted.reference);
            if (!frames) return frames.error();
            reference = *frames;
        }
        return make(wanted, key, reference, stop);
    }
    wait_a_moment(stop);
    return stop.stop_requested() ? Status(cancelled()) : Status();
}

Status RunPool::make(const WantedRun& wanted, const std::string& key, FrameSequencePtr reference,
                     const std::stop_token& stop) {
    Forward forward(observer_);
    auto clip = engine_.generate(wanted.request, forward, stop);
    RunRecord record;
    if (!clip) {
        if (clip.error().code == ErrorCode::Cancelled) return cancelled();
        const bool carries = wanted.reference && wanted.request.ripple.carry != Carry::Nothing;
        if (clip.error().code != ErrorCode::OutOfMemory || !carries) return clip.error();
        record.refused = clip.error().message;  // forms that carry nothing may fit
        keep(key, std::move(record));
        return {};
    } else {
        record = record_of(**clip);
        const bool ripple = wanted.request.attention == AttentionMode::Ripple;
        bool accelerated = false;
        for (int step = 1; step <= wanted.request.steps; ++step)
            accelerated |= ripple && wanted.request.ripple.schedule.threshold(step, wanted.request.steps) > 0;
        if (accelerated && record.ripple_step_seconds == 0.0) {
            return Error{ErrorCode::BadRequest,
                         "An accelerated run was made dense on " + record.device_name +
                             ", so nothing can be measured there. Choose the device cpu.",
                         ""};
        }
        if (reference) {
            auto quality = engine_.measure_quality(*reference, *(*clip)->frames);
            if (!quality) return quality.error();
            record.psnr_db = quality->mean_psnr_db;
            record.worst_frame_db = quality->worst_psnr_db;
            record.ssim = quality->mean_ssim;
        } else {
            frames_[key] = (*clip)->frames;
        }
        if (folder_.empty()) {
            clips_[key] = *clip;
        } else {
            ExportOptions options;
            options.embed_recipe = false;
            if (!wanted.reference) {
                options.format = ExportFormat::MkvFfv1;
                if (auto status = export_frames(*(*clip)->frames, nullptr, path_of(key, ".mkv"), options, {}, stop);
                    !status)
                    return status;
            }
            if (keep_clips_) {
                options.format = ExportFormat::Mp4H264;
                options.crf = 12;
                if (auto status = export_frames(*(*clip)->frames, nullptr, path_of(key, ".mp4"), options, {}, stop);
                    !status)
                    return status;
            }
        }
    }
    if (!folder_.empty()) {
        const auto text = dump_json(json_of(record, wanted), 1) + "\n";
        if (auto status = save_text(text, path_of(key, ".json")); !status) return status;
    }
    keep(key, std::move(record));
    return {};
}

}  // namespace timeripple::engine::detail
