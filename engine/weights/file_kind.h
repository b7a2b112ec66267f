#pragma once
// What a file is that should have been safetensors, told from its first bytes and never from its suffix.

#include <cstddef>
#include <string>

namespace timeripple::engine {

// One or two sentences "this is ..., not safetensors. <way out>", or empty where the bytes look like nothing known.
// `count` may be as small as 0; 512 bytes are enough for every kind.
std::string describe_foreign_file(const unsigned char* first_bytes, std::size_t count);

}  // namespace timeripple::engine
