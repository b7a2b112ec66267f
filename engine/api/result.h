#pragma once
// Errors as values. Inside the engine exceptions may fly; nothing but these types crosses the door `engine/api`.

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace timeripple::engine {

enum class ErrorCode {
    Cancelled = 1,   // the user asked for it; not a failure
    BadRequest,      // a setting is out of range or does not fit the model
    BadFile,         // a file is missing, damaged or of another kind
    WrongModel,      // a readable folder, but not a model that this engine runs
    OutOfMemory,     // refused beforehand or failed while running
    NonFinite,       // NaN or infinity appeared in the latents
    Io,              // disk full, no permission, encoder failure
    EngineMissing,   // libtr_engine could not be opened, or is of another build
    DeviceLost,      // a sticky CUDA error: the process must be restarted
    Internal         // a bug of ours; `detail` says where
};

// `message` is one clear sentence or two for a person: names the setting or file and the way out.
// `detail` is for the log and the Copy button; it may be empty.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;
    std::string detail;
};

// A value or an Error. C++20 has no std::expected; this is the part of it that the house needs.
template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T result) : content_(std::in_place_index<0>, std::move(result)) {}
    Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return content_.index() == 0; }
    explicit operator bool() const { return ok(); }

    const T& value() const& { return std::get<0>(content_); }
    T& value() & { return std::get<0>(content_); }
    T&& value() && { return std::get<0>(std::move(content_)); }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }

    const Error& error() const { return std::get<1>(content_); }

  private:
    std::variant<T, Error> content_;
};

// Success without a value, or an Error.
class [[nodiscard]] Status {
  public:
    Status() = default;
    Status(Error error) : error_(std::move(error)) {}

    bool ok() const { return !error_; }
    explicit operator bool() const { return ok(); }
    const Error& error() const { return *error_; }

  private:
    std::optional<Error> error_;
};

}  // namespace timeripple::engine
