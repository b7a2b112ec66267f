#pragma once
// The words of every setting, as JSON, the command line and the window spell them. Unknown words give nothing.

#include "engine/api/generation_request.h"

#include <optional>
#include <string_view>

namespace timeripple::engine {

std::string_view word_of(AttentionMode value);  // dense, ripple
std::string_view word_of(SchedulerKind value);  // unipc, euler
std::string_view word_of(Precision value);      // fp32, bf16
std::string_view word_of(DeviceChoice value);   // auto, cpu, cuda
std::string_view word_of(KernelChoice value);   // auto, own, own-mma, own-norm-apart, libtorch, libtorch-padded, dense
std::string_view word_of(Granularity value);    // token, group, channel
std::string_view word_of(Reference value);      // mean, first
std::string_view word_of(Carry value);             // nothing, residual, output
std::string_view word_of(AdversarialReuse value);  // none, time, y, x

// Instantiated for the nine types above.
template <typename T>
std::optional<T> from_word(std::string_view word);
// "unipc, euler": for sentences and help.
template <typename T>
std::string_view known_words();

}  // namespace timeripple::engine
