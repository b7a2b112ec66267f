// Opened by tst_toolchain_traps after the engine. Its libraries are those that the engine has already brought in, in
// the order in which libtr_engine names them; that order is what is tested.
#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <sentencepiece_processor.h>

#include <cstring>
#include <string>
#include <vector>

extern "C" {

// Encodes a text, then has LibTorch throw and catches that. Returns the number of tokens, or -1; `caught` gets the
// message. Where SentencePiece is initialised over c10's memory, the second part ends the process.
__attribute__((visibility("default"))) int trap_probe_tokens_then_error(const char* spiece_model, char* caught,
                                                                        std::size_t capacity) {
    sentencepiece::SentencePieceProcessor processor;
    std::vector<int> ids;
    if (!processor.Load(spiece_model).ok() || !processor.Encode("a large orange fish moves left", &ids).ok()) return -1;
    try {
        at::matmul(at::ones({2, 3}), at::ones({4, 5}));
        return -1;
    } catch (const c10::Error& error) {
        std::strncpy(caught, error.what_without_backtrace(), capacity - 1);
        caught[capacity - 1] = '\0';
    }
    TORCH_WARN("a warning goes through c10's logging flags");
    return static_cast<int>(ids.size());
}

// Seconds of nothing but a matrix product through LibTorch, so that its BLAS has been bound and used.
__attribute__((visibility("default"))) float trap_probe_matmul() {
    return at::ones({64, 64}).matmul(at::ones({64, 64})).sum().item<float>();
}
}
