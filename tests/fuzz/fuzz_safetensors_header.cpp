// libFuzzer target for the safetensors header reader and the shard index reader. Built by hand with clang, see
// README.md here.
#include "engine/weights/safetensors_header.h"
#include "engine/weights/weight_index.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

using namespace timeripple::engine;

namespace {

// Whatever was accepted must cover the file exactly.
void check(const SafetensorsHeader& header) {
    std::uint64_t covered = 0;
    for (const SafetensorsEntry& entry : header.entries) {
        if (entry.offset != covered || entry.elements() < 0) {
            std::abort();
        }
        covered += entry.bytes;
    }
    if (header.data_begin + covered != header.file_bytes) {
        std::abort();
    }
}

// One folder for the whole run; the index names shards that are not there, or the input itself.
const std::string& folder() {
    static const std::string path = [] {
        char name[] = "/tmp/fuzz_weights_XXXXXX";
        return std::string(::mkdtemp(name));
    }();
    return path;
}

void write(const std::string& path, const std::uint8_t* data, std::size_t size) {
    ::unlink(path.c_str());
    FILE* file = std::fopen(path.c_str(), "wb");
    std::fwrite(data, 1, size, file);
    std::fclose(file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    // The first byte chooses the reader.
    if (data[0] % 4 != 0) {
        const int memory = ::memfd_create("fuzz", MFD_CLOEXEC);
        if (::write(memory, data + 1, size - 1) == static_cast<ssize_t>(size - 1)) {
            const Result<SafetensorsHeader> header = read_safetensors_header("/proc/self/fd/" + std::to_string(memory));
            if (header.ok()) {
                check(*header);
            }
        }
        ::close(memory);
        return 0;
    }
    write(folder() + "/model.safetensors.index.json", data + 1, size - 1);
    const Result<WeightIndex> index = read_weight_index(folder(), "model");
    if (index.ok()) {
        for (const SafetensorsHeader& file : index->files) {
            check(file);
        }
    }
    return 0;
}
