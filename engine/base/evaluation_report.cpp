// The report of an evaluation as JSON and CSV, and all three files into a folder.
#include "engine/api/run_stats.h"
#include "engine/base/evaluation_page.h"
#include "engine/base/preset_files.h"
#include "engine/base/settings_json.h"
#include "engine/base/text.h"

#include <cstdio>
#include <filesystem>

namespace timeripple::engine {
namespace {

using nlohmann::json;

constexpr int kReportVersion = 1;
constexpr const char* kSchema = "timeripple.evaluation";

json json_of(const EvaluationRow& row) {
    json clips = json::array();
    for (const auto& c : row.clips) {
        json clip = {{"prompt", c.prompt},
                     {"seed", c.seed},
                     {"psnr_db", c.psnr_db},
                     {"worst_frame_db", c.worst_frame_db},
                     {"ssim", c.ssim},
                     {"score_savings", {{"steady", c.score.steady}, {"run", c.score.run}}},
                     {"attention_savings", {{"steady", c.attention.steady}, {"run", c.attention.run}}},
                     {"denoising_seconds", c.denoising_seconds},
                     {"file", c.file}};
        if (c.detector) clip["detector"] = *c.detector;
        clips.push_back(std::move(clip));
    }
    json object = {{"id", row.id},
                   {"name", row.name},
                   {"form", row.form},
                   {"width", row.width},
                   {"height", row.height},
                   {"measured", detail::json_of(row.measured)},
                   {"clips", std::move(clips)}};
    if (row.wanted > 0) object["wanted"] = {{row.wanted_score ? "score_savings" : "attention_savings", row.wanted}};
    if (row.settings) object["settings"] = detail::json_of(*row.settings);
    if (row.detector) object["detector"] = *row.detector;
    return object;
}

std::string report_json(const EvaluationReport& report) {
    json object = {{"schema", kSchema},
                   {"version", kReportVersion},
                   {"model", report.key.model},
                   {"model_digest", report.model_digest},
                   {"width", report.key.width},
                   {"height", report.key.height},
                   {"frames", report.key.frames},
                   {"steps", report.key.steps},
                   {"guidance", report.base.guidance_scale},
                   {"device", report.device_name},
                   {"threads", report.threads},
                   {"date", report.date},
                   {"build", report.build},
                   {"prompts", report.wanted_clips},
                   {"unfinished", report.unfinished},
                   {"rows", json::array()}};
    if (report.timed_clips > 0) {
        object["times"] = {{"device", report.timed_device_name},
                           {"threads", report.timed_threads},
                           {"clips", report.timed_clips},
                           {"date", report.timed_date}};
    }
    for (const auto& row : report.rows)
        object["rows"].push_back(json_of(row));
    return detail::dump_json(object, 1) + "\n";
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

std::string report_csv(const EvaluationReport& report) {
    std::string out =
        "row,form,width,height,prompt,seed,psnr_db,worst_frame_db,ssim,score_savings_steady,score_savings_run,"
        "attention_savings_steady,attention_savings_run,denoising_seconds,detector\n";
    for (const auto& row : report.rows) {
        for (const auto& c : row.clips) {
            char numbers[400];
            std::snprintf(numbers, sizeof numbers, ",%llu,%.4f,%.4f,%.6f,%.6f,%.6f,%.6f,%.6f,%.4f,",
                          static_cast<unsigned long long>(c.seed), c.psnr_db, c.worst_frame_db, c.ssim, c.score.steady,
                          c.score.run, c.attention.steady, c.attention.run, c.denoising_seconds);
            out += row.id + "," + quoted(row.name) + "," + std::to_string(row.width) + "," +
                   std::to_string(row.height) + "," + quoted(c.prompt) + numbers +
                   (c.detector ? detail::number_text(*c.detector) : "") + "\n";
        }
    }
    return out;
}

EvaluationClip clip_of(const detail::JsonFields& fields) {
    EvaluationClip clip;
    fields.read("prompt", clip.prompt);
    fields.read("seed", clip.seed);
    fields.read("psnr_db", clip.psnr_db);
    fields.read("worst_frame_db", clip.worst_frame_db);
    fields.read("ssim", clip.ssim);
    clip.score = detail::read_savings(fields, "score_savings");
    clip.attention = detail::read_savings(fields, "attention_savings");
    fields.read("denoising_seconds", clip.denoising_seconds);
    fields.read("file", clip.file);
    if (fields.has("detector")) fields.read("detector", clip.detector.emplace());
    return clip;
}

EvaluationRow row_of(const detail::JsonFields& fields) {
    EvaluationRow row;
    fields.read("id", row.id);
    fields.read("name", row.name);
    fields.read("form", row.form);
    fields.read("width", row.width);
    fields.read("height", row.height);
    if (row.id.empty() || row.width < 1 || row.height < 1) fields.wrong("rows", "must have an id and a size each");
    if (const auto wanted = fields.object("wanted")) {
        row.wanted_score = wanted->has("score_savings");
        wanted->read(row.wanted_score ? "score_savings" : "attention_savings", row.wanted);
    }
    if (const auto settings = fields.object("settings")) {
        row.settings = detail::read_ripple_settings(*settings);
        if (const auto status = validate(*row.settings); !status)
            throw detail::JsonProblem("The row \"" + row.id + "\" of the report: " + status.error().message);
    }
    if (const auto measured = fields.object("measured")) row.measured = detail::read_measurement(*measured);
    if (fields.has("detector")) fields.read("detector", row.detector.emplace());
    for (const auto& clip : fields.objects("clips"))
        row.clips.push_back(clip_of(clip));
    return row;
}

}  // namespace

Result<EvaluationReport> read_report(const std::string& path) {
    try {
        const std::string what = "The report in " + path;
        const auto object = detail::parse_json(detail::read_text_file(path), what);
        const detail::JsonFields fields(object, what);
        std::string schema;
        fields.read("schema", schema);
        if (schema != kSchema) fields.wrong("schema", std::string("must be ") + kSchema);
        fields.check_version(kReportVersion);
        EvaluationReport report;
        fields.read("model", report.key.model);
        fields.read("model_digest", report.model_digest);
        fields.read("width", report.key.width);
        fields.read("height", report.key.height);
        fields.read("frames", report.key.frames);
        fields.read("steps", report.key.steps);
        fields.read("guidance", report.base.guidance_scale);
        fields.read("device", report.device_name);
        fields.read("threads", report.threads);
        fields.read("date", report.date);
        fields.read("build", report.build);
        fields.read("prompts", report.wanted_clips);
        fields.read("unfinished", report.unfinished);
        if (const auto times = fields.object("times")) {
            times->read("device", report.timed_device_name);
            times->read("threads", report.timed_threads);
            times->read("clips", report.timed_clips);
            times->read("date", report.timed_date);
        }
        for (const auto& row : fields.objects("rows"))
            report.rows.push_back(row_of(row));
        if (report.rows.empty()) fields.wrong("rows", "must be given");
        return report;
    } catch (const detail::JsonProblem& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The report could not be read.", problem.what()};
    }
}

Status save_report(const EvaluationReport& report, const std::string& folder) {
    try {
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        const std::filesystem::path place(folder);
        if (auto status = save_text(report_json(report), (place / "report.json").string()); !status) return status;
        if (auto status = save_text(report_csv(report), (place / "report.csv").string()); !status) return status;
        return save_text(detail::evaluation_page(report), (place / "report.html").string());
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The report could not be written.", problem.what()};
    }
}

}  // namespace timeripple::engine
