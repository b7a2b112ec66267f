// RippleSettings and GenerationRequest as versioned JSON.
#include "engine/base/settings_json.h"

namespace timeripple::engine {
namespace detail {

using nlohmann::json;

namespace {

constexpr int kRequestVersion = 1;
constexpr const char* kAxisNames[kAxes] = {"time", "y", "x"};

// Per-axis values as an object { "time": .., "y": .., "x": .. }: nobody has to remember an order.
template <typename T>
json by_axis(const std::array<T, kAxes>& values) {
    json object = json::object();
    for (int axis = 0; axis < kAxes; ++axis)
        object[kAxisNames[axis]] = values[axis];
    return object;
}

template <typename T>
void read_by_axis(const JsonFields& fields, const char* key, std::array<T, kAxes>& values) {
    if (const auto object = fields.object(key)) {
        for (int axis = 0; axis < kAxes; ++axis)
            object->read(kAxisNames[axis], values[axis]);
    }
}

}  // namespace

json json_of(const RippleSettings& settings) {
    return {{"version", RippleSettings::kVersion},
            {"granularity", word_of(settings.granularity)},
            {"reference", word_of(settings.reference)},
            {"axes", by_axis(settings.axes)},
            {"schedule",
             {{"theta_min", settings.schedule.theta_min},
              {"theta_max", settings.schedule.theta_max},
              {"i_min", settings.schedule.i_min},
              {"i_max", settings.schedule.i_max},
              {"last_step_dense", settings.schedule.last_step_dense}}},
            {"query_factor", by_axis(settings.query_factor)},
            {"key_factor", by_axis(settings.key_factor)},
            {"exempt_first_frame", settings.exempt_first_frame},
            {"dense_layers", settings.dense_layers},
            {"dense_heads", settings.dense_heads},
            {"key_value_weight", settings.key_value_weight},
            {"near_field", settings.near_field},
            {"near_reach", by_axis(settings.near_reach)},
            {"carry", word_of(settings.carry)},
            {"refresh_steps", settings.refresh_steps},
            {"adversarial", word_of(settings.adversarial)}};
}

RippleSettings read_ripple_settings(const JsonFields& fields) {
    fields.check_version(RippleSettings::kVersion);
    RippleSettings settings;
    fields.read_word("granularity", settings.granularity);
    fields.read_word("reference", settings.reference);
    read_by_axis(fields, "axes", settings.axes);
    if (const auto schedule = fields.object("schedule")) {
        schedule->read("theta_min", settings.schedule.theta_min);
        schedule->read("theta_max", settings.schedule.theta_max);
        schedule->read("i_min", settings.schedule.i_min);
        schedule->read("i_max", settings.schedule.i_max);
        schedule->read("last_step_dense", settings.schedule.last_step_dense);
    }
    read_by_axis(fields, "query_factor", settings.query_factor);
    read_by_axis(fields, "key_factor", settings.key_factor);
    fields.read("exempt_first_frame", settings.exempt_first_frame);
    fields.read("dense_layers", settings.dense_layers);
    fields.read("dense_heads", settings.dense_heads);
    fields.read("key_value_weight", settings.key_value_weight);
    fields.read("near_field", settings.near_field);
    read_by_axis(fields, "near_reach", settings.near_reach);
    fields.read_word("carry", settings.carry);
    fields.read("refresh_steps", settings.refresh_steps);
    fields.read_word("adversarial", settings.adversarial);
    return settings;
}

json json_of(const AttentionChange& change) {
    return {{"from_step", change.from_step},
            {"attention", word_of(change.mode)},
            {"ripple", json_of(change.ripple)},
            {"preset", change.preset_name}};
}

AttentionChange read_attention_change(const JsonFields& fields) {
    AttentionChange change;
    fields.read("from_step", change.from_step);
    fields.read_word("attention", change.mode);
    fields.read("preset", change.preset_name);
    if (const auto ripple = fields.object("ripple")) change.ripple = read_ripple_settings(*ripple);
    return change;
}

json json_of(const GenerationRequest& request) {
    json object = {{"version", kRequestVersion},
            {"model", request.model_path},
            {"prompt", request.prompt},
            {"negative_prompt", request.negative_prompt},
            {"width", request.width},
            {"height", request.height},
            {"frames", request.frames},
            {"fps", request.fps},
            {"steps", request.steps},
            {"guidance", request.guidance_scale},
            {"shift", request.flow_shift},
            {"scheduler", word_of(request.scheduler)},
            {"seed", request.seed},
            {"dtype", word_of(request.precision)},
            {"device", word_of(request.device)},
            {"threads", request.threads},
            {"attention", word_of(request.attention)},
            {"kernel", word_of(request.kernel)},
            {"preset", request.preset_name},
            {"ripple", json_of(request.ripple)},
            {"vae_tiling", request.vae_tiling},
            {"latents", request.initial_latents_path}};
    for (const AttentionChange& change : request.attention_changes)
        object["attention_changes"].push_back(json_of(change));
    return object;
}

GenerationRequest read_request(const JsonFields& fields) {
    fields.check_version(kRequestVersion);
    GenerationRequest request;
    fields.read("model", request.model_path);
    fields.read("prompt", request.prompt);
    fields.read("negative_prompt", request.negative_prompt);
    fields.read("width", request.width);
    fields.read("height", request.height);
    fields.read("frames", request.frames);
    fields.read("fps", request.fps);
    fields.read("steps", request.steps);
    fields.read("guidance", request.guidance_scale);
    fields.read("shift", request.flow_shift);
    fields.read_word("scheduler", request.scheduler);
    fields.read("seed", request.seed);
    fields.read_word("dtype", request.precision);
    fields.read_word("device", request.device);
    fields.read("threads", request.threads);
    fields.read_word("attention", request.attention);
    fields.read_word("kernel", request.kernel);
    fields.read("preset", request.preset_name);
    if (const auto ripple = fields.object("ripple")) request.ripple = read_ripple_settings(*ripple);
    fields.read("vae_tiling", request.vae_tiling);
    fields.read("latents", request.initial_latents_path);
    for (const JsonFields& change : fields.objects("attention_changes"))
        request.attention_changes.push_back(read_attention_change(change));
    return request;
}

json json_of(const Provenance& provenance) {
    return {{"build", provenance.build_id},
            {"model", provenance.model_name},
            {"model_digest", provenance.model_digest},
            {"device", provenance.device_name},
            {"attention_kernel", provenance.attention_kernel},
            {"threads", provenance.threads},
            {"created", provenance.created_utc}};
}

Provenance read_provenance(const JsonFields& fields) {
    Provenance provenance;
    fields.read("build", provenance.build_id);
    fields.read("model", provenance.model_name);
    fields.read("model_digest", provenance.model_digest);
    fields.read("device", provenance.device_name);
    fields.read("attention_kernel", provenance.attention_kernel);
    fields.read("threads", provenance.threads);
    fields.read("created", provenance.created_utc);
    return provenance;
}

}  // namespace detail

std::string to_json(const RippleSettings& settings) {
    return detail::dump_json(detail::json_of(settings), 2);
}

Result<RippleSettings> ripple_settings_from_json(const std::string& text) {
    const std::string what = "The ripple settings";
    try {
        const auto json = detail::parse_json(text, what);
        return detail::read_ripple_settings(detail::JsonFields(json, what));
    } catch (const std::exception& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    }
}

std::string to_json(const GenerationRequest& request) {
    return detail::dump_json(detail::json_of(request), 2);
}

Result<GenerationRequest> request_from_json(const std::string& text) {
    const std::string what = "The request";
    try {
        const auto json = detail::parse_json(text, what);
        return detail::read_request(detail::JsonFields(json, what));
    } catch (const std::exception& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    }
}

}  // namespace timeripple::engine
