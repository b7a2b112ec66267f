#pragma once
// A regular file that is open for reading. Read with pread only: a file that shrinks meanwhile is an error, never a
// SIGBUS.

#include "engine/api/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace timeripple::engine {

class InputFile {
  public:
    // Refuses with BadFile what is missing, not readable, a folder, a FIFO, a socket or a device. Links are followed.
    static Result<std::shared_ptr<const InputFile>> open(const std::string& path);
    ~InputFile();
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;

    const std::string& path() const { return path_; }
    std::uint64_t bytes() const { return bytes_; }  // when it was opened

    // Reads exactly `count` bytes at `offset`; BadFile if the file ends before, Io if the medium fails. Threads: any.
    Status read_at(std::uint64_t offset, void* target, std::size_t count) const;

  private:
    InputFile(std::string path, int descriptor, std::uint64_t bytes);

    std::string path_;
    int descriptor_;
    std::uint64_t bytes_;
};

// The whole of a small file (JSON, a tokenizer). BadFile where it is larger than `max_bytes`.
Result<std::string> read_whole_file(const std::string& path, std::uint64_t max_bytes);

}  // namespace timeripple::engine
