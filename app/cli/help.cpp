// The table of commands and options, and the help made of it.
#include "app/cli/commands.h"

namespace timeripple::cli {
namespace {

constexpr Option kHelp{"--help", nullptr, "show this help", "Other"};
constexpr Option kJson{"--json", nullptr, "print JSON lines for other programs instead of text", "Other"};

std::vector<Option> run_options(bool compare) {
    std::vector<Option> options = {
        {"--prompt", "TEXT", "what the clip shows", "What to make"},
        {"--prompt-file", "FILE", "read the prompt from a UTF-8 text file", "What to make"},
        {"--negative", "TEXT", "what it should not show", "What to make"},
        {"--seed", "K", "number of the noise, or \"new\" for a random one (0)", "What to make"},
        {"--recipe", "FILE", "start from the settings in a clip, PNG or JSON file; other options override",
         "What to make"},
        {"--model", "DIR", "model folder in diffusers layout (the built-in model Pond)", "Model and size"},
        {"--width", "W", "pixels, a multiple of 16", "Model and size"},
        {"--height", "H", "pixels, a multiple of 16", "Model and size"},
        {"--frames", "F", "number of frames, 4k + 1", "Model and size"},
        {"--fps", "R", "frames a second of the clip; changes no pixel", "Model and size"},
        {"--steps", "N", "denoising steps", "Sampling"},
        {"--guidance", "G", "classifier-free guidance; 1 or less switches it off", "Sampling"},
        {"--shift", "S", "shift of the flow schedule", "Sampling"},
        {"--scheduler", "NAME", "unipc or euler", "Sampling"},
        {"--latents", "FILE", "begin from this noise (safetensors, `latents` [1, C, T, H, W], fp32)", "Sampling"},
        {"--attention", "MODE", "dense or ripple (dense; ripple where a preset or settings are given)", "TimeRipple"},
        {"--preset", "NAME", "Faithful, Balanced, Draft or one of your own", "TimeRipple"},
        {"--ripple", "JSON", "settings from a file, or the JSON text itself", "TimeRipple"},
        {"--changes", "JSON", "a list as in the recipe of a steered clip: from_step, attention, ripple",
         "TimeRipple"},
        {"--device", "NAME", "auto, cpu or cuda (auto)", "Machine"},
        {"--kernel", "NAME", "ripple on a GPU: auto, own, own-mma, own-norm-apart, libtorch, libtorch-padded, dense (auto)",
         "Machine"},
        {"--dtype", "TYPE", "fp32 or bf16 (fp32)", "Machine"},
        {"--threads", "N", "processor threads; 0 for all cores (0)", "Machine"},
        {"--vae-tiling", nullptr, "decode in tiles: less memory, a little slower", "Machine"},
    };
    const char* out_help =
        compare ? "both clips side by side: .mp4, .mkv, .mov, .webp, .gif, or a folder of PNG frames"
                : "the clip: .mp4 (H.264), .mkv (lossless), .mov (ProRes), .webp, .gif, or a folder of PNG "
                  "frames";
    options.push_back({"-o", "FILE", out_help, "Output"});
    options.push_back({"--crf", "Q", "quality of .mp4 from 0 (best) to 51 (18)", "Output"});
    options.push_back({"--save-frames", "PLACE",
                       compare ? "the two clips, as PLACE with -dense and -ripple: a folder, .mkv or .mp4"
                               : "8-bit frames, lossless: a folder of frame_00000.png ..., or a .mkv",
                       "Output"});
    options.push_back(
        {"--save-latents", "FILE",
         compare ? "the two final latents, as FILE with -dense and -ripple" : "final latents as safetensors",
         "Output"});
    options.push_back({"--stats", "FILE", "what was measured, per step, layer and head, as JSON", "Output"});
    if (!compare) {
        options.push_back(
            {"--checkpoints", "DIR", "save the run after each step there; the latest two are kept", "Checkpoints"});
        options.push_back(
            {"--resume", "FILE", "go on from a checkpoint, with its settings and the same bits", "Checkpoints"});
        options.push_back({"--fork", "FILE",
                           "go on from a checkpoint with other attention (--attention, --preset or --ripple)",
                           "Checkpoints"});
    }
    options.push_back(kJson);
    options.push_back(kHelp);
    return options;
}

// Some of the options of a run, as they are spelled there.
std::vector<Option> shared_options(std::vector<Option> first, std::initializer_list<std::string_view> names) {
    for (const auto& option : run_options(false)) {
        for (const auto name : names) {
            if (name == option.name) first.push_back(option);
        }
    }
    first.push_back(kJson);
    first.push_back(kHelp);
    return first;
}

std::vector<Option> calibrate_options() {
    return shared_options(
        {{"--budget-db", "DB", "least mean PSNR against dense, in dB: 38 faithful, 33 balanced, 29 draft", "Goal"},
         {"--savings", "SHARE", "or: least attention savings in steady steps, 0.75 for 75 %", "Goal"},
         {"--measure", "FILE", "or: no search, only the presets of this file measured anew, on this machine", "Goal"},
         {"--name", "NAME", "name of the preset (Calibrated)", "Goal"},
         {"--prompts", "FILE", "prompts to measure with, one a line (three examples of the model)", "Goal"},
         {"--work", "DIR", "keeps finished runs: go on later, or share them between processes", "Output"},
         {"-o", "FILE", "preset file, which is added to (your own presets, where the program finds it)", "Output"}},
        {"--model", "--width", "--height", "--frames", "--steps", "--guidance", "--shift", "--scheduler", "--seed",
         "--device", "--kernel", "--dtype", "--threads", "--vae-tiling"});
}

std::vector<Option> evaluate_options() {
    return shared_options(
        {{"--prompts", "FILE", "set of prompts as JSON (the held-out prompts of the model)", "What to measure"},
         {"--clips", "N", "only the first N prompts", "What to measure"},
         {"--large-clips", "N", "prompts for the best forms at 256 x 256; 0 for none (8)", "What to measure"},
         {"--timed-clips", "N", "speed-ups from the first N clips, made once more on the CPU; else from the runs themselves",
          "What to measure"},
         {"--time", "REPORT", "no search: the rows of this report.json timed on this machine (--timed-clips, 1)", "What to measure"},
         {"--verdicts", "FILE", "what the detector saw, to be taken into the report", "What to measure"},
         {"--work", "DIR", "keeps finished runs and clips: go on later, or share them between processes", "Output"},
         {"--report-only", nullptr, "make no run but those of --timed-clips: report what is there", "Output"},
         {"-o", "DIR", "folder for report.json, report.csv and report.html", "Output"}},
        {"--model", "--width", "--height", "--frames", "--steps", "--guidance", "--shift", "--scheduler", "--seed",
         "--device", "--kernel", "--dtype", "--threads"});
}

std::vector<Command> make_commands() {
    std::vector<Command> commands;
    commands.push_back(
        {"generate", "--prompt TEXT -o clip.mp4 [options]", "make a clip from a prompt",
         "Makes a clip. What is not said comes from the model (or from --recipe). Ctrl-C stops within a "
         "second and leaves\n"
         "nothing half-written; with --checkpoints the run goes on later with --resume. The whole recipe "
         "travels inside\nthe file.",
         run_options(false), 0, ""});
    commands.push_back({"compare", "--prompt TEXT [-o both.mp4] [options]",
                        "make a clip densely and with TimeRipple, and compare them",
                        "Makes the clip twice from the same noise, with dense attention and with TimeRipple, and "
                        "prints times, the three\n"
                        "savings, PSNR and SSIM. -o writes both side by side.",
                        run_options(true), 0, ""});
    commands.push_back({"calibrate", "--budget-db DB [options]",
                        "find settings that keep a quality budget, and make a preset of them",
                        "Makes a few clips densely and with many settings from the same noise, and writes the fastest "
                        "settings that keep\n"
                        "the budget as a preset for this model, size, frames and steps, with everything that was "
                        "measured. With --work an\n"
                        "interrupted search goes on where it was, and several processes share the runs.",
                        calibrate_options(), 0, ""});
    commands.push_back({"evaluate", "--work DIR -o DIR [options] | --time REPORT -o DIR",
                        "measure every form of the method on held-out prompts, as one report",
                        "Makes the same clips densely and with every form at set savings (128 x 128, 50 steps unless "
                        "said), finds the\n"
                        "thresholds for them, and writes what was measured as JSON, CSV and a page. Processes that are "
                        "given the same --work\n"
                        "share the runs; an interrupted evaluation goes on where it was.",
                        evaluate_options(), 0, ""});
    commands.push_back(
        {"attention",
         "--qkv in.safetensors --grid T,Y,X -o out.safetensors",
         "run one form of reuse on given tensors, for researchers",
         "Reads q, k, v [heads, N, D] of any float type, runs attention with reuse, and writes the output, how every "
         "token\n"
         "was obtained, the root of every token, and what was saved. Documented in app/README.md.",
         {{"--qkv", "FILE", "safetensors with q, k and v, after qk-norm and RoPE", "What to run"},
          {"--grid", "T,Y,X", "frames, rows and columns of video tokens", "What to run"},
          {"--text-before", "N", "rows of text before the video tokens (0)", "What to run"},
          {"--text-behind", "N", "rows of text behind them (0)", "What to run"},
          {"--settings", "JSON", "ripple settings from a file, or the JSON text itself", "What to run"},
          {"--theta", "T", "threshold (theta_max of the settings)", "What to run"},
          {"--reference", nullptr, "also from the definition in fp64, slowly; written as `reference`", "What to run"},
          {"--threads", "N", "processor threads; 0 for all cores (0)", "Machine"},
          {"-o", "FILE", "out.safetensors", "Output"},
          kJson,
          kHelp},
         0,
         ""});
    commands.push_back(
        {"inspect",
         "PATH",
         "say what a file or folder is, whether it fits, what is missing",
         "Looks at names, shapes and configs only; nothing is loaded. Exit code 0 if this program can run it, else 1.",
         {kJson, kHelp},
         1,
         "the path of a model folder or a file"});
    commands.push_back({"devices",
                        "",
                        "list the devices that can be used",
                        "Opens the engine and lists what it finds.",
                        {kJson, kHelp},
                        0,
                        ""});
    commands.push_back({"recipe",
                        "CLIP",
                        "print the recipe in a clip",
                        "Reads the recipe from an .mp4, .mkv, .png or .json file and prints it as JSON.",
                        {{"--command", nullptr, "print it as a command line instead", "Other"}, kHelp},
                        1,
                        "the path of a clip"});
    return commands;
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.resize(width, ' ');
    return text;
}

}  // namespace

const std::vector<Command>& all_commands() {
    static const std::vector<Command> commands = make_commands();
    return commands;
}

const Command& command_named(const std::string& name) {
    for (const auto& command : all_commands()) {
        if (name == command.name) return command;
    }
    return all_commands().front();
}

std::string general_help() {
    std::string text =
        "TimeRipple generates video from text with open diffusion transformers, and fast.\n\n"
        "Usage: timeripple COMMAND [options]\n\nCommands:\n";
    for (const auto& command : all_commands())
        text += "  " + padded(command.name, 12) + command.summary + "\n";
    text +=
        "\n  timeripple COMMAND --help   its options\n"
        "  timeripple --version        version, commit and build\n\n"
        "Example:\n  timeripple generate --prompt \"a large orange fish moves left in dark water\" -o clip.mp4\n\n"
        "Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted.\n";
    return text;
}

std::string command_help(const Command& command) {
    std::string text = std::string("Usage: timeripple ") + command.name + (command.usage[0] ? " " : "") +
                       command.usage + "\n\n" + command.text + "\n";
    std::string group;
    for (const auto& option : command.options) {
        if (group != option.group) {
            group = option.group;
            text += "\n" + group + ":\n";
        }
        std::string left = std::string("  ") + option.name;
        if (option.placeholder) left += std::string(" ") + option.placeholder;
        text += padded(left, 24) + option.help + "\n";
    }
    return text;
}

}  // namespace timeripple::cli
