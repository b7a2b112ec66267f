#include "engine/base/evaluation_page.h"

#include "engine/base/svg_plot.h"

#include <algorithm>
#include <cstdio>

namespace timeripple::engine::detail {
namespace {

// Okabe and Ito's colours, which stay apart for all kinds of colour vision; the dark page has brighter ones.
constexpr const char* kStyle = R"(<style>
:root{--ground:#fdfdfc;--ink:#1d2428;--soft:#5c6870;--rule:#d9dee1;
--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#a4478a;--c4:#b07d00;--c5:#3a9bd0;--c6:#555;--c7:#1d2428}
@media (prefers-color-scheme:dark){:root{--ground:#14191c;--ink:#e6ebee;--soft:#9aa7af;--rule:#303a40;
--c0:#56b4e9;--c1:#f08a3c;--c2:#2fc79a;--c3:#dd8fc2;--c4:#e6c229;--c5:#9bd3f5;--c6:#b8c0c5;--c7:#e6ebee}}
body{background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif;max-width:1240px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}p{max-width:46rem}.soft{color:var(--soft)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;white-space:nowrap}
th,td{padding:.25rem .45rem;text-align:right;border-bottom:1px solid var(--rule)}th:first-child,td:first-child{text-align:left}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom}
svg{width:100%;max-width:760px;height:auto}svg text{fill:var(--soft);font-size:12px}.key{width:14px;height:14px;vertical-align:-2px;margin-right:4px}
.legend span{margin-right:1.2rem;white-space:nowrap}.grid{stroke:var(--rule)}.goal{stroke:var(--ink);stroke-width:1.5}
.low{stroke-width:1.5}.m,.b{stroke:none}.hollow{fill:none!important;stroke-width:2}
.c0{fill:var(--c0);stroke:var(--c0)}.c1{fill:var(--c1);stroke:var(--c1)}.c2{fill:var(--c2);stroke:var(--c2)}.c3{fill:var(--c3);stroke:var(--c3)}
.c4{fill:var(--c4);stroke:var(--c4)}.c5{fill:var(--c5);stroke:var(--c5)}.c6{fill:var(--c6);stroke:var(--c6)}.c7{fill:var(--c7);stroke:var(--c7)}
</style>
)";

std::string fixed(double value, int places) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*f", places, value);
    return text;
}

// "2.34"; nothing where a row was not timed.
std::string speed(double speedup) {
    return speedup > 0 ? fixed(speedup, 2) : "";
}

std::string percent(double share) {
    return fixed(100 * share, 1);
}

std::string cell(const std::string& text) {
    return "<td>" + text + "</td>";
}

std::string table(const EvaluationReport& report) {
    std::string out =
        "<div class=\"wide\"><table><thead><tr><th>form</th><th>clips</th><th>score savings<br>steady, %</th><th>run, "
        "%</th>"
        "<th>attention savings<br>steady, %</th><th>run, %</th><th>speed-up<br>denoising</th><th>step</th>"
        "<th>PSNR dB<br>mean</th><th>minimum</th><th>SSIM</th><th>detector</th></tr></thead><tbody>\n";
    for (const auto& row : report.rows) {
        const auto& m = row.measured;
        const bool other_size = row.width != report.key.width || row.height != report.key.height;
        std::string name = escaped(row.name);
        if (row.wanted > 0)
            name += std::string(", ") + fixed(100 * row.wanted, 0) + " %" + (row.wanted_score ? " score" : "");
        if (row.wanted - (row.wanted_score ? m.score.steady : m.attention.steady) > 0.02) name += " (not reached)";
        if (other_size)
            name +=
                " <span class=\"soft\">" + std::to_string(row.width) + " x " + std::to_string(row.height) + "</span>";
        out += "<tr>" + cell(name) + cell(std::to_string(m.clips));
        if (row.settings) {
            out += cell(percent(m.score.steady)) + cell(percent(m.score.run)) + cell(percent(m.attention.steady)) +
                   cell(percent(m.attention.run)) + cell(speed(m.speedup_denoising)) + cell(speed(m.speedup_step));
        } else {
            for (int i = 0; i < 6; ++i)
                out += cell("");
        }
        const bool itself = row.form == "dense";
        out += cell(itself ? "" : fixed(m.psnr_mean_db, 2)) + cell(itself ? "" : fixed(m.psnr_min_db, 2)) +
               cell(itself ? "" : fixed(m.ssim, 4)) + cell(row.detector ? fixed(100 * *row.detector, 1) : "") +
               "</tr>\n";
    }
    return out + "</tbody></table></div>\n";
}

std::string plots(const EvaluationReport& report) {
    ScatterPlot quality;
    quality.x_label = "attention savings in steady steps, %";
    quality.y_label = "PSNR against dense, dB";
    quality.goals = {{75, 36, "75 % at 36 dB"}, {85, 31, "85 % at 31 dB"}};
    BarPlot speeds;
    speeds.x_label = "measured speed-up of denoising, all steps of the run (line: dense)";
    speeds.mark = 1.0;
    for (const auto& row : report.rows) {
        if (!row.settings || row.width != report.key.width || row.height != report.key.height) continue;
        auto known = std::find(quality.series.begin(), quality.series.end(), row.form);
        if (known == quality.series.end()) known = quality.series.insert(known, row.form);
        const int series = int(known - quality.series.begin());
        const auto& m = row.measured;
        quality.points.push_back(
            {100 * m.attention.steady, m.psnr_mean_db, m.psnr_min_db, series,
             row.id + ": " + percent(m.attention.steady) + " %, " + fixed(m.psnr_mean_db, 1) + " dB"});
        if (m.speedup_denoising > 0)
            speeds.bars.push_back({row.id, m.speedup_denoising, series, fixed(m.speedup_denoising, 2) + "x"});
    }
    if (quality.points.empty()) return "";
    return "<h2>Quality over savings</h2>\n<p class=\"soft\">A mark is the mean over the clips, its thin line reaches "
           "down to the "
           "worst clip. Channel and group forms leave out no multiply-adds of PV: their attention savings are half of "
           "what the "
           "paper counts.</p>\n" +
           svg(quality) + (speeds.bars.empty() ? "" : "<h2>Measured speed-up</h2>\n" + svg(speeds));
}

}  // namespace

std::string evaluation_page(const EvaluationReport& report) {
    const auto& key = report.key;
    std::string out =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><title>TimeRipple: proof of quality</title>\n";
    out += kStyle;
    out += "</head><body>\n<h1>TimeRipple: proof of quality</h1>\n<p>" + escaped(key.model) + ", " +
           std::to_string(key.width) + " x " + std::to_string(key.height) + ", " + std::to_string(key.frames) +
           " frames, " + std::to_string(key.steps) + " steps, " + std::to_string(report.wanted_clips) +
           (report.wanted_clips == 1 ? " prompt" : " prompts") +
           " that training never saw. Every clip is compared with its "
           "dense twin from the same noise.</p>\n<p class=\"soft\">" +
           escaped(report.device_name) + ", " + std::to_string(report.threads) + " threads a run, " +
           escaped(report.date) + "; " + escaped(report.build) + "; weights " +
           escaped(report.model_digest.substr(0, 16)) + ". Made by <code>timeripple evaluate</code>.</p>\n";
    if (report.timed_clips > 0) {
        out += "<p class=\"soft\">Speed-ups are from runs of their own: " + escaped(report.timed_device_name) + ", " +
               std::to_string(report.timed_threads) + " threads, the first " +
               (report.timed_clips == 1 ? "clip" : std::to_string(report.timed_clips) + " clips") + " of every row, " +
               escaped(report.timed_date) + ".</p>\n";
    }
    if (!report.unfinished.empty()) {
        out += "<p><strong>Not finished:</strong> ";
        for (std::size_t i = 0; i < report.unfinished.size(); ++i)
            out += (i ? ", " : "") + escaped(report.unfinished[i]);
        out += ".</p>\n";
    }
    out += "<h2>All forms</h2>\n" + table(report) +
           "<p class=\"soft\">Three numbers that are not the same: <em>score savings</em> are the paper's estimate, 1 "
           "- mean of u<sub>q</sub> "
           "u<sub>k</sub>; <em>attention savings</em> count all multiply-adds really left out, QK<sup>T</sup> and PV, "
           "with refreshes and near "
           "field; <em>measured speed-up</em> is wall-clock of this program, all steps and the median step. Steady: "
           "steps after i_max, over "
           "whole refresh periods; run: all steps. PSNR of whole clips: mean over the clips and the worst clip. The "
           "detector is a separate "
           "program (recipe/pond/judge_report.py) that looks at the clips as H.264 files; its score is the share of "
           "place, colour, thing and "
           "motion found as asked. The paper reports 35.06 dB at 75 % and 31.28 dB at 85 % of score savings on "
           "HunyuanVideo.</p>\n";
    return out + plots(report) + "</body></html>\n";
}

}  // namespace timeripple::engine::detail
