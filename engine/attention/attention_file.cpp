#include "engine/attention/attention_file.h"

#include "engine/attention/attention_reference.h"
#include "engine/attention/run_recorder.h"
#include "engine/base/text.h"
#include "engine/core/stop.h"
#include "engine/media/safetensors_file.h"
#include "engine/weights/safetensors_header.h"
#include "engine/weights/weight_source.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <filesystem>

namespace timeripple::engine {
namespace {

constexpr const char* kNames[3] = {"q", "k", "v"};

[[noreturn]] void refuse(ErrorCode code, std::string sentence) {
    throw EngineFailure({code, std::move(sentence), {}});
}

struct Input {
    at::Tensor q, k, v;  // [1, heads, N, D] as stored
    ElementType type = ElementType::F32;
};

at::ScalarType float_type(ElementType type) {
    switch (type) {
        case ElementType::F64:
            return at::kDouble;
        case ElementType::F32:
            return at::kFloat;
        case ElementType::F16:
            return at::kHalf;
        case ElementType::BF16:
            return at::kBFloat16;
        default:
            return at::ScalarType::Undefined;
    }
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (const auto size : shape)
        text += (text.size() > 1 ? ", " : "") + std::to_string(size);
    return text + "]";
}

Input read_input(const AttentionFileRequest& request) {
    auto header = read_safetensors_header(request.input);
    if (!header) throw EngineFailure(header.error());
    const SafetensorsEntry* entries[3];
    for (int i = 0; i < 3; ++i) {
        entries[i] = header->find(kNames[i]);
        if (!entries[i]) {
            refuse(ErrorCode::BadFile, "\"" + request.input + "\" holds no tensor \"" + kNames[i] +
                                           "\". Save q, k and v, each [heads, N, D].");
        }
        if (entries[i]->shape.size() != 3 || entries[i]->shape != entries[0]->shape ||
            entries[i]->type != entries[0]->type) {
            refuse(ErrorCode::BadFile, "\"" + request.input + "\": " + kNames[i] + " is " +
                                           element_type_name(entries[i]->type) + " " + shape_text(entries[i]->shape) +
                                           ", but q, k and v must be of one type and one shape [heads, N, D].");
        }
    }
    const auto& shape = entries[0]->shape;
    const at::ScalarType dtype = float_type(entries[0]->type);
    if (dtype == at::ScalarType::Undefined) {
        refuse(ErrorCode::BadFile, "\"" + request.input + "\" holds " + element_type_name(entries[0]->type) +
                                       ". Save q, k and v as F16, BF16, F32 or F64.");
    }
    const std::int64_t tokens = std::int64_t(request.grid[0]) * request.grid[1] * request.grid[2];
    const std::int64_t rows = tokens + request.text_before + request.text_behind;
    if (shape[1] != rows) {
        const std::string text =
            request.text_before + request.text_behind > 0
                ? " and " + std::to_string(request.text_before + request.text_behind) + " text rows"
                : "";
        refuse(ErrorCode::BadRequest,
               "The grid " + std::to_string(request.grid[0]) + "," + std::to_string(request.grid[1]) + "," +
                   std::to_string(request.grid[2]) + " has " + std::to_string(tokens) + " tokens" + text +
                   ", but q, k and v in \"" + request.input + "\" have " + std::to_string(shape[1]) +
                   " rows. Give the grid T,Y,X whose product with the text makes that number.");
    }
    if (shape[0] < 1 || shape[2] < 1 || shape[2] > 1024)
        refuse(ErrorCode::BadFile,
               "\"" + request.input + "\" holds q of shape " + shape_text(shape) + ", which cannot be run.");
    Input input;
    input.type = entries[0]->type;
    const std::filesystem::path file(request.input);
    const auto source =
        open_weights(file.parent_path().empty() ? "." : file.parent_path().string(), file.stem().string());
    at::Tensor* tensors[3] = {&input.q, &input.k, &input.v};
    for (int i = 0; i < 3; ++i) {
        *tensors[i] = source->load(kNames[i], shape, dtype, at::kCPU).unsqueeze(0);
        if (!at::isfinite(*tensors[i]).all().item<bool>()) {
            refuse(ErrorCode::NonFinite,
                   std::string("The tensor ") + kNames[i] + " in \"" + request.input +
                       "\" holds numbers that are not finite. Save it again without NaN and infinity.");
        }
    }
    return input;
}

// The root of every row from its link: at most three hops.
void fill_roots(const std::uint8_t* origin, const kernels::TokenGrid& grid, int text_before, int rows,
                std::int32_t* root) {
    for (int row = 0; row < rows; ++row)
        root[row] = row;
    for (int token = 0; token < grid.tokens(); ++token) {
        int at = token;
        while (origin[at] != static_cast<std::uint8_t>(TokenOrigin::Computed))
            at -= grid.stride(origin[at] - 1);
        root[text_before + token] = text_before + at;
    }
}

}  // namespace

AttentionFileReport run_attention_file(const AttentionFileRequest& request, std::stop_token stop) {
    if (auto status = validate(request); !status) throw EngineFailure(status.error());
    const Input input = read_input(request);
    const int heads = int(input.q.size(1)), rows = int(input.q.size(2)), head_dim = int(input.q.size(3));
    const kernels::TokenGrid grid{request.grid[0], request.grid[1], request.grid[2]};
    const double theta = request.theta.value_or(request.settings.schedule.theta_max);
    const bool whole_tokens =
        request.settings.granularity == Granularity::Token && request.settings.adversarial == AdversarialReuse::None;

    // Step 2 of 3 is accelerated at theta. fp16 is computed in fp32 and rounded once.
    RippleSettings settings = request.settings;
    settings.schedule = {theta, theta, 1, 1, true};
    AttentionCall call;
    call.step = 2;
    call.steps = 3;
    call.grid = grid;
    call.text = {request.text_before, request.text_behind};
    const bool half = input.q.scalar_type() == at::kHalf;
    const at::Tensor q = half ? input.q.to(at::kFloat) : input.q;
    const at::Tensor k = half ? input.k.to(at::kFloat) : input.k;
    const at::Tensor v = half ? input.v.to(at::kFloat) : input.v;
    const auto attention = make_ripple_attention(settings, 1, heads, grid, head_dim);
    attention->begin_step(call.step, call.steps);
    const at::Tensor out = attention->forward(q, k, v, call, stop).contiguous();
    throw_if_stopped(stop);
    const auto [stats, map] = attention->end_step();
    const at::Tensor result = out.to(input.q.scalar_type()).contiguous();

    AttentionFileReport report;
    report.heads = heads;
    report.rows = rows;
    report.head_dim = head_dim;
    report.type = element_type_name(input.type);
    report.theta = theta;
    report.stats = stats.layers.at(0).heads;
    report.unique_query_share = report.unique_key_share = 0.0;
    for (const auto& head : report.stats) {
        report.score_savings += head.score_savings / heads;
        report.attention_savings += head.attention_savings / heads;
        report.unique_query_share += head.unique_query_share / heads;
        report.unique_key_share += head.unique_key_share / heads;
    }
    const at::Tensor dense = at::scaled_dot_product_attention(q, k, v).to(at::kDouble);
    const at::Tensor wide = out.to(at::kDouble);
    report.rms_against_dense =
        ((wide - dense).square().mean() / dense.square().mean().clamp_min(1e-300)).sqrt().item<double>();

    // What is written; everything lives until the file stands.
    std::vector<media::TensorToWrite> tensors;
    const std::vector<std::int64_t> shape{heads, rows, head_dim};
    tensors.push_back({"out", input.type, shape, result.const_data_ptr()});
    std::vector<float> shares[4];
    for (const auto& head : report.stats) {
        shares[0].push_back(head.unique_query_share);
        shares[1].push_back(head.unique_key_share);
        shares[2].push_back(head.score_savings);
        shares[3].push_back(head.attention_savings);
    }
    const char* share_names[4] = {"unique_query_share", "unique_key_share", "score_savings", "attention_savings"};
    for (int i = 0; i < 4; ++i)
        tensors.push_back({share_names[i], ElementType::F32, {heads}, shares[i].data()});
    const std::size_t tokens = std::size_t(grid.tokens());
    std::vector<std::uint8_t> origins[2];
    std::vector<std::int32_t> roots[2];
    for (int side = 0; side < 2; ++side) {
        origins[side].assign(std::size_t(heads) * tokens, 0);
        roots[side].resize(std::size_t(heads) * std::size_t(rows));
        for (int head = 0; head < heads; ++head) {
            // The map is null in a step without threshold, and without origins where it would be too large.
            std::uint8_t* mine = origins[side].data() + std::size_t(head) * tokens;
            if (map && !map->origin.empty())
                std::copy_n(map->origin.data() + (std::size_t(head) * 2 + std::size_t(side)) * tokens, tokens, mine);
            fill_roots(mine, grid, request.text_before, rows,
                       roots[side].data() + std::size_t(head) * std::size_t(rows));
        }
        const std::string name = side == 0 ? "query" : "key";
        tensors.push_back({name + "_origin", ElementType::U8, {heads, std::int64_t(tokens)}, origins[side].data()});
        if (whole_tokens) tensors.push_back({name + "_root", ElementType::I32, {heads, rows}, roots[side].data()});
    }
    if (map && map->origin.empty()) {
        refuse(ErrorCode::BadRequest, "The map of " + std::to_string(heads) + " heads of " + std::to_string(tokens) +
                                          " tokens is larger than is kept. Run fewer heads at a time.");
    }
    at::Tensor reference;
    if (request.reference) {
        reference = attention_by_definition(input.q, input.k, input.v, request, theta, stop).contiguous();
        throw_if_stopped(stop);
        report.largest_against_reference = (wide - reference.unsqueeze(0)).abs().max().item<double>();
        tensors.push_back({"reference", ElementType::F64, shape, reference.const_data_ptr()});
    }
    const auto written = media::write_safetensors(
        request.output, tensors, {{"timeripple", "attention"}, {"settings", to_json(request.settings)}});
    if (!written) throw EngineFailure(written.error());
    return report;
}

}  // namespace timeripple::engine
