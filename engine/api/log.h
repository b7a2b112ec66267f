#pragma once
// One rotating log under the XDG state folder (timeripple/timeripple.log). Threads: any. Never throws.

#include <string>
#include <string_view>

namespace timeripple::engine {

enum class LogLevel { Debug, Info, Warning, Error };

void log(LogLevel level, std::string_view room, std::string_view message);
inline void log_info(std::string_view room, std::string_view message) { log(LogLevel::Info, room, message); }
inline void log_warning(std::string_view room, std::string_view message) { log(LogLevel::Warning, room, message); }
inline void log_error(std::string_view room, std::string_view message) { log(LogLevel::Error, room, message); }

// Folder of the log; made on first use. Empty where none can be written.
std::string log_folder();

}  // namespace timeripple::engine
