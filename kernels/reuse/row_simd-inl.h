// Loads, stores and sums of rows for each instruction set: included once per target by Highway's foreach_target, so its
// guard is Highway's toggle instead of #pragma once.
#if defined(TR_KERNELS_REUSE_ROW_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TR_KERNELS_REUSE_ROW_SIMD_INL_H_
#undef TR_KERNELS_REUSE_ROW_SIMD_INL_H_
#else
#define TR_KERNELS_REUSE_ROW_SIMD_INL_H_
#endif

#include "kernels/api/reuse_cpu.h"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace timeripple::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Sums are kept in fp32 for float and bf16, in fp64 for double.
template <typename T>
struct Sum {
    using Type = float;
};
template <>
struct Sum<double> {
    using Type = double;
};

template <class D, typename T>
HWY_INLINE hn::Vec<D> load(D d, const T* from) {
    return hn::LoadU(d, from);
}
template <class D>
HWY_INLINE hn::Vec<D> load(D d, const Bf16* from) {
    const hn::RebindToUnsigned<D> bits;
    const hn::Rebind<std::uint16_t, D> halves;
    const auto half = hn::LoadU(halves, reinterpret_cast<const std::uint16_t*>(from));
    return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(bits, half)));
}
template <class D, typename T>
HWY_INLINE void store(D d, hn::Vec<D> value, T* to) {
    hn::StoreU(value, d, to);
}
// Round to nearest, ties to even, as LibTorch does.
template <class D>
HWY_INLINE void store(D d, hn::Vec<D> value, Bf16* to) {
    (void)d;
    const hn::RebindToUnsigned<D> bits;
    const hn::RebindToSigned<D> ints;
    const hn::Rebind<std::uint16_t, D> halves;
    const auto raw = hn::BitCast(bits, value);
    const auto odd = hn::And(hn::ShiftRight<16>(raw), hn::Set(bits, 1));
    const auto rounded = hn::ShiftRight<16>(hn::Add(raw, hn::Add(odd, hn::Set(bits, 0x7FFF))));
    hn::StoreU(hn::DemoteTo(halves, hn::BitCast(ints, rounded)), halves, reinterpret_cast<std::uint16_t*>(to));
}

}  // namespace timeripple::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target guard
