#include "kernels/api/near_field_cpu.h"

#include <algorithm>
#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/near_field/near_field.cpp"
#include <hwy/foreach_target.h>
// After foreach_target, which includes this file once more for each instruction set.
#include "kernels/reuse/row_simd-inl.h"

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace timeripple::kernels::HWY_NAMESPACE {

template <typename T>
HWY_INLINE typename Sum<T>::Type dot(const T* HWY_RESTRICT a, const T* HWY_RESTRICT b, int channels) {
    using Real = typename Sum<T>::Type;
    const hn::ScalableTag<Real> d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    auto sum0 = hn::Zero(d);
    auto sum1 = hn::Zero(d);
    int c = 0;
    for (; c + 2 * lanes <= channels; c += 2 * lanes) {
        sum0 = hn::MulAdd(load(d, a + c), load(d, b + c), sum0);
        sum1 = hn::MulAdd(load(d, a + c + lanes), load(d, b + c + lanes), sum1);
    }
    for (; c + lanes <= channels; c += lanes) {
        sum0 = hn::MulAdd(load(d, a + c), load(d, b + c), sum0);
    }
    Real sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(sum0, sum1)));
    const hn::CappedTag<Real, 1> one;
    for (; c < channels; ++c) {
        sum += hn::GetLane(load(one, a + c)) * hn::GetLane(load(one, b + c));
    }
    return sum;
}

// score[i] = e^score[i], for `count` values of an array that may be read and written up to the next full vector.
template <typename Real>
HWY_INLINE void exponentials(Real* score, int count) {
    const hn::ScalableTag<Real> d;
    for (int i = 0; i < count; i += static_cast<int>(hn::Lanes(d))) {
        hn::StoreU(hn::Exp(d, hn::LoadU(d, score + i)), d, score + i);
    }
}

// out = (out + sum of weight * row) / share.
template <typename T, typename Real>
HWY_INLINE void add_rows(Rows<const T> rows, const std::vector<int>& index, const Real* weight, Real share,
                         int channels, T* HWY_RESTRICT out) {
    const auto columns = [&](auto d, int c) HWY_ATTR {
        auto sum = load(d, out + c);
        for (std::size_t j = 0; j < index.size(); ++j) {
            sum = hn::MulAdd(hn::Set(d, weight[j]), load(d, rows.row(index[j]) + c), sum);
        }
        store(d, hn::Div(sum, hn::Set(d, share)), out + c);
    };
    const hn::ScalableTag<Real> d;
    const hn::CappedTag<Real, 1> one;
    const int lanes = static_cast<int>(hn::Lanes(d));
    int c = 0;
    for (; c + lanes <= channels; c += lanes) {
        columns(d, c);
    }
    for (; c < channels; ++c) {
        columns(one, c);
    }
}

template <typename T>
HWY_INLINE void near_field(const NearFieldInput<T>& in, int begin, int end, Rows<T> out) {
    using Real = typename Sum<T>::Type;
    const hn::ScalableTag<Real> d;
    const TokenGrid& grid = in.grid;
    const Real scale = Real(1) / std::sqrt(static_cast<Real>(in.channels));
    const Real* log_sum = static_cast<const Real*>(in.log_sum);
    std::vector<int> index;
    std::vector<Real> exact, merged;
    const std::size_t most =
        static_cast<std::size_t>(2 * in.reach[0] + 1) * (2 * in.reach[1] + 1) * (2 * in.reach[2] + 1);
    index.reserve(most);
    exact.resize(most + hn::Lanes(d));
    merged.resize(most + hn::Lanes(d));
    for (int token = begin; token < end; ++token) {
        const int group = in.queries->group[token];
        const bool own_query = in.queries->count(group) == 1;
        const int t = grid.position(token, 0);
        const int y = grid.position(token, 1);
        const int x = grid.position(token, 2);
        index.clear();
        for (int tt = std::max(0, t - in.reach[0]); tt <= std::min(grid.frames - 1, t + in.reach[0]); ++tt) {
            for (int yy = std::max(0, y - in.reach[1]); yy <= std::min(grid.height - 1, y + in.reach[1]); ++yy) {
                for (int xx = std::max(0, x - in.reach[2]); xx <= std::min(grid.width - 1, x + in.reach[2]); ++xx) {
                    const int key = (tt * grid.height + yy) * grid.width + xx;
                    if (own_query && in.keys->count(in.keys->group[key]) == 1) {
                        continue;  // not merged on either side: nothing to put right
                    }
                    const std::size_t at = index.size();
                    exact[at] = dot(in.q.row(token), in.k.row(key), in.channels) * scale - log_sum[group];
                    merged[at] =
                        dot(in.merged_q.row(group), in.merged_k.row(in.keys->group[key]), in.channels) * scale -
                        log_sum[group];
                    index.push_back(key);
                }
            }
        }
        if (index.empty()) {
            continue;
        }
        const int count = static_cast<int>(index.size());
        exponentials(exact.data(), count);
        exponentials(merged.data(), count);
        Real share = Real(1);
        for (int j = 0; j < count; ++j) {
            exact[j] -= merged[j];
            share += exact[j];
        }
        // The true sum is above 0; rounding could eat it up only where everything lay in the neighbourhood and all of
        // it lost.
        add_rows(in.v, index, exact.data(), std::max(share, Real(1e-6)), in.channels, out.row(token));
    }
}

void NearFloat(const NearFieldInput<float>& in, int begin, int end, Rows<float> out) {
    near_field(in, begin, end, out);
}
void NearDouble(const NearFieldInput<double>& in, int begin, int end, Rows<double> out) {
    near_field(in, begin, end, out);
}
void NearBf16(const NearFieldInput<Bf16>& in, int begin, int end, Rows<Bf16> out) {
    near_field(in, begin, end, out);
}

}  // namespace timeripple::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace timeripple::kernels {

HWY_EXPORT(NearFloat);
HWY_EXPORT(NearDouble);
HWY_EXPORT(NearBf16);

template <>
void add_near_field(const NearFieldInput<float>& input, int begin, int end, Rows<float> out) {
    HWY_DYNAMIC_DISPATCH(NearFloat)(input, begin, end, out);
}
template <>
void add_near_field(const NearFieldInput<double>& input, int begin, int end, Rows<double> out) {
    HWY_DYNAMIC_DISPATCH(NearDouble)(input, begin, end, out);
}
template <>
void add_near_field(const NearFieldInput<Bf16>& input, int begin, int end, Rows<Bf16> out) {
    HWY_DYNAMIC_DISPATCH(NearBf16)(input, begin, end, out);
}

long long near_pairs(const TokenGrid& grid, const std::array<int, kAxes>& reach) {
    long long pairs = 1;
    for (int axis = 0; axis < kAxes; ++axis) {
        long long along = 0;
        for (int at = 0; at < grid.extent(axis); ++at) {
            along += std::min(grid.extent(axis) - 1, at + reach[axis]) - std::max(0, at - reach[axis]) + 1;
        }
        pairs *= along;
    }
    return pairs;
}

}  // namespace timeripple::kernels
#endif  // HWY_ONCE
