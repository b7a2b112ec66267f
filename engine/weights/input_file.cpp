#include "engine/weights/input_file.h"

#include "engine/base/text.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace timeripple::engine {
namespace {

Error bad_file(const std::string& path, const std::string& problem) {
    return {ErrorCode::BadFile, path + ": " + problem, {}};
}

Error open_failure(const std::string& path, int code) {
    switch (code) {
        case ENOENT:
        case ENOTDIR:
            return bad_file(path, "there is no such file. Check the model folder, or download the model again.");
        case EACCES:
        case EPERM:
            return bad_file(path, "no permission to read this file. Change its permissions or choose another folder.");
        case ELOOP:
            return bad_file(path, "this link points to itself. Download the model again.");
        default:
            return bad_file(path, std::string("cannot be opened: ") + std::strerror(code) + ".");
    }
}

}  // namespace

InputFile::InputFile(std::string path, int descriptor, std::uint64_t bytes)
    : path_(std::move(path)), descriptor_(descriptor), bytes_(bytes) {}

InputFile::~InputFile() {
    ::close(descriptor_);
}

Result<std::shared_ptr<const InputFile>> InputFile::open(const std::string& path) {
    // A path with a NUL inside would be another path for the kernel.
    if (path.empty() || path.find('\0') != std::string::npos) {
        return bad_file(detail::for_sentence(path), "this is not a file name.");
    }
    struct stat info {};
    // Asked before opening: opening some devices already does something.
    if (::stat(path.c_str(), &info) != 0) {
        return open_failure(path, errno);
    }
    if (S_ISDIR(info.st_mode)) {
        return bad_file(path, "this is a folder, not a file.");
    }
    if (!S_ISREG(info.st_mode)) {
        return bad_file(path, "this is not a regular file (a pipe, socket or device). Choose a file on disk.");
    }
    // O_NONBLOCK: should the file have become a FIFO since, opening must not hang.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return open_failure(path, errno);
    }
    if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(descriptor);
        return bad_file(path, "this is not a regular file. Choose a file on disk.");
    }
    return std::shared_ptr<const InputFile>(new InputFile(path, descriptor, static_cast<std::uint64_t>(info.st_size)));
}

Status InputFile::read_at(std::uint64_t offset, void* target, std::size_t count) const {
    auto* out = static_cast<char*>(target);
    while (count > 0) {
        // Linux moves at most 2 GiB a call.
        const std::size_t piece = std::min<std::size_t>(count, std::size_t(1) << 30);
        const ssize_t got = ::pread(descriptor_, out, piece, static_cast<off_t>(offset));
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return Error{ErrorCode::Io,
                         path_ + ": reading failed: " + std::strerror(errno) + ". Check the disk or the connection.",
                         {}};
        }
        if (got == 0) {
            return bad_file(
                path_,
                "the file ended while it was read; it has become shorter. Download it again and do not change "
                "it while the model is loading.");
        }
        out += got;
        offset += static_cast<std::uint64_t>(got);
        count -= static_cast<std::size_t>(got);
    }
    return {};
}

Result<std::string> read_whole_file(const std::string& path, std::uint64_t max_bytes) {
    const Result<std::shared_ptr<const InputFile>> file = InputFile::open(path);
    if (!file) {
        return file.error();
    }
    const std::uint64_t bytes = (*file)->bytes();
    if (bytes > max_bytes) {
        return bad_file(path, "is " + detail::bytes_text(bytes) + " long, more than such a file can have (" +
                                  detail::bytes_text(max_bytes) + "). Download the model again.");
    }
    std::string content(static_cast<std::size_t>(bytes), '\0');
    if (const Status status = (*file)->read_at(0, content.data(), content.size()); !status) {
        return status.error();
    }
    return content;
}

}  // namespace timeripple::engine
