#include "engine/api/setting_names.h"

#include <array>
#include <utility>

namespace timeripple::engine {
namespace {

template <typename T>
struct Words;  // table: every value with its word; list: the words for a sentence

#define TR_WORDS(TYPE, LIST, ...)                                                   \
    template <>                                                                     \
    struct Words<TYPE> {                                                            \
        static constexpr std::pair<TYPE, std::string_view> table[] = {__VA_ARGS__}; \
        static constexpr std::string_view list = LIST;                              \
    }

TR_WORDS(AttentionMode, "dense, ripple", {AttentionMode::Dense, "dense"}, {AttentionMode::Ripple, "ripple"});
TR_WORDS(SchedulerKind, "unipc, euler", {SchedulerKind::UniPC, "unipc"}, {SchedulerKind::FlowMatchEuler, "euler"});
TR_WORDS(Precision, "fp32, bf16", {Precision::Float32, "fp32"}, {Precision::BFloat16, "bf16"});
TR_WORDS(DeviceChoice, "auto, cpu, cuda", {DeviceChoice::Auto, "auto"}, {DeviceChoice::Cpu, "cpu"},
         {DeviceChoice::Cuda, "cuda"});
TR_WORDS(KernelChoice, "auto, own, own-mma, own-norm-apart, libtorch, libtorch-padded, dense",
         {KernelChoice::Auto, "auto"}, {KernelChoice::Own, "own"}, {KernelChoice::OwnMma, "own-mma"},
         {KernelChoice::OwnNormApart, "own-norm-apart"}, {KernelChoice::LibTorch, "libtorch"},
         {KernelChoice::LibTorchPadded, "libtorch-padded"}, {KernelChoice::Dense, "dense"});
TR_WORDS(Granularity, "token, group, channel", {Granularity::Token, "token"}, {Granularity::Group, "group"},
         {Granularity::Channel, "channel"});
TR_WORDS(Reference, "mean, first", {Reference::Mean, "mean"}, {Reference::First, "first"});
TR_WORDS(Carry, "nothing, residual, output", {Carry::Nothing, "nothing"}, {Carry::Residual, "residual"},
         {Carry::Output, "output"});
TR_WORDS(AdversarialReuse, "none, time, y, x", {AdversarialReuse::None, "none"}, {AdversarialReuse::Time, "time"},
         {AdversarialReuse::Y, "y"}, {AdversarialReuse::X, "x"});
#undef TR_WORDS

template <typename T>
std::string_view find_word(T value) {
    for (const auto& [known, word] : Words<T>::table) {
        if (known == value) return word;
    }
    return "unknown";
}

}  // namespace

std::string_view word_of(AttentionMode value) {
    return find_word(value);
}
std::string_view word_of(SchedulerKind value) {
    return find_word(value);
}
std::string_view word_of(Precision value) {
    return find_word(value);
}
std::string_view word_of(DeviceChoice value) {
    return find_word(value);
}
std::string_view word_of(KernelChoice value) {
    return find_word(value);
}
std::string_view word_of(Granularity value) {
    return find_word(value);
}
std::string_view word_of(Reference value) {
    return find_word(value);
}
std::string_view word_of(Carry value) {
    return find_word(value);
}
std::string_view word_of(AdversarialReuse value) {
    return find_word(value);
}

template <typename T>
std::optional<T> from_word(std::string_view word) {
    for (const auto& [value, known] : Words<T>::table) {
        if (known == word) return value;
    }
    return std::nullopt;
}

template <typename T>
std::string_view known_words() {
    return Words<T>::list;
}

#define TR_INSTANTIATE(TYPE)                                        \
    template std::optional<TYPE> from_word<TYPE>(std::string_view); \
    template std::string_view known_words<TYPE>()
TR_INSTANTIATE(AttentionMode);
TR_INSTANTIATE(SchedulerKind);
TR_INSTANTIATE(Precision);
TR_INSTANTIATE(DeviceChoice);
TR_INSTANTIATE(KernelChoice);
TR_INSTANTIATE(Granularity);
TR_INSTANTIATE(Reference);
TR_INSTANTIATE(Carry);
TR_INSTANTIATE(AdversarialReuse);
#undef TR_INSTANTIATE

}  // namespace timeripple::engine
