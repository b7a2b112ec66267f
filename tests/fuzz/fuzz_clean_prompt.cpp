// libFuzzer target for prompt cleaning: any bytes give a text without white space at its ends.
#include "engine/text/clean_prompt.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string cleaned = timeripple::engine::clean_prompt({reinterpret_cast<const char*>(data), size});
    if (!cleaned.empty() &&
        (cleaned.front() == ' ' || cleaned.back() == ' ' || cleaned.find("  ") != std::string::npos)) {
        std::abort();
    }
    return 0;
}
