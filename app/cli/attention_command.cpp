// One form of reuse on tensors from a file, so that anybody can check the arithmetic from outside.
#include "app/cli/commands.h"
#include "app/cli/progress.h"
#include "app/cli/run_settings.h"
#include "engine/api/engine.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdio>

namespace timeripple::cli {

using namespace engine;
using nlohmann::json;

namespace {

// "4,8,8".
bool read_grid(const std::string& text, std::array<int, kAxes>& grid) {
    const char* at = text.data();
    const char* const end = at + text.size();
    for (int axis = 0; axis < kAxes; ++axis) {
        const auto read = std::from_chars(at, end, grid[std::size_t(axis)]);
        if (read.ec != std::errc()) return false;
        at = read.ptr;
        if (axis + 1 < kAxes && (at == end || *at++ != ',')) return false;
    }
    return at == end;
}

Result<AttentionFileRequest> read_request(const Arguments& arguments) {
    auto wrong = [](std::string sentence) { return Error{ErrorCode::BadRequest, std::move(sentence), ""}; };
    AttentionFileRequest request;
    request.input = arguments.text("--qkv");
    request.output = arguments.text("-o");
    request.reference = arguments.has("--reference");
    if (request.input.empty()) return wrong("Name the file with q, k and v: --qkv in.safetensors.");
    if (request.output.empty()) return wrong("Say where the result goes: -o out.safetensors.");
    if (!read_grid(arguments.text("--grid"), request.grid)) {
        return wrong("The option --grid needs three numbers T,Y,X, for example 4,8,8, but got \"" +
                     arguments.text("--grid").substr(0, 60) + "\".");
    }
    auto numbers = arguments;
    double theta = 0.0;
    if (!numbers.read("--text-before", request.text_before) || !numbers.read("--text-behind", request.text_behind) ||
        !numbers.read("--threads", request.threads) || !numbers.read("--theta", theta)) {
        return wrong(numbers.problem());
    }
    if (request.threads < 0) return wrong("The option --threads must be 0 or more.");
    if (arguments.has("--theta")) request.theta = theta;
    if (arguments.has("--settings")) {
        auto settings = read_ripple(arguments.text("--settings"), "--settings");
        if (!settings) return settings.error();
        request.settings = *settings;
    }
    if (auto status = validate(request); !status) return status.error();
    if (auto status = check_output("-o", request.output); !status) return status.error();
    return request;
}

void print_report(const AttentionFileReport& report, const std::string& output) {
    std::printf("%d heads of %d rows x %d channels, %s, threshold %g\n", report.heads, report.rows, report.head_dim,
                report.type.c_str(), report.theta);
    std::printf("computed: %.1f %% of queries, %.1f %% of keys\n", 100 * report.unique_query_share,
                100 * report.unique_key_share);
    std::printf("score savings %.1f %%, attention savings %.1f %%\n", 100 * report.score_savings,
                100 * report.attention_savings);
    std::printf("against dense attention: %.3g of its root mean square\n", report.rms_against_dense);
    if (report.largest_against_reference)
        std::printf("against the definition in fp64: at most %.3g\n", *report.largest_against_reference);
    std::printf("wrote %s\n", output.c_str());
}

}  // namespace

int run_attention(const Arguments& arguments, std::stop_token stop) {
    const bool as_json = arguments.has("--json");
    auto request = read_request(arguments);
    if (!request) {
        return request.error().code == ErrorCode::BadRequest ? wrong_use(request.error().message, "attention", as_json)
                                                             : report(request.error(), as_json);
    }
    auto engine = open_engine();
    if (!engine) return report(engine.error(), as_json);
    auto result = (*engine)->run_attention_file(*request, stop);
    if (!result) {
        return result.error().code == ErrorCode::BadRequest ? wrong_use(result.error().message, "attention", as_json)
                                                            : report(result.error(), as_json);
    }
    if (as_json) {
        json line = {{"event", "done"},
                     {"file", request->output},
                     {"heads", result->heads},
                     {"rows", result->rows},
                     {"head_dim", result->head_dim},
                     {"theta", result->theta},
                     {"unique_queries", result->unique_query_share},
                     {"unique_keys", result->unique_key_share},
                     {"score_savings", result->score_savings},
                     {"attention_savings", result->attention_savings},
                     {"rms_against_dense", result->rms_against_dense}};
        if (result->largest_against_reference) line["largest_against_reference"] = *result->largest_against_reference;
        print_line(line.dump());
    } else {
        print_report(*result, request->output);
    }
    return kDone;
}

}  // namespace timeripple::cli
