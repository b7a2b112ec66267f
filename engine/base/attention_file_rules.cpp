#include "engine/api/attention_file.h"
#include "engine/base/text.h"

namespace timeripple::engine {

Status validate(const AttentionFileRequest& request) {
    auto wrong = [](std::string sentence) { return Status(Error{ErrorCode::BadRequest, std::move(sentence), ""}); };
    constexpr int kMaxExtent = 4096;
    for (const int extent : request.grid) {
        if (extent < 1 || extent > kMaxExtent) {
            return wrong("The grid is " + std::to_string(request.grid[0]) + "," + std::to_string(request.grid[1]) +
                         "," + std::to_string(request.grid[2]) +
                         ", but needs three numbers T,Y,X from 1 to 4096: frames, rows and "
                         "columns of tokens.");
        }
    }
    if (request.text_before < 0 || request.text_behind < 0)
        return wrong("The number of text rows must not be negative.");
    if (auto status = validate(request.settings); !status) return status;
    if (request.theta && !(*request.theta >= 0 && *request.theta <= 1e6))
        return wrong("The threshold is " + detail::number_text(*request.theta) + ", but must be 0 or more.");
    if (request.settings.carry != Carry::Nothing) {
        return wrong(
            "These settings carry something from step to step (carry: residual or output), but this is one call "
            "of attention, which has no step before it. Set carry to nothing.");
    }
    const bool whole_tokens =
        request.settings.granularity == Granularity::Token && request.settings.adversarial == AdversarialReuse::None;
    if (request.text_before + request.text_behind > 0 && (!whole_tokens || request.settings.near_field)) {
        return wrong(
            "Text rows go with whole tokens only, without the near field. Set granularity to token and near_field "
            "to false, or leave the text out.");
    }
    return {};
}

}  // namespace timeripple::engine
