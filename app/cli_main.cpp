// timeripple: the command line. No Qt, no Torch; the engine is opened when a run begins.
#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/progress.h"
#include "engine/api/engine.h"
#include "engine/api/log.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace timeripple::cli {

using engine::ErrorCode;

const char* word_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::Cancelled:
            return "cancelled";
        case ErrorCode::BadRequest:
            return "bad_request";
        case ErrorCode::BadFile:
            return "bad_file";
        case ErrorCode::WrongModel:
            return "wrong_model";
        case ErrorCode::OutOfMemory:
            return "out_of_memory";
        case ErrorCode::NonFinite:
            return "non_finite";
        case ErrorCode::Io:
            return "io";
        case ErrorCode::EngineMissing:
            return "engine_missing";
        case ErrorCode::DeviceLost:
            return "device_lost";
        case ErrorCode::Internal:
            break;
    }
    return "internal";
}

int report(const engine::Error& error, bool as_json) {
    const bool cancelled = error.code == ErrorCode::Cancelled;
    const std::string message = error.message.empty() ? "Something went wrong." : error.message;
    engine::log(cancelled ? engine::LogLevel::Info : engine::LogLevel::Error, "cli",
                message + (error.detail.empty() ? "" : " | " + error.detail));
    if (as_json) {
        const nlohmann::json line = {{"event", cancelled ? "cancelled" : "error"},
                                     {"code", word_of(error.code)},
                                     {"message", message},
                                     {"detail", error.detail}};
        print_line(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else if (cancelled) {
        std::fprintf(stderr, "Stopped. No file is half-written.\n");
    } else {
        std::fprintf(stderr, "timeripple: %s\n", message.c_str());
        const bool ours = error.code == ErrorCode::Internal || error.code == ErrorCode::EngineMissing;
        if (ours && !error.detail.empty())
            std::fprintf(stderr, "(%s)\n", error.detail.c_str());
    }
    return cancelled ? kInterrupted : kFailed;
}

int wrong_use(const std::string& sentence, const char* command, bool as_json) {
    if (as_json) {
        report({ErrorCode::BadRequest, sentence, ""}, true);
    } else {
        std::fprintf(stderr, "timeripple: %s\nHelp: timeripple %s%s--help\n", sentence.c_str(), command,
                     *command ? " " : "");
    }
    return kWrongUse;
}

namespace {

int run(const std::vector<std::string>& words, std::stop_token stop) {
    if (words.empty()) {
        std::fputs(general_help().c_str(), stderr);
        return kWrongUse;
    }
    const std::string& name = words.front();
    if (name == "--version" || name == "version") {
        return print_line(engine::version_text()) ? kDone : kFailed;
    }
    if (name == "--help" || name == "-h" || name == "help") {
        const bool one = words.size() > 1 && command_named(words[1]).name == words[1];
        std::fputs(one ? command_help(command_named(words[1])).c_str() : general_help().c_str(), stdout);
        return kDone;
    }
    const Command& command = command_named(name);
    if (command.name != name) {
        std::vector<std::string> known;
        for (const auto& one : all_commands())
            known.push_back(one.name);
        const auto meant = nearest_word(name, known);
        return wrong_use(
            "The command \"" + name.substr(0, 60) + "\" is not known." + (meant ? " Did you mean " + *meant + "?" : ""),
            "", false);
    }
    for (const auto& word : words) {
        if (word == "--help" || word == "-h") {
            std::fputs(command_help(command).c_str(), stdout);
            return kDone;
        }
    }
    const auto arguments = Arguments::parse(command, {words.begin() + 1, words.end()});
    if (!arguments.problem().empty()) return wrong_use(arguments.problem(), command.name, arguments.has("--json"));
    if (name == "generate") return run_generate(arguments, stop);
    if (name == "compare") return run_compare(arguments, stop);
    if (name == "calibrate") return run_calibrate(arguments, stop);
    if (name == "evaluate") return run_evaluate(arguments, stop);
    if (name == "attention") return run_attention(arguments, stop);
    if (name == "inspect") return run_inspect(arguments);
    if (name == "devices") return run_devices(arguments);
    return run_recipe(arguments);
}

}  // namespace
}  // namespace timeripple::cli

int main(int count, char** words) {
    timeripple::cli::Interrupt interrupt;
    try {
        return timeripple::cli::run({words + 1, words + count}, interrupt.token());
    } catch (const std::exception& problem) {
        return timeripple::cli::report(
            {timeripple::engine::ErrorCode::Internal, "Something went wrong inside the program.", problem.what()},
            false);
    }
}
