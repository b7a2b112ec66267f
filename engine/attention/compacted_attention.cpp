#include "engine/attention/compacted_attention.h"

#include "engine/attention/head_rows.h"
#include "engine/attention/run_tasks.h"
#include "kernels/api/near_field_cpu.h"

#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <type_traits>

namespace timeripple::engine {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// The type in which LibTorch's attention gets the count bias. fp32 also for bf16: log 2 in bf16 would weigh counts
// wrongly by up to 0.2 %.
template <typename T>
using BiasOf = std::conditional_t<std::is_same_v<T, double>, double, float>;

// Queries [begin, end) of a head's compacted rows.
struct Piece {
    int head = 0;
    int begin = 0;
    int end = 0;
    double cost = 0.0;  // query-key pairs
};

// LibTorch's kernel takes 256 queries at a time when it gets 768 or more, and runs 4 to 5 % slower when it gets fewer.
constexpr int kBlockRows = 256;
constexpr int kPieceRows = 1024;
// Rows of one task of detection or compaction, all heads.
constexpr int kTaskRows = 256;

// Pieces of nearly equal size, the most expensive first, so that the threads end together.
std::vector<Piece> cut_into_pieces(const std::vector<kernels::TokenGroups>& queries,
                                   const std::vector<kernels::TokenGroups>& keys, int threads) {
    std::vector<Piece> pieces;
    const auto cut = [&](int piece_rows) {
        pieces.clear();
        for (int head = 0; head < static_cast<int>(queries.size()); ++head) {
            const int rows = queries[head].size();
            const int count = std::max(1, rows / piece_rows);
            const int length = ((rows + count - 1) / count + kBlockRows - 1) / kBlockRows * kBlockRows;
            for (int begin = 0; begin < rows; begin += length) {
                const int end = std::min(begin + length, rows);
                pieces.push_back({head, begin, end, static_cast<double>(end - begin) * keys[head].size()});
            }
        }
    };
    cut(kPieceRows);
    if (static_cast<int>(pieces.size()) < 2 * threads) {
        cut(kBlockRows);
    }
    std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.cost > b.cost; });
    return pieces;
}

}  // namespace

at::Tensor CompactedAttention::run(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const kernels::TokenGrid& grid, const TextRows& text,
                                   const std::vector<HeadRule>& rules, const NearField& near_field,
                                   const std::stop_token& stop) {
    check_heads(q, k, v, grid, text);
    at::Tensor out = empty_heads_like(q);
    if (q.scalar_type() == at::kFloat) {
        run_typed<float>(with_dense_rows(q), with_dense_rows(k), with_dense_rows(v), grid, text, rules, near_field,
                         stop, out);
    } else if (q.scalar_type() == at::kBFloat16) {
        run_typed<kernels::Bf16>(with_dense_rows(q), with_dense_rows(k), with_dense_rows(v), grid, text, rules,
                                 near_field, stop, out);
    } else {
        TORCH_CHECK(q.scalar_type() == at::kDouble, "ripple attention runs in fp32, bf16 and fp64, not in ",
                    q.scalar_type());
        run_typed<double>(with_dense_rows(q), with_dense_rows(k), with_dense_rows(v), grid, text, rules, near_field,
                          stop, out);
    }
    return out;
}

template <typename T>
void CompactedAttention::run_typed(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const kernels::TokenGrid& grid, const TextRows& text,
                                   const std::vector<HeadRule>& rules, const NearField& near_field,
                                   const std::stop_token& stop, const at::Tensor& out) {
    const auto start = Clock::now();
    const int heads = static_cast<int>(q.size(1));
    const std::int64_t rows = q.size(2);
    const int channels = static_cast<int>(q.size(3));
    queries_.resize(heads);
    keys_.resize(heads);
    if (!scratch_.defined() || scratch_.scalar_type() != q.scalar_type() || scratch_.size(2) != rows) {
        scratch_ = at::empty({3, heads, rows, channels}, q.options());
        bias_ = at::empty({heads, 1, rows}, q.options().dtype(c10::CppTypeToScalarType<BiasOf<T>>::value));
    }
    if (near_field.exact && (!log_sum_.defined() || log_sum_.scalar_type() != bias_.scalar_type())) {
        log_sum_ = at::empty({heads, rows}, bias_.options());
    }
    T* const compact_q = static_cast<T*>(scratch_[0].data_ptr());
    T* const compact_k = static_cast<T*>(scratch_[1].data_ptr());
    T* const compact_v = static_cast<T*>(scratch_[2].data_ptr());
    const std::int64_t head_size = rows * channels;

    std::vector<kernels::SideInput<T>> query_sides(heads), key_sides(heads);
    for (int head = 0; head < heads; ++head) {
        query_sides[head].rows = head_rows<const T>(q, head);
        query_sides[head].rule = rules[head].query;
        key_sides[head].rows = head_rows<const T>(k, head);
        key_sides[head].rule = rules[head].key;
        if (rules[head].value_weight > 0.0f) {
            key_sides[head].values = head_rows<const T>(v, head);
            key_sides[head].value_weight = rules[head].value_weight;
        }
        query_sides[head].channels = key_sides[head].channels = channels;
        query_sides[head].grid = key_sides[head].grid = grid;
        query_sides[head].rows_before = key_sides[head].rows_before = text.before;
        query_sides[head].rows_behind = key_sides[head].rows_behind = text.behind;
        queries_[head].link.resize(grid.tokens());
        keys_[head].link.resize(grid.tokens());
        queries_[head].squared_delta.resize(grid.tokens());
        keys_[head].squared_delta.resize(grid.tokens());
    }
    const int link_tasks = (grid.tokens() + kTaskRows - 1) / kTaskRows;
    run_tasks(2 * link_tasks, [&](int task) {
        if (stop.stop_requested()) {
            return;
        }
        const int begin = task % link_tasks * kTaskRows;
        const int end = std::min(begin + kTaskRows, grid.tokens());
        if (task < link_tasks) {
            kernels::detect_links(key_sides, begin, end, keys_);
        } else {
            kernels::detect_links(query_sides, begin, end, queries_);
        }
    });
    std::vector<kernels::CompactionTask<T>> compact_queries(heads), compact_keys(heads), compact_values(heads);
    run_tasks(2 * heads, [&](int task) {
        if (stop.stop_requested()) {
            return;  // links may be missing
        }
        const int head = task % heads;
        if (task < heads) {
            kernels::number_groups(grid, text.before, text.behind, keys_[head]);
            kernels::log_counts(keys_[head], static_cast<BiasOf<T>*>(bias_.data_ptr()) + head * rows);
        } else {
            kernels::number_groups(grid, text.before, text.behind, queries_[head]);
        }
    });
    for (int head = 0; head < heads; ++head) {
        const auto reference = rules[head].reference;
        compact_queries[head] = {query_sides[head].rows, &queries_[head], reference, compact_q + head * head_size};
        compact_keys[head] = {key_sides[head].rows, &keys_[head], reference, compact_k + head * head_size};
        compact_values[head] = {head_rows<const T>(v, head), &keys_[head], kernels::GroupReference::Mean,
                                compact_v + head * head_size};
    }
    const int side_tasks = static_cast<int>((rows + kTaskRows - 1) / kTaskRows);
    run_tasks(3 * side_tasks, [&](int task) {
        if (stop.stop_requested()) {
            return;
        }
        const auto& all_heads = task < side_tasks       ? compact_queries
                                : task < 2 * side_tasks ? compact_keys
                                                        : compact_values;
        const int begin = task % side_tasks * kTaskRows;
        kernels::compact_rows(all_heads, channels, begin, std::min(begin + kTaskRows, static_cast<int>(rows)));
    });
    if (stop.stop_requested()) {
        return;
    }
    overhead_seconds_ = seconds_since(start);

    const auto attention_start = Clock::now();
    const std::vector<Piece> pieces = cut_into_pieces(queries_, keys_, at::get_num_threads());
    std::vector<double> task_seconds(pieces.size(), 0.0), scatter_seconds(pieces.size(), 0.0);
    run_tasks(static_cast<int>(pieces.size()), [&](int task) {
        if (stop.stop_requested()) {
            return;
        }
        const auto task_start = Clock::now();
        const Piece& piece = pieces[task];
        const std::int64_t unique_k = keys_[piece.head].size();
        // [1, 1, count, channels] of scratch tensor `index`.
        const auto rows_of = [&](int index, std::int64_t begin, std::int64_t end) {
            return scratch_.select(0, index).narrow(0, piece.head, 1).narrow(1, begin, end - begin).unsqueeze(0);
        };
        const at::Tensor piece_q = rows_of(0, piece.begin, piece.end);
        const at::Tensor piece_k = rows_of(1, 0, unique_k);
        const at::Tensor piece_v = rows_of(2, 0, unique_k);
        const at::Tensor bias = bias_.narrow(0, piece.head, 1).narrow(2, 0, unique_k).unsqueeze(0);
        at::Tensor result;
        if (near_field.exact) {
            // The operator behind scaled_dot_product_attention, for the row sums.
            at::Tensor log_sum;
            std::tie(result, log_sum) =
                at::_scaled_dot_product_flash_attention_for_cpu(piece_q, piece_k, piece_v, 0.0, false, bias);
            log_sum_.select(0, piece.head).narrow(0, piece.begin, piece.end - piece.begin).copy_(log_sum.flatten());
        } else {
            result = at::scaled_dot_product_attention(piece_q, piece_k, piece_v, bias);
        }
        const auto scatter_start = Clock::now();
        kernels::scatter_rows<T>(head_rows<const T>(result, 0), queries_[piece.head], piece.begin, piece.end, channels,
                                 head_rows<T>(out, piece.head));
        scatter_seconds[task] = seconds_since(scatter_start);
        task_seconds[task] = seconds_since(task_start);
    });
    // Scatter's part of the wall-clock is its part of the threads' time.
    double all = 0.0;
    double scatter = 0.0;
    for (std::size_t task = 0; task < pieces.size(); ++task) {
        all += task_seconds[task];
        scatter += scatter_seconds[task];
    }
    overhead_seconds_ += all > 0.0 ? seconds_since(attention_start) * scatter / all : 0.0;
    if (near_field.exact && !stop.stop_requested()) {
        correct_near_field<T>(q, k, v, grid, near_field, stop, out);
    }
}

template <typename T>
void CompactedAttention::correct_near_field(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                            const kernels::TokenGrid& grid, const NearField& near_field,
                                            const std::stop_token& stop, const at::Tensor& out) {
    constexpr int kTokensOfTask = 512;
    const int heads = static_cast<int>(q.size(1));
    const int tokens = grid.tokens();
    const int channels = static_cast<int>(q.size(3));
    const int head_tasks = (tokens + kTokensOfTask - 1) / kTokensOfTask;
    const std::int64_t head_size = q.size(2) * channels;
    const auto scratch_rows = [&](int index, int head) {
        const T* all = static_cast<const T*>(scratch_[index].data_ptr());
        return kernels::Rows<const T>{all + head * head_size, channels};
    };
    run_tasks(heads * head_tasks, [&](int task) {
        if (stop.stop_requested()) {
            return;
        }
        const int head = task / head_tasks;
        const int begin = task % head_tasks * kTokensOfTask;
        kernels::NearFieldInput<T> input;
        input.q = head_rows<const T>(q, head);
        input.k = head_rows<const T>(k, head);
        input.v = head_rows<const T>(v, head);
        input.merged_q = scratch_rows(0, head);
        input.merged_k = scratch_rows(1, head);
        input.queries = &queries_[head];
        input.keys = &keys_[head];
        input.log_sum = log_sum_[head].data_ptr();
        input.channels = channels;
        input.grid = grid;
        input.reach = near_field.reach;
        kernels::add_near_field<T>(input, begin, std::min(begin + kTokensOfTask, tokens), head_rows<T>(out, head));
    });
}

}  // namespace timeripple::engine
