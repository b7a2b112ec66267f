#include "engine/media/part_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace timeripple::engine::media {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const std::string& path) {
    const auto folder = fs::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

// 0, or the errno of what failed.
int sync_path(const std::string& path, int flags) {
    const int fd = open(path.c_str(), flags | O_CLOEXEC);
    if (fd < 0) return errno;
    const int code = fsync(fd) == 0 ? 0 : errno;
    const int closed = close(fd) == 0 ? 0 : errno;
    // Some file systems cannot sync folders; the rename itself has happened.
    if (code == EINVAL || code == ENOTSUP) return 0;
    return code ? code : closed;
}

Status check_folder(const std::string& target) {
    const std::string folder = folder_of(target);
    struct stat info {};
    if (stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
        return Error{ErrorCode::Io,
                     "The folder " + folder + " does not exist. Make it, or choose another place for " + target + ".",
                     ""};
    }
    if (access(folder.c_str(), W_OK | X_OK) != 0) return write_error(target, errno);
    return {};
}

// True if the folder is empty or holds nothing but frames of ours.
bool holds_only_frames(const std::string& folder) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (!is_frame_file_name(entry.path().filename().string())) return false;
    }
    return !error;
}

}  // namespace

Error write_error(const std::string& target, int code) {
    const std::string kept = " Nothing was changed at the target.";
    switch (code) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return {ErrorCode::Io,
                    "The disk is full: " + target + " could not be written. Free some space or choose another place." +
                        kept,
                    std::strerror(code)};
        case EACCES:
        case EPERM:
        case EROFS:
            return {ErrorCode::Io,
                    "There is no permission to write " + target + ". Choose another folder or change its permissions." +
                        kept,
                    std::strerror(code)};
        default:
            return {ErrorCode::Io, "The file " + target + " could not be written: " + std::strerror(code) + "." + kept,
                    std::strerror(code)};
    }
}

PartFile::~PartFile() {
    if (owned_) unlink(part_.c_str());
}

Status PartFile::check() const {
    struct stat info {};
    if (stat(target_.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
        return Error{ErrorCode::Io, target_ + " is a folder. Give the name of a file.", ""};
    }
    return check_folder(target_);
}

Status PartFile::prepare() {
    auto status = check();
    owned_ = status.ok();
    return status;
}

Status PartFile::commit() {
    if (const int code = sync_path(part_, O_RDONLY)) return write_error(target_, code);
    if (std::rename(part_.c_str(), target_.c_str()) != 0) return write_error(target_, errno);
    owned_ = false;
    if (const int code = sync_path(folder_of(target_), O_RDONLY | O_DIRECTORY)) return write_error(target_, code);
    return {};
}

PartFolder::PartFolder(std::string target) : target_(std::move(target)) {
    while (target_.size() > 1 && target_.back() == '/')
        target_.pop_back();
    part_ = target_ + ".part";
}

PartFolder::~PartFolder() {
    std::error_code error;
    if (owned_) fs::remove_all(part_, error);
}

Status PartFolder::check() const {
    if (auto status = check_folder(target_); !status) return status;
    std::error_code error;
    if (fs::exists(target_, error)) {
        if (!fs::is_directory(target_, error)) {
            return Error{ErrorCode::Io, target_ + " is a file. Give the name of a folder for the frames.", ""};
        }
        if (!holds_only_frames(target_)) {
            return Error{
                ErrorCode::Io,
                "The folder " + target_ + " holds other files. Choose a new or an empty folder for the frames.", ""};
        }
    }
    if (fs::exists(part_, error) && !holds_only_frames(part_)) {
        return Error{ErrorCode::Io, "The folder " + part_ + " is in the way. Remove it.", ""};
    }
    return {};
}

Status PartFolder::prepare() {
    if (auto status = check(); !status) return status;
    std::error_code error;
    fs::remove_all(part_, error);  // left by a run that was killed
    if (mkdir(part_.c_str(), 0777) != 0) return write_error(target_, errno);
    owned_ = true;
    return {};
}

Status PartFolder::commit() {
    if (const int code = sync_path(part_, O_RDONLY | O_DIRECTORY)) return write_error(target_, code);
    std::error_code error;
    const std::string old = target_ + ".old";
    const bool replaces = fs::exists(target_, error) && !fs::is_empty(target_, error);
    // The new and the older sequence change places at once; where the file system cannot, the older one steps aside
    // first.
    const bool swapped =
        replaces && renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0;
    if (replaces && !swapped && std::rename(target_.c_str(), old.c_str()) != 0) return write_error(target_, errno);
    if (!swapped && std::rename(part_.c_str(), target_.c_str()) != 0) {
        const int code = errno;
        if (replaces) std::rename(old.c_str(), target_.c_str());
        return write_error(target_, code);
    }
    owned_ = false;
    if (replaces) fs::remove_all(swapped ? part_ : old, error);
    if (const int code = sync_path(folder_of(target_), O_RDONLY | O_DIRECTORY)) return write_error(target_, code);
    return {};
}

Status write_whole_file(const std::string& path, const void* data, std::size_t size, const std::string& target) {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return write_error(target, errno);
    int code = 0;
    const char* next = static_cast<const char*>(data);
    while (size > 0 && code == 0) {
        const ssize_t written = write(fd, next, size);
        if (written < 0) {
            if (errno != EINTR) code = errno;
            continue;
        }
        next += written;
        size -= static_cast<std::size_t>(written);
    }
    if (code == 0 && fsync(fd) != 0) code = errno;
    if (close(fd) != 0 && code == 0) code = errno;
    if (code) return write_error(target, code);
    return {};
}

std::string frame_file_name(int index) {
    char name[32];
    std::snprintf(name, sizeof name, "frame_%05d.png", index);
    return name;
}

bool is_frame_file_name(const std::string& name) {
    return name.size() >= 15 && name.compare(0, 6, "frame_") == 0 && name.compare(name.size() - 4, 4, ".png") == 0 &&
           name.find_first_not_of("0123456789", 6) == name.size() - 4;
}

}  // namespace timeripple::engine::media
