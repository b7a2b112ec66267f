#include "kernels/reuse/row_kernels.h"

#include "kernels/reuse/link_decision.h"
#include "kernels/reuse/row_prefetch.h"

#include <algorithm>
#include <cstring>

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

template <typename T>
HWY_INLINE void detect(const SideInput<T>& side, std::int8_t* link) {
    using Real = typename Sum<T>::Type;
    const TokenGrid& grid = side.grid;
    const Rows<const T> rows{side.rows.row(side.rows_before), side.rows.stride};
    const bool value_aware = side.values.data != nullptr;
    const Rows<const T> values{value_aware ? side.values.row(side.rows_before) : nullptr, side.values.stride};
    const Real weight =
        value_aware ? static_cast<Real>(side.value_weight) * static_cast<Real>(side.value_weight) : Real(0);
    // Delta^2 is the mean over channels of ((a - b) / 2)^2.
    const Real scale = Real(1) / (Real(4) * static_cast<Real>(side.channels) * (Real(1) + weight));
    const int tokens = grid.tokens();
    int token = 0;
    for (int t = 0; t < grid.frames; ++t) {
        for (int y = 0; y < grid.height; ++y) {
            for (int x = 0; x < grid.width; ++x, ++token) {
                // The same as may_link() of link_decision.h, without its divisions.
                const int exempt = side.rule.exempt_frames;
                const bool may[kAxes] = {(t & 1) == 1 && t - 1 >= exempt, (y & 1) == 1 && t >= exempt,
                                         (x & 1) == 1 && t >= exempt};
                if (token + kRowsAhead < tokens) {
                    prefetch_row(rows, token + kRowsAhead, side.channels);
                }
                Real squared_delta[kAxes] = {0, 0, 0};
                Real squared_theta[kAxes] = {0, 0, 0};
                for (int axis = 0; axis < kAxes; ++axis) {
                    if (!may[axis] || side.rule.squared_theta[axis] <= 0.0f) {
                        continue;
                    }
                    const int neighbour = token - grid.stride(axis);
                    Real distance = squared_distance(rows.row(token), rows.row(neighbour), side.channels);
                    if (value_aware) {
                        distance += weight * squared_distance(values.row(token), values.row(neighbour), side.channels);
                    }
                    squared_delta[axis] = distance * scale;
                    squared_theta[axis] = static_cast<Real>(side.rule.squared_theta[axis]);
                }
                link[token] = static_cast<std::int8_t>(link_axis(squared_delta, squared_theta));
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

template <typename T>
HWY_INLINE void compact(Rows<const T> rows, int channels, const TokenGroups& groups, GroupReference reference, T* out) {
    const int member_count = static_cast<int>(groups.members.size());
    int ahead = 0;
    for (int g = 0; g < groups.size(); ++g) {
        for (; ahead < std::min(groups.offsets[g + 1] + kRowsAhead, member_count); ++ahead) {
            prefetch_row(rows, groups.members[ahead], channels);
        }
        const std::int32_t* members = groups.members.data() + groups.offsets[g];
        const int count = groups.count(g);
        T* to = out + static_cast<std::ptrdiff_t>(g) * channels;
        if (count == 1 || reference == GroupReference::First) {
            std::memcpy(to, rows.row(members[0]), sizeof(T) * static_cast<std::size_t>(channels));
        } else {
            average(rows, channels, members, count, to);
        }
    }
}

void DetectFloat(const SideInput<float>& side, std::int8_t* link) {
    detect(side, link);
}
void DetectDouble(const SideInput<double>& side, std::int8_t* link) {
    detect(side, link);
}
void DetectBf16(const SideInput<Bf16>& side, std::int8_t* link) {
    detect(side, link);
}

void CompactFloat(Rows<const float> rows, int channels, const TokenGroups& groups, GroupReference reference,
                  float* out) {
    compact(rows, channels, groups, reference, out);
}
void CompactDouble(Rows<const double> rows, int channels, const TokenGroups& groups, GroupReference reference,
                   double* out) {
    compact(rows, channels, groups, reference, out);
}
void CompactBf16(Rows<const Bf16> rows, int channels, const TokenGroups& groups, GroupReference reference, Bf16* out) {
    compact(rows, channels, groups, reference, out);
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
void detect_links(const SideInput<float>& side, std::int8_t* link) {
    HWY_DYNAMIC_DISPATCH(DetectFloat)(side, link);
}
template <>
void detect_links(const SideInput<double>& side, std::int8_t* link) {
    HWY_DYNAMIC_DISPATCH(DetectDouble)(side, link);
}
template <>
void detect_links(const SideInput<Bf16>& side, std::int8_t* link) {
    HWY_DYNAMIC_DISPATCH(DetectBf16)(side, link);
}

template <>
void compact_rows(Rows<const float> rows, int channels, const TokenGroups& groups, GroupReference reference,
                  float* out) {
    HWY_DYNAMIC_DISPATCH(CompactFloat)(rows, channels, groups, reference, out);
}
template <>
void compact_rows(Rows<const double> rows, int channels, const TokenGroups& groups, GroupReference reference,
                  double* out) {
    HWY_DYNAMIC_DISPATCH(CompactDouble)(rows, channels, groups, reference, out);
}
template <>
void compact_rows(Rows<const Bf16> rows, int channels, const TokenGroups& groups, GroupReference reference, Bf16* out) {
    HWY_DYNAMIC_DISPATCH(CompactBf16)(rows, channels, groups, reference, out);
}

}  // namespace timeripple::kernels
#endif  // HWY_ONCE
