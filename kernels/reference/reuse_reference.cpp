#include "kernels/api/reuse_reference.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace timeripple::kernels::reference {

namespace {

double squared_delta(const Matrix& rows, ChannelRange channels, int a, int b) {
    double sum = 0.0;
    for (int c = channels.first; c < channels.first + channels.count; ++c) {
        const double half = (rows.at(a, c) - rows.at(b, c)) / 2.0;
        sum += half * half;
    }
    return sum / channels.count;
}

template <typename SquaredDelta>
std::vector<int> links_by(const Definition& definition, const SquaredDelta& squared_delta_of) {
    const TokenGrid& g = definition.grid;
    std::vector<int> links(g.tokens());
    for (int t = 0; t < g.frames; ++t) {
        for (int y = 0; y < g.height; ++y) {
            for (int x = 0; x < g.width; ++x) {
                const auto token = [&](int tt, int yy, int xx) { return (tt * g.height + yy) * g.width + xx; };
                const int self = token(t, y, x);
                links[self] = self;
                double smallest = std::numeric_limits<double>::infinity();
                const auto consider = [&](bool odd, int neighbour, int neighbour_frame, double theta) {
                    if (!odd || t < definition.exempt_frames || neighbour_frame < definition.exempt_frames) {
                        return;
                    }
                    const double delta = std::sqrt(squared_delta_of(self, neighbour));
                    if (delta < theta && delta < smallest) {  // on a tie the earlier axis stays
                        smallest = delta;
                        links[self] = neighbour;
                    }
                };
                consider(t % 2 == 1, token(t - 1, y, x), t - 1, definition.theta[0]);
                consider(y % 2 == 1, token(t, y - 1, x), t, definition.theta[1]);
                consider(x % 2 == 1, token(t, y, x - 1), t, definition.theta[2]);
            }
        }
    }
    return links;
}

double score(const Matrix& q, const Matrix& k, int i, int j) {
    double sum = 0.0;
    for (int c = 0; c < q.channels; ++c) {
        sum += q.at(i, c) * k.at(j, c);
    }
    return sum / std::sqrt(static_cast<double>(q.channels));
}

// softmax over the given scores, times v.
template <typename Score>
Matrix attention_by(int queries, const Matrix& v, const Score& score_of) {
    Matrix out(queries, v.channels);
    std::vector<double> scores(v.rows);
    for (int i = 0; i < queries; ++i) {
        double largest = -std::numeric_limits<double>::infinity();
        for (int j = 0; j < v.rows; ++j) {
            scores[j] = score_of(i, j);
            largest = std::max(largest, scores[j]);
        }
        double sum = 0.0;
        for (int j = 0; j < v.rows; ++j) {
            const double weight = std::exp(scores[j] - largest);
            sum += weight;
            for (int c = 0; c < v.channels; ++c) {
                out.at(i, c) += weight * v.at(j, c);
            }
        }
        for (int c = 0; c < v.channels; ++c) {
            out.at(i, c) /= sum;
        }
    }
    return out;
}

}  // namespace

std::vector<int> links(const Matrix& rows, ChannelRange channels, const Definition& definition) {
    return links_by(definition, [&](int a, int b) { return squared_delta(rows, channels, a, b); });
}

std::vector<int> value_aware_links(const Matrix& k, const Matrix& v, double weight, const Definition& definition) {
    return links_by(definition, [&](int a, int b) {
        const double of_keys = squared_delta(k, {0, k.channels}, a, b);
        const double of_values = squared_delta(v, {0, v.channels}, a, b);
        return (of_keys + weight * weight * of_values) / (1.0 + weight * weight);
    });
}

std::vector<int> roots(const std::vector<int>& links) {
    std::vector<int> result(links.size());
    for (std::size_t token = 0; token < links.size(); ++token) {
        int root = static_cast<int>(token);
        while (links[root] != root) {
            root = links[root];
        }
        result[token] = root;
    }
    return result;
}

Matrix snapped(const Matrix& rows, ChannelRange channels, const std::vector<int>& roots, GroupReference reference) {
    Matrix result = rows;
    std::vector<int> count(rows.rows, 0);
    for (const int root : roots) {
        ++count[root];
    }
    for (int c = channels.first; c < channels.first + channels.count; ++c) {
        std::vector<double> sum(rows.rows, 0.0);
        for (int row = 0; row < rows.rows; ++row) {
            sum[roots[row]] += rows.at(row, c);
        }
        for (int row = 0; row < rows.rows; ++row) {
            const int root = roots[row];
            result.at(row, c) = reference == GroupReference::First ? rows.at(root, c) : sum[root] / count[root];
        }
    }
    return result;
}

Matrix attention(const Matrix& q, const Matrix& k, const Matrix& v) {
    return attention_by(q.rows, v, [&](int i, int j) { return score(q, k, i, j); });
}

Matrix near_field_attention(const Matrix& q, const Matrix& k, const Matrix& snapped_q, const Matrix& snapped_k,
                            const Matrix& v, const TokenGrid& grid, const int (&reach)[kAxes]) {
    return attention_by(q.rows, v, [&](int i, int j) {
        bool near = true;
        for (int axis = 0; axis < kAxes; ++axis) {
            near = near && std::abs(grid.position(i, axis) - grid.position(j, axis)) <= reach[axis];
        }
        return near ? score(q, k, i, j) : score(snapped_q, snapped_k, i, j);
    });
}

double counted_score_savings(const std::vector<std::vector<int>>& query_roots,
                             const std::vector<std::vector<int>>& key_roots) {
    long long products = 0;
    long long saved = 0;
    for (std::size_t c = 0; c < query_roots.size(); ++c) {
        for (int i = 0; i < static_cast<int>(query_roots[c].size()); ++i) {
            for (int j = 0; j < static_cast<int>(key_roots[c].size()); ++j) {
                ++products;
                saved += query_roots[c][i] != i || key_roots[c][j] != j;
            }
        }
    }
    return static_cast<double>(saved) / static_cast<double>(products);
}

}  // namespace timeripple::kernels::reference
