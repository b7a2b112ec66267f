#pragma once
// Normal random numbers that are the same bits on every machine, for every seed, whatever ran before. Header only, no
// Torch.
//
// Definition. The seed is the key of Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1,
// 2, 3", SC 2011): key = (low, high) 32 bits. Block b of the stream is the function's value at counter (low b, high b,
// 0, 0): four 32-bit words w0..w3. They give numbers 4b..4b+3 of the stream by Box-Muller on the pairs (w0, w1) and
// (w2, w3):
//     u = (w + 1/2) / 2^32,   r = sqrt(-2 ln u_first),   (r cos 2 pi u_second, r sin 2 pi u_second)
// computed in double and rounded to float. Logarithm, sine and cosine are spelled out here in +, -, *, / and sqrt,
// which IEEE 754 defines to the last bit; libm's are not, and differ between machines. The largest number that can
// appear is 6.76.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

// A fused multiply-add rounds once where two roundings are meant, so compilers must not make one of these functions.
#if defined(__clang__)
#define TIMERIPPLE_EXACT_ARITHMETIC
#elif defined(__GNUC__)
#define TIMERIPPLE_EXACT_ARITHMETIC __attribute__((optimize("fp-contract=off")))
#else
#define TIMERIPPLE_EXACT_ARITHMETIC
#endif

namespace timeripple::engine::philox {

using Words = std::array<std::uint32_t, 4>;

// Philox4x32-10: ten rounds.
constexpr Words block(Words counter, std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t product0 = std::uint64_t(0xD2511F53u) * counter[0];
        const std::uint64_t product1 = std::uint64_t(0xCD9E8D57u) * counter[2];
        counter = {
            static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product1),
            static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(product0)};
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    return counter;
}

constexpr Words block(std::uint64_t seed, std::uint64_t index) {
    return block({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), 0, 0},
                 {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
}

// Natural logarithm of x in (0, 1], error below 2 units in the last place of a double.
TIMERIPPLE_EXACT_ARITHMETIC inline double exact_log(double x) {
#if defined(__clang__)
#pragma clang fp contract(off)
#endif
    constexpr double kSqrtHalf = 0.70710678118654752440;
    constexpr double kLn2 = 0.69314718055994530942;
    int exponent = 0;
    double mantissa = std::frexp(x, &exponent);  // exact
    if (mantissa < kSqrtHalf) {
        mantissa *= 2.0;
        --exponent;
    }
    // ln m = 2 artanh s with |s| <= 0.172: the series ends below 1e-18.
    const double s = (mantissa - 1.0) / (mantissa + 1.0);
    const double square = s * s;
    double sum = 0.0;
    for (int odd = 23; odd >= 3; odd -= 2) {
        sum = (sum + 1.0 / odd) * square;
    }
    return exponent * kLn2 + 2.0 * (s + s * sum);
}

// (cos 2 pi u, sin 2 pi u) for u in [0, 1).
TIMERIPPLE_EXACT_ARITHMETIC inline std::pair<double, double> exact_cos_sin(double u) {
#if defined(__clang__)
#pragma clang fp contract(off)
#endif
    constexpr double kHalfPi = 1.57079632679489661923;
    // Quarter turns: u = (quadrant + fraction) / 4 with |fraction| <= 1/2, all exact.
    const double quarters = 4.0 * u;
    const double nearest = std::floor(quarters + 0.5);
    const double x = (quarters - nearest) * kHalfPi;
    const double square = x * x;
    double sine = 0.0, cosine = 0.0;
    for (int n = 20; n >= 2; n -= 2) {  // Taylor series; |x| <= pi/4, so the next term is below 1e-22
        cosine = (1.0 + cosine) * (-square / (n * (n - 1)));
        sine = (1.0 + sine) * (-square / (n * (n + 1)));
    }
    cosine = 1.0 + cosine;
    sine = x + x * sine;
    switch (static_cast<int>(nearest) & 3) {
        case 0:
            return {cosine, sine};
        case 1:
            return {-sine, cosine};
        case 2:
            return {-cosine, -sine};
        default:
            return {sine, -cosine};
    }
}

// Numbers 4 * index .. 4 * index + 3 of the seed's stream.
TIMERIPPLE_EXACT_ARITHMETIC inline std::array<float, 4> normals(std::uint64_t seed, std::uint64_t index) {
#if defined(__clang__)
#pragma clang fp contract(off)
#endif
    constexpr double kScale = 1.0 / 4294967296.0;
    const Words words = block(seed, index);
    std::array<float, 4> numbers{};
    for (std::size_t pair = 0; pair < 4; pair += 2) {
        const double radius = std::sqrt(-2.0 * exact_log((words[pair] + 0.5) * kScale));
        const auto [cosine, sine] = exact_cos_sin((words[pair + 1] + 0.5) * kScale);
        numbers[pair] = static_cast<float>(radius * cosine);
        numbers[pair + 1] = static_cast<float>(radius * sine);
    }
    return numbers;
}

// The first `count` numbers of the seed's stream.
inline void fill_normals(std::uint64_t seed, float* target, std::size_t count) {
    for (std::size_t i = 0; i < count; i += 4) {
        const std::array<float, 4> numbers = normals(seed, i / 4);
        for (std::size_t k = 0; k < 4 && i + k < count; ++k) {
            target[i + k] = numbers[k];
        }
    }
}

}  // namespace timeripple::engine::philox

#undef TIMERIPPLE_EXACT_ARITHMETIC
