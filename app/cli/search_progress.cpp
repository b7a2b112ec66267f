#include "app/cli/search_progress.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <unistd.h>

namespace timeripple::cli {

using namespace engine;
using nlohmann::json;

json measurement_json(const RippleMeasurement& m) {
    return {{"clips", m.clips},
            {"psnr_mean_db", m.psnr_mean_db},
            {"psnr_min_db", m.psnr_min_db},
            {"ssim", m.ssim},
            {"score_savings", {{"steady", m.score.steady}, {"run", m.score.run}}},
            {"attention_savings", {{"steady", m.attention.steady}, {"run", m.attention.run}}},
            {"speedup_denoising", m.speedup_denoising},
            {"speedup_step", m.speedup_step}};
}

void SearchProgress::on_point(const SettingsPoint& point) {
    if (as_json_) {
        const json line = {{"event", "point"},
                           {"label", point.label},
                           {"settings", json::parse(to_json(point.settings))},
                           {"measured", measurement_json(point.measured)}};
        print_line(line.dump(-1, ' ', false, json::error_handler_t::replace));
        return;
    }
    finish();
    const auto& m = point.measured;
    std::fprintf(stderr, "%-66s %2d clip%s  %5.1f dB  attention savings %5.1f %% steady, %5.1f %% run  %.2fx\n",
                 point.label.c_str(), m.clips, m.clips == 1 ? " " : "s", m.psnr_mean_db, 100 * m.attention.steady,
                 100 * m.attention.run, m.speedup_denoising);
}

void SearchProgress::on_progress(int done, int total, double remaining_seconds) {
    if (as_json_) {
        json line = {{"event", "progress"}, {"done", done}, {"total", total}};
        if (remaining_seconds >= 0) line["remaining"] = remaining_seconds;
        print_line(line.dump());
        return;
    }
    std::string text = "run " + std::to_string(done + 1) + " of about " + std::to_string(total);
    if (remaining_seconds > 0) text += ", " + duration_text(remaining_seconds) + " to go";
    painted_ = isatty(STDERR_FILENO) != 0;
    std::fprintf(stderr, painted_ ? "\r%s\x1b[K" : "%s\n", text.c_str());
    std::fflush(stderr);
}

void SearchProgress::on_notice(const std::string& text) {
    if (text == last_notice_) return;  // every run of a search would say it
    last_notice_ = text;
    if (as_json_) {
        print_line(json{{"event", "notice"}, {"text", text}}.dump(-1, ' ', false, json::error_handler_t::replace));
        return;
    }
    finish();
    std::fprintf(stderr, "%s\n", text.c_str());
}

void SearchProgress::finish() {
    if (painted_) std::fputs("\r\x1b[K", stderr);
    painted_ = false;
}

}  // namespace timeripple::cli
