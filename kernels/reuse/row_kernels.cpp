#include "kernels/api/reuse_cpu.h"
#include "kernels/reuse/link_decision.h"

#include <algorithm>
#include <cstring>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/reuse/row_kernels.cpp"
#include <hwy/foreach_target.h>
// After foreach_target, which includes this file once more for each instruction set.
#include "kernels/reuse/row_simd-inl.h"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace timeripple::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Sum over channels of (a - b)^2. The channels behind the last full vector go one lane at a time through CappedTag<1>.
template <typename T>
HWY_INLINE typename Sum<T>::Type squared_distance(const T* HWY_RESTRICT a, const T* HWY_RESTRICT b, int channels) {
    using Real = typename Sum<T>::Type;
    const hn::ScalableTag<Real> d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    auto sum0 = hn::Zero(d);
    auto sum1 = hn::Zero(d);
    int c = 0;
    for (; c + 2 * lanes <= channels; c += 2 * lanes) {
        const auto d0 = hn::Sub(load(d, a + c), load(d, b + c));
        const auto d1 = hn::Sub(load(d, a + c + lanes), load(d, b + c + lanes));
        sum0 = hn::MulAdd(d0, d0, sum0);
        sum1 = hn::MulAdd(d1, d1, sum1);
    }
    for (; c + lanes <= channels; c += lanes) {
        const auto d0 = hn::Sub(load(d, a + c), load(d, b + c));
        sum0 = hn::MulAdd(d0, d0, sum0);
    }
    Real sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(sum0, sum1)));
    const hn::CappedTag<Real, 1> one;
    for (; c < channels; ++c) {
        const Real d0 = hn::GetLane(load(one, a + c)) - hn::GetLane(load(one, b + c));
        sum += d0 * d0;
    }
    return sum;
}

// Axis along which one token of one head links. `may`: whether it has a neighbour along the axis that it may link to.
// `smallest` is its smallest Delta^2 over these axes, NaN where there are none.
template <typename T>
HWY_INLINE int link_of(const SideInput<T>& side, int token, const bool (&may)[kAxes], float& smallest) {
    using Real = typename Sum<T>::Type;
    const bool value_aware = side.values.data != nullptr;
    const Real weight =
        value_aware ? static_cast<Real>(side.value_weight) * static_cast<Real>(side.value_weight) : Real(0);
    // Delta^2 is the mean over channels of ((a - b) / 2)^2.
    const Real scale = Real(1) / (Real(4) * static_cast<Real>(side.channels) * (Real(1) + weight));
    const int row = side.rows_before + token;
    Real squared_delta[kAxes] = {0, 0, 0};
    Real squared_theta[kAxes] = {0, 0, 0};
    smallest = std::numeric_limits<float>::quiet_NaN();
    for (int axis = 0; axis < kAxes; ++axis) {
        if (!may[axis] || side.rule.squared_theta[axis] <= 0.0f) {
            continue;
        }
        const int neighbour = row - side.grid.stride(axis);
        Real distance = squared_distance(side.rows.row(row), side.rows.row(neighbour), side.channels);
        if (value_aware) {
            distance += weight * squared_distance(side.values.row(row), side.values.row(neighbour), side.channels);
        }
        squared_delta[axis] = distance * scale;
        const float delta = static_cast<float>(squared_delta[axis]);
        smallest = delta < smallest || smallest != smallest ? delta : smallest;
        squared_theta[axis] = static_cast<Real>(side.rule.squared_theta[axis]);
    }
    return link_axis(squared_delta, squared_theta);
}

template <typename T>
HWY_INLINE void detect(const std::vector<SideInput<T>>& heads, int begin, int end, std::vector<TokenGroups>& groups) {
    const TokenGrid& grid = heads.front().grid;
    int t = grid.position(begin, 0);
    int y = grid.position(begin, 1);
    int x = grid.position(begin, 2);
    for (int token = begin; token < end; ++token) {
        for (std::size_t head = 0; head < heads.size(); ++head) {
            const SideInput<T>& side = heads[head];
            // The same as may_link() of link_decision.h, without its divisions.
            const int exempt = side.rule.exempt_frames;
            const bool may[kAxes] = {(t & 1) == 1 && t - 1 >= exempt, (y & 1) == 1 && t >= exempt,
                                     (x & 1) == 1 && t >= exempt};
            float smallest = 0.0f;
            groups[head].link[token] = static_cast<std::int8_t>(link_of(side, token, may, smallest));
            if (!groups[head].squared_delta.empty()) {
                groups[head].squared_delta[token] = smallest;
            }
        }
        if (++x == grid.width) {
            x = 0;
            if (++y == grid.height) {
                y = 0;
                ++t;
            }
        }
    }
}

template <typename T>
HWY_INLINE void average(Rows<const T> rows, int channels, const std::int32_t* members, int count, T* HWY_RESTRICT out) {
    using Real = typename Sum<T>::Type;
    const hn::ScalableTag<Real> d;
    const hn::CappedTag<Real, 1> one;
    const int lanes = static_cast<int>(hn::Lanes(d));
    const Real share = Real(1) / static_cast<Real>(count);
    int c = 0;
    for (; c + lanes <= channels; c += lanes) {
        auto sum = load(d, rows.row(members[0]) + c);
        for (int m = 1; m < count; ++m) {
            sum = hn::Add(sum, load(d, rows.row(members[m]) + c));
        }
        store(d, hn::Mul(sum, hn::Set(d, share)), out + c);
    }
    for (; c < channels; ++c) {
        auto sum = load(one, rows.row(members[0]) + c);
        for (int m = 1; m < count; ++m) {
            sum = hn::Add(sum, load(one, rows.row(members[m]) + c));
        }
        store(one, hn::Mul(sum, hn::Set(one, share)), out + c);
    }
}

// Rows that are compacted for one head before the next: few enough that their pages and lines stay at hand for all
// heads.
constexpr int kRowsOfChunk = 64;

template <typename T>
HWY_INLINE void compact(const std::vector<CompactionTask<T>>& heads, int channels, int begin, int end) {
    std::vector<int> next(heads.size());
    for (std::size_t head = 0; head < heads.size(); ++head) {
        const TokenGroups& groups = *heads[head].groups;
        // Groups are numbered by ascending root: the first whose root is not before `begin`.
        int low = 0;
        for (int high = groups.size(); low < high;) {
            const int middle = (low + high) / 2;
            if (groups.members[groups.offsets[middle]] < begin) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        next[head] = low;
    }
    for (int chunk = begin; chunk < end; chunk += kRowsOfChunk) {
        const int chunk_end = std::min(chunk + kRowsOfChunk, end);
        for (std::size_t head = 0; head < heads.size(); ++head) {
            const CompactionTask<T>& task = heads[head];
            const TokenGroups& groups = *task.groups;
            int& g = next[head];
            for (; g < groups.size() && groups.members[groups.offsets[g]] < chunk_end; ++g) {
                const std::int32_t* members = groups.members.data() + groups.offsets[g];
                const int count = groups.count(g);
                T* to = task.out + static_cast<std::ptrdiff_t>(g) * channels;
                if (count == 1 || task.reference == GroupReference::First) {
                    std::memcpy(to, task.rows.row(members[0]), sizeof(T) * static_cast<std::size_t>(channels));
                } else {
                    average(task.rows, channels, members, count, to);
                }
            }
        }
    }
}

void DetectFloat(const std::vector<SideInput<float>>& heads, int begin, int end, std::vector<TokenGroups>& groups) {
    detect(heads, begin, end, groups);
}
void DetectDouble(const std::vector<SideInput<double>>& heads, int begin, int end, std::vector<TokenGroups>& groups) {
    detect(heads, begin, end, groups);
}
void DetectBf16(const std::vector<SideInput<Bf16>>& heads, int begin, int end, std::vector<TokenGroups>& groups) {
    detect(heads, begin, end, groups);
}

void CompactFloat(const std::vector<CompactionTask<float>>& heads, int channels, int begin, int end) {
    compact(heads, channels, begin, end);
}
void CompactDouble(const std::vector<CompactionTask<double>>& heads, int channels, int begin, int end) {
    compact(heads, channels, begin, end);
}
void CompactBf16(const std::vector<CompactionTask<Bf16>>& heads, int channels, int begin, int end) {
    compact(heads, channels, begin, end);
}

}  // namespace timeripple::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace timeripple::kernels {

HWY_EXPORT(DetectFloat);
HWY_EXPORT(DetectDouble);
HWY_EXPORT(DetectBf16);
HWY_EXPORT(CompactFloat);
HWY_EXPORT(CompactDouble);
HWY_EXPORT(CompactBf16);

template <>
void detect_links(const std::vector<SideInput<float>>& heads, int begin, int end, std::vector<TokenGroups>& groups) {
    HWY_DYNAMIC_DISPATCH(DetectFloat)(heads, begin, end, groups);
}
template <>
void detect_links(const std::vector<SideInput<double>>& heads, int begin, int end, std::vector<TokenGroups>& groups) {
    HWY_DYNAMIC_DISPATCH(DetectDouble)(heads, begin, end, groups);
}
template <>
void detect_links(const std::vector<SideInput<Bf16>>& heads, int begin, int end, std::vector<TokenGroups>& groups) {
    HWY_DYNAMIC_DISPATCH(DetectBf16)(heads, begin, end, groups);
}

template <>
void compact_rows(const std::vector<CompactionTask<float>>& heads, int channels, int begin, int end) {
    HWY_DYNAMIC_DISPATCH(CompactFloat)(heads, channels, begin, end);
}

template <>
void compact_rows(const std::vector<CompactionTask<double>>& heads, int channels, int begin, int end) {
    HWY_DYNAMIC_DISPATCH(CompactDouble)(heads, channels, begin, end);
}

template <>
void compact_rows(const std::vector<CompactionTask<Bf16>>& heads, int channels, int begin, int end) {
    HWY_DYNAMIC_DISPATCH(CompactBf16)(heads, channels, begin, end);
}

}  // namespace timeripple::kernels
#endif  // HWY_ONCE
