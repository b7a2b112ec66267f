#pragma once
// The commands of `timeripple`. Each returns the exit code: 0 done, 1 failed, 2 wrong use, 130 interrupted.

#include "app/cli/arguments.h"
#include "engine/api/result.h"

#include <stop_token>
#include <string>
#include <vector>

namespace timeripple::cli {

enum ExitCode { kDone = 0, kFailed = 1, kWrongUse = 2, kInterrupted = 130 };

const std::vector<Command>& all_commands();
const Command& command_named(const std::string& name);

int run_generate(const Arguments& arguments, std::stop_token stop);
int run_compare(const Arguments& arguments, std::stop_token stop);
int run_calibrate(const Arguments& arguments, std::stop_token stop);
int run_evaluate(const Arguments& arguments, std::stop_token stop);
int run_attention(const Arguments& arguments, std::stop_token stop);
int run_inspect(const Arguments& arguments);
int run_devices(const Arguments& arguments);
int run_recipe(const Arguments& arguments);

// "timeripple --help" and "timeripple COMMAND --help".
std::string general_help();
std::string command_help(const Command& command);

// Prints the sentence (as a JSON line with `as_json`) and gives the exit code that belongs to it.
int report(const engine::Error& error, bool as_json);
int wrong_use(const std::string& sentence, const char* command, bool as_json);
const char* word_of(engine::ErrorCode code);

}  // namespace timeripple::cli
