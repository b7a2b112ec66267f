// Delta per token, out of the Deltas that detection left of all pairs, against counting on the host from the definition.

#include "kernels/api/token_deltas.h"
#include "tests/gpu/check_forms.h"

#include <algorithm>

namespace timeripple::test {
namespace {

// Delta of a byte: the middle of what it stands for.
double delta_of_byte(std::uint8_t byte) {
    const double steps = (byte + 0.5) / kDeltaByteSteps;  // of Delta^2, straight inside a power of two
    const double octave = std::floor(2.0 * steps) / 2.0;
    const double squared = std::exp2(2.0 * octave) * (1.0 + 2.0 * (steps - octave)) / (128.0 * 128.0);
    return std::sqrt(squared);
}

}  // namespace

void check_token_deltas(const FormCase& form) {
    const Shape& shape = form.shape;
    const Options& options = form.options;
    const int heads = shape.heads;
    const int video = shape.grid.tokens();
    const std::string name = name_of(shape, options) + ", Delta of tokens";
    std::vector<std::uint8_t> dense(heads, 0);
    dense[0] = options.dense_head ? 1 : 0;
    const GpuBuffer<std::uint8_t> dense_heads(dense);
    GpuBuffer<float> sum(std::size_t(kSides) * video), head_count(sum.size());
    const GpuBuffer<std::uint8_t> bytes(std::size_t(kSides) * heads * video);
    sum.fill(0);
    head_count.fill(0);
    TokenDeltaParams params;
    params.heads = heads;
    params.grid = shape.grid;
    params.edge_delta = form.lists.edge_delta.data();
    params.enabled_axes[1] = 5;
    params.exempt_frames = options.exempt_frames;
    params.dense_heads = dense_heads.data();
    params.sum = sum.data();
    params.head_count = head_count.data();
    params.bytes = bytes.data();
    check(launch_token_deltas(params, nullptr), "token deltas");
    params.bytes = nullptr;  // sums alone
    check(launch_token_deltas(params, nullptr), "token deltas");
    check(cudaDeviceSynchronize(), "token deltas");

    const auto got_sum = sum.read(), got_count = head_count.read();
    const auto got_bytes = bytes.read();
    int wrong_sums = 0, wrong_counts = 0, wrong_bytes = 0;
    for (int side = 0; side < kSides; ++side) {
        for (int token = 0; token < video; ++token) {
            double expected = 0.0;
            int count = 0;
            for (int head = 0; head < heads; ++head) {
                double smallest = INFINITY;
                for (int axis = 0; axis < kAxes; ++axis) {
                    const bool compared = dense[head] == 0 && (params.enabled_axes[side] >> axis & 1) != 0 &&
                                          may_link(shape.grid, token, axis, options.exempt_frames);
                    if (compared) {
                        const int row = shape.text_before + token;
                        smallest = std::min(
                            smallest, std::sqrt(squared_delta(shape, options, side == 0 ? form.q : form.k, form.v,
                                                              side == 1, head, row, row - shape.grid.stride(axis))));
                    }
                }
                const std::uint8_t byte = got_bytes[(std::size_t(head) * kSides + side) * video + token];
                if (smallest == INFINITY) {
                    wrong_bytes += byte != kNoDeltaByte;
                    continue;
                }
                expected += smallest;
                ++count;
                // Half a step where steps are widest, and fp16's rounding before it; outside the nearest end.
                const double inside = std::clamp(smallest, 1.0 / 128, 17.0);
                wrong_bytes += byte == kNoDeltaByte || !(std::fabs(delta_of_byte(byte) - inside) <= 0.0235 * inside);
            }
            const std::size_t at = std::size_t(side) * video + token;
            wrong_counts += got_count[at] != float(2 * count);
            wrong_sums += !(std::fabs(got_sum[at] - 2 * expected) <= 7e-4 * 2 * expected + 1e-6);
        }
    }
    report(wrong_sums == 0 && wrong_counts == 0 && wrong_bytes == 0,
           name + ": " + std::to_string(wrong_sums) + " wrong sums, " + std::to_string(wrong_counts) +
               " wrong numbers of heads, " + std::to_string(wrong_bytes) + " wrong bytes");
}

}  // namespace timeripple::test
