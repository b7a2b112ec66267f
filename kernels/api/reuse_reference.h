#pragma once
// Attention reuse in fp64, written line by line from the definition (engine/attention/README.md) and slow on purpose.
// It shares no code with the fast path, not even the link decision: tests hold the two against each other.

#include "kernels/api/reuse.h"

#include <vector>

namespace timeripple::kernels::reference {

// Row-major [rows, channels].
struct Matrix {
    int rows = 0;
    int channels = 0;
    std::vector<double> values;
    Matrix() = default;
    Matrix(int row_count, int channel_count)
        : rows(row_count), channels(channel_count), values(static_cast<std::size_t>(row_count) * channel_count) {}
    double& at(int row, int channel) { return values[static_cast<std::size_t>(row) * channels + channel]; }
    double at(int row, int channel) const { return values[static_cast<std::size_t>(row) * channels + channel]; }
};

struct Definition {
    TokenGrid grid;  // row i of a matrix is token i
    double theta[kAxes] = {0, 0, 0};
    int exempt_frames = 0;
};

// A range of channels [first, first + count) that is decided for together.
struct ChannelRange {
    int first = 0;
    int count = 0;
};

// For every token the token it links to, or itself.
std::vector<int> links(const Matrix& rows, ChannelRange channels, const Definition& definition);
// The same with Delta^2 = (Delta_k^2 + w^2 Delta_v^2) / (1 + w^2) over all channels.
std::vector<int> value_aware_links(const Matrix& k, const Matrix& v, double weight, const Definition& definition);
// Following the links to their end.
std::vector<int> roots(const std::vector<int>& links);

// Every token of a group gets the group's reference value in these channels; other channels stay.
Matrix snapped(const Matrix& rows, ChannelRange channels, const std::vector<int>& roots, GroupReference reference);

// softmax(q k^T / sqrt(channels)) v, nothing left out.
Matrix attention(const Matrix& q, const Matrix& k, const Matrix& v);

// softmax over true scores q_i k_j inside the neighbourhood of token i (reach to either side along time, y, x) and
// snapped scores outside it.
Matrix near_field_attention(const Matrix& q, const Matrix& k, const Matrix& snapped_q, const Matrix& snapped_k,
                            const Matrix& v, const TokenGrid& grid, const int (&reach)[kAxes]);

// Counted, product by product: the share of the q_i,c * k_j,c that need no multiplication because token i or token j
// copies channel c from its root. One root list per channel.
double counted_score_savings(const std::vector<std::vector<int>>& query_roots,
                             const std::vector<std::vector<int>>& key_roots);

}  // namespace timeripple::kernels::reference
