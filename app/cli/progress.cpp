#include "app/cli/progress.h"

#include "engine/api/recipe.h"
#include "engine/api/setting_names.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace timeripple::cli {
namespace {

using namespace engine;
using nlohmann::json;

const char* name_of(Phase phase) {
    switch (phase) {
        case Phase::Loading:
            return "loading";
        case Phase::TextEncoding:
            return "text encoding";
        case Phase::Denoising:
            return "denoising";
        case Phase::Decoding:
            return "decoding";
    }
    return "";
}

// Whole seconds, rounded up: an estimate should not flicker.
std::string to_go(double seconds) {
    return ", " + duration_text(std::max(1.0, std::ceil(seconds))) + " to go";
}

std::string percent(double share) {
    char text[16];
    std::snprintf(text, sizeof text, "%.0f %%", 100 * share);
    return text;
}

// Plain lines on standard error: one a step, one where another phase begins.
class Lines : public ProgressReport {
  public:
    void on_run(const std::string& name) override { say("run: " + name); }
    void on_progress(const Progress& progress) override {
        if (progress.phase != phase_ || first_) {
            if (!step_.empty()) say(step_);
            step_.clear();
            first_ = false;
            phase_ = progress.phase;
            if (phase_ != Phase::Denoising) say(name_of(phase_));
        }
        remaining_ = progress.remaining_seconds;
        // A step's line comes with its progress, when the time to go is known.
        if (phase_ == Phase::Denoising && !step_.empty()) {
            say(step_ + (remaining_ > 0 ? to_go(remaining_) : ""));
            step_.clear();
        }
    }
    void on_step(const StepStats& step) override {
        if (!step_.empty()) say(step_);
        step_ = "step " + std::to_string(step.step) + " of " + std::to_string(step.steps) + ", " +
                duration_text(step.seconds);
        if (!step.dense) step_ += ", attention savings " + percent(step.attention_savings());
    }
    void on_notice(const std::string& text) override { say(text); }
    void on_writing(const std::string& what, int done, int total) override {
        if (done == total) say("wrote " + what);
    }
    void finish() override {
        if (!step_.empty()) say(step_);
        step_.clear();
        first_ = true;
    }

  private:
    static void say(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

    Phase phase_ = Phase::Loading;
    bool first_ = true;
    double remaining_ = -1;
    std::string step_;
};

// One line on a terminal that is painted over.
class Bar : public ProgressReport {
  public:
    ~Bar() override { finish(); }
    void on_run(const std::string& name) override {
        finish();
        run_ = name + ": ";
    }
    void on_progress(const Progress& progress) override {
        std::string text = run_ + name_of(progress.phase);
        if (progress.total > 0) text += " " + std::to_string(progress.done) + "/" + std::to_string(progress.total);
        if (progress.phase == Phase::Denoising) text += step_;
        if (progress.remaining_seconds > 0) text += to_go(progress.remaining_seconds);
        paint(text, progress.total > 0 ? double(progress.done) / progress.total : 0.0, progress.done == progress.total);
    }
    void on_step(const StepStats& step) override {
        step_ = ", " + duration_text(step.seconds) + " a step";
        if (!step.dense) step_ += ", saves " + percent(step.attention_savings());
    }
    void on_notice(const std::string& text) override {
        finish();
        std::fprintf(stderr, "%s\n", text.c_str());
    }
    void on_writing(const std::string& what, int done, int total) override {
        paint("writing " + what, total > 0 ? double(done) / total : 0.0, done == total);
    }
    void finish() override {
        if (painted_) std::fputs("\r\x1b[K", stderr);
        painted_ = false;
    }

  private:
    void paint(const std::string& text, double share, bool now) {
        // Not more often than an eye can see.
        const auto time = std::chrono::steady_clock::now();
        if (!now && painted_ && time - last_ < std::chrono::milliseconds(50)) return;
        last_ = time;
        winsize size{};
        const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
        const int columns = known ? size.ws_col : 80;
        const int room = std::clamp(columns - 60, 10, 40);
        const int filled = int(std::lround(std::clamp(share, 0.0, 1.0) * room));
        std::string line =
            "[" + std::string(std::size_t(filled), '#') + std::string(std::size_t(room - filled), '.') + "] " + text;
        if (int(line.size()) > columns - 1) line.resize(std::size_t(std::max(1, columns - 1)));
        std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
        std::fflush(stderr);
        painted_ = true;
    }

    std::string run_, step_;
    bool painted_ = false;
    std::chrono::steady_clock::time_point last_;
};

class JsonLines : public ProgressReport {
  public:
    void on_run(const std::string& name) override {
        run_ = name;
        print({{"event", "run"}});
    }
    void on_progress(const Progress& p) override {
        json line = {{"event", "progress"},
                     {"phase", name_of(p.phase)},
                     {"done", p.done},
                     {"total", p.total},
                     {"elapsed", p.elapsed_seconds}};
        if (p.remaining_seconds >= 0) line["remaining"] = p.remaining_seconds;
        print(std::move(line));
    }
    void on_started(const GenerationRequest& resolved, const ModelInfo&) override {
        print({{"event", "started"}, {"request", json::parse(to_json(resolved))}});
    }
    void on_step(const StepStats& s) override {
        print({{"event", "step"},
               {"step", s.step},
               {"steps", s.steps},
               {"dense", s.dense},
               {"threshold", s.threshold},
               {"seconds", s.seconds},
               {"score_savings", s.score_savings()},
               {"attention_savings", s.attention_savings()}});
    }
    void on_attention_changed(const AttentionChange& change) override {
        print({{"event", "attention"},
               {"from_step", change.from_step},
               {"attention", word_of(change.mode)},
               {"ripple", json::parse(to_json(change.ripple))}});
    }
    void on_checkpoint(int step, const std::string& path) override {
        ProgressReport::on_checkpoint(step, path);
        print({{"event", "checkpoint"}, {"step", step}, {"file", path}});
    }
    void on_notice(const std::string& text) override { print({{"event", "notice"}, {"text", text}}); }
    void on_writing(const std::string& what, int done, int total) override {
        if (done == total) print({{"event", "wrote"}, {"file", what}});
    }

  private:
    void print(json line) {
        if (!run_.empty()) line["run"] = run_;
        print_line(line.dump(-1, ' ', false, json::error_handler_t::replace));
    }
    std::string run_;
};

}  // namespace

std::string duration_text(double seconds) {
    char text[40];
    if (seconds < 0.0995) {
        std::snprintf(text, sizeof text, "%.0f ms", 1000 * std::max(0.0, seconds));
    } else if (seconds < 9.95) {
        std::snprintf(text, sizeof text, "%.2g s", seconds);
    } else if (seconds < 59.5) {
        std::snprintf(text, sizeof text, "%.0f s", seconds);
    } else {
        const long whole = std::lround(seconds);
        if (whole < 3600) {
            std::snprintf(text, sizeof text, "%ld:%02ld min", whole / 60, whole % 60);
        } else {
            std::snprintf(text, sizeof text, "%ld:%02ld:%02ld h", whole / 3600, whole / 60 % 60, whole % 60);
        }
    }
    return text;
}

bool print_line(const std::string& text) {
    return std::fprintf(stdout, "%s\n", text.c_str()) >= 0 && std::fflush(stdout) == 0;
}

std::unique_ptr<ProgressReport> make_progress(bool as_json) {
    if (as_json) return std::make_unique<JsonLines>();
    if (isatty(STDERR_FILENO)) return std::make_unique<Bar>();
    return std::make_unique<Lines>();
}

}  // namespace timeripple::cli
