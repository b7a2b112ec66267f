#include "engine/attention/attention_reference.h"

#include "engine/attention/run_tasks.h"
#include "engine/attention/snapped_attention.h"
#include "kernels/api/reuse_reference.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace timeripple::engine {
namespace {

using kernels::reference::ChannelRange;
using kernels::reference::Definition;
using kernels::reference::Matrix;

Matrix matrix_of(const at::Tensor& rows) {
    const at::Tensor wide = rows.to(at::kDouble).contiguous();
    Matrix matrix(int(wide.size(0)), int(wide.size(1)));
    std::copy_n(wide.const_data_ptr<double>(), matrix.values.size(), matrix.values.begin());
    return matrix;
}

Matrix video_rows(const Matrix& all, int before, int tokens) {
    Matrix video(tokens, all.channels);
    std::copy_n(all.values.begin() + std::ptrdiff_t(before) * all.channels, video.values.size(), video.values.begin());
    return video;
}

// One head by its definition.
class Head {
  public:
    Head(const AttentionFileRequest& request, double theta, const at::Tensor& q, const at::Tensor& k,
         const at::Tensor& v)
        : request_(request),
          grid_{request.grid[0], request.grid[1], request.grid[2]},
          theta_(theta),
          q_(matrix_of(q)),
          k_(matrix_of(k)),
          v_(matrix_of(v)) {}

    Matrix run(bool dense_head) {
        const RippleSettings& s = request_.settings;
        if (dense_head || theta_ == 0.0) return kernels::reference::attention(q_, k_, v_);
        Matrix snapped_q = q_, snapped_k = k_;
        for (const auto& [range, axis] : ranges()) {
            const bool adversarial = s.adversarial != AdversarialReuse::None;
            const auto definition = [&](const std::array<double, kAxes>& factor) {
                Definition d;
                d.grid = grid_;
                d.exempt_frames = s.exempt_first_frame ? 1 : 0;
                for (int a = 0; a < kAxes; ++a)
                    d.theta[a] = s.axes[a] ? theta_ * factor[a] : 0.0;
                if (adversarial) {
                    d.exempt_frames = 0;
                    for (int a = 0; a < kAxes; ++a)
                        d.theta[a] = a == axis ? std::numeric_limits<double>::infinity() : 0.0;
                }
                return d;
            };
            const auto reference = adversarial || s.reference == Reference::First ? kernels::GroupReference::First
                                                                                  : kernels::GroupReference::Mean;
            snap(snapped_q, q_, range, definition(s.query_factor), 0.0, reference);
            snap(snapped_k, k_, range, definition(s.key_factor), s.key_value_weight, reference);
        }
        if (s.near_field) {
            const int reach[kAxes] = {s.near_reach[0], s.near_reach[1], s.near_reach[2]};
            return kernels::reference::near_field_attention(q_, k_, snapped_q, snapped_k, v_, grid_, reach);
        }
        return kernels::reference::attention(snapped_q, snapped_k, v_);
    }

  private:
    // Ranges of channels that are decided for together, with the axis that adversarial reuse takes there (-1: none).
    std::vector<std::pair<ChannelRange, int>> ranges() const {
        const RippleSettings& s = request_.settings;
        std::vector<std::pair<ChannelRange, int>> list;
        const auto groups = rope_groups(q_.channels);
        if (s.adversarial != AdversarialReuse::None) {
            const int chosen = int(s.adversarial) - int(AdversarialReuse::Time);
            const int first = std::accumulate(groups.begin(), groups.begin() + chosen, 0);
            list.push_back({{first, groups[std::size_t(chosen)]}, chosen});
        } else if (s.granularity == Granularity::Token) {
            list.push_back({{0, q_.channels}, -1});
        } else if (s.granularity == Granularity::Group) {
            for (int group = 0, first = 0; group < kAxes; first += groups[std::size_t(group++)])
                list.push_back({{first, groups[std::size_t(group)]}, -1});
        } else {
            for (int channel = 0; channel < q_.channels; ++channel)
                list.push_back({{channel, 1}, -1});
        }
        return list;
    }

    void snap(Matrix& into, const Matrix& rows, ChannelRange range, const Definition& definition, double value_weight,
              kernels::GroupReference reference) const {
        const int before = request_.text_before, tokens = grid_.tokens();
        const Matrix video = video_rows(rows, before, tokens);
        const auto links = value_weight > 0.0 ? kernels::reference::value_aware_links(
                                                    video, video_rows(v_, before, tokens), value_weight, definition)
                                              : kernels::reference::links(video, range, definition);
        const Matrix snapped = kernels::reference::snapped(video, range, kernels::reference::roots(links), reference);
        for (int token = 0; token < tokens; ++token) {
            for (int c = range.first; c < range.first + range.count; ++c)
                into.at(before + token, c) = snapped.at(token, c);
        }
    }

    const AttentionFileRequest& request_;
    kernels::TokenGrid grid_;
    double theta_;
    Matrix q_, k_, v_;
};

}  // namespace

at::Tensor attention_by_definition(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const AttentionFileRequest& request, double theta, const std::stop_token& stop) {
    const int heads = int(q.size(1));
    at::Tensor out = at::empty({heads, q.size(2), q.size(3)}, q.options().dtype(at::kDouble));
    double* const values = out.data_ptr<double>();
    const std::int64_t head_size = q.size(2) * q.size(3);
    run_tasks(heads, [&](int head) {
        if (stop.stop_requested()) return;
        const auto& list = request.settings.dense_heads;
        const bool dense = std::find(list.begin(), list.end(), head) != list.end();
        const Matrix result = Head(request, theta, q[0][head], k[0][head], v[0][head]).run(dense);
        std::copy(result.values.begin(), result.values.end(), values + head * head_size);
    });
    return out;
}

}  // namespace timeripple::engine
