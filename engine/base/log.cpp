#include "engine/api/log.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

namespace timeripple::engine {
namespace {

namespace fs = std::filesystem;

constexpr off_t kRotateBytes = 1 << 20;
constexpr int kKeptFiles = 3;  // timeripple.log, .1, .2
constexpr std::size_t kMaxLine = 8192;

std::mutex& log_mutex() {
    static std::mutex mutex;
    return mutex;
}

// Asked for at each call: tests and the installer set XDG_STATE_HOME after the program has started.
fs::path wanted_folder() {
    if (const char* state = std::getenv("XDG_STATE_HOME"); state && state[0] == '/')
        return fs::path(state) / "timeripple";
    if (const char* home = std::getenv("HOME"); home && home[0] == '/')
        return fs::path(home) / ".local/state/timeripple";
    return {};
}

fs::path numbered(const fs::path& file, int number) {
    return number == 0 ? file : fs::path(file.string() + "." + std::to_string(number));
}

void rotate_if_large(const fs::path& file) {
    struct stat info {};
    if (stat(file.c_str(), &info) != 0 || info.st_size < kRotateBytes) return;
    for (int number = kKeptFiles - 2; number >= 0; --number) {
        std::rename(numbered(file, number).c_str(), numbered(file, number + 1).c_str());
    }
}

}  // namespace

std::string log_folder() {
    try {
        const fs::path folder = wanted_folder();
        if (folder.empty()) return {};
        std::error_code error;
        fs::create_directories(folder, error);
        return access(folder.c_str(), W_OK) == 0 ? folder.string() : std::string();
    } catch (...) {
        return {};
    }
}

void log(LogLevel level, std::string_view room, std::string_view message) {
    try {
        static const char* kNames[] = {"debug", "info", "warning", "error"};
        timespec now{};
        clock_gettime(CLOCK_REALTIME, &now);
        tm parts{};
        gmtime_r(&now.tv_sec, &parts);
        char head[96];
        std::snprintf(head, sizeof head, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %d %s ", parts.tm_year + 1900,
                      parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, now.tv_nsec / 1000000,
                      int(getpid()), kNames[static_cast<int>(level)]);
        std::string line = head;
        line.append(room).append(": ").append(message.substr(0, kMaxLine));
        for (char& c : line) {
            if (c == '\n' || c == '\r') c = ' ';
        }
        line += '\n';

        std::scoped_lock lock(log_mutex());
        const std::string folder = log_folder();
        if (folder.empty()) return;
        const fs::path file = fs::path(folder) / "timeripple.log";
        rotate_if_large(file);
        // One write to a file in append mode: lines of several processes do not mix.
        const int fd = open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
        if (fd < 0) return;
        [[maybe_unused]] const auto written = write(fd, line.data(), line.size());
        close(fd);
    } catch (...) {
        // A log must never be the reason for a failure.
    }
}

}  // namespace timeripple::engine
