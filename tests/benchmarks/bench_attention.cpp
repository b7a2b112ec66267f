// Dense attention of LibTorch against ripple attention with everything it costs, in one process, alternating, medians.
// Prints three numbers that must never be mixed: score savings (the paper's estimate), attention savings (multiply-adds
// left out), measured speed-up (wall-clock). Usage: bench_attention [--repeats N] [--threads N] [--dtype fp32|bf16]
// [--size NAME]

#include "engine/api/engine.h"
#include "engine/attention/run_recorder.h"
#include "kernels/api/reuse_cpu.h"
#include "kernels/reuse/link_decision.h"
#include "tests/support/smooth_tokens.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace timeripple::engine;
using timeripple::kernels::TokenGrid;

namespace {

struct Size {
    const char* name;
    TokenGrid grid;
    int heads;
    int head_dim;
};
constexpr Size kSizes[] = {
    {"2304x4x64", {9, 16, 16}, 4, 64}, {"8190x12x64", {13, 21, 30}, 12, 64}, {"8190x12x128", {13, 21, 30}, 12, 128}};
constexpr double kTargets[] = {0.50, 0.75, 0.85};

struct Qkv {
    at::Tensor q, k, v;  // [1, heads, N, head_dim], rows of all heads side by side as the model gives them
};

struct Case {
    std::string name;
    double theta = 0.0;
    Qkv in;
};

struct Timing {
    double seconds = 0.0;
    double overhead = 0.0;
    double score_savings = 0.0;
    double attention_savings = 0.0;
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string processor_name() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.rfind("model name", 0) == 0) {
            return line.substr(line.find(':') + 2);
        }
    }
    return "unknown processor";
}

at::Tensor smooth(const Size& size, unsigned seed, at::ScalarType type) {
    at::Tensor result = at::empty({1, size.grid.tokens(), size.heads, size.head_dim}, at::kFloat);
    for (int head = 0; head < size.heads; ++head) {
        auto values = timeripple::testing::smooth_tokens(size.grid, size.head_dim, 0.3, seed + 10 * head);
        result.select(2, head).copy_(at::from_blob(values.data(), {1, size.grid.tokens(), size.head_dim}, at::kDouble));
    }
    return result.to(type).transpose(1, 2);
}

// Rows that equal an even neighbour exactly with probability `share` and are unlike anything else otherwise: links
// without any smoothness of place, the worst pattern for gathering.
at::Tensor scattered_links(const Size& size, double share, unsigned seed, at::ScalarType type) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform;
    at::Tensor result = at::randn({1, size.grid.tokens(), size.heads, size.head_dim});
    for (int head = 0; head < size.heads; ++head) {
        const at::Tensor rows = result.select(2, head)[0];
        for (int token = 0; token < size.grid.tokens(); ++token) {
            int axis = int(random() % 3);
            for (int tries = 0; tries < 3 && !timeripple::kernels::has_even_neighbour(size.grid, token, axis);
                 ++tries) {
                axis = (axis + 1) % 3;
            }
            if (timeripple::kernels::has_even_neighbour(size.grid, token, axis) && uniform(random) < share) {
                rows[token].copy_(rows[token - size.grid.stride(axis)]);
            }
        }
    }
    return result.to(type).transpose(1, 2);
}

std::unique_ptr<RunAttention> attention_at(const Size& size, double theta) {
    RippleSettings settings;
    settings.schedule.theta_min = settings.schedule.theta_max = theta;
    settings.schedule.i_min = 1;
    settings.schedule.i_max = 2;
    return make_ripple_attention(settings, 1, size.heads, size.grid, size.head_dim);
}

// One ripple call with all it takes: step bookkeeping, statistics and the map included. The object lives on, as in a
// run.
Timing ripple(const Size& size, const Qkv& in, const std::unique_ptr<RunAttention>& attention) {
    AttentionCall call;
    call.step = 3;
    call.steps = 10;
    call.grid = size.grid;
    const double start = now();
    attention->begin_step(call.step, call.steps);
    const at::Tensor out = attention->forward(in.q, in.k, in.v, call, {});
    const auto [stats, map] = attention->end_step();
    Timing timing;
    timing.seconds = now() - start;
    // Whatever is not inside forward() is overhead too.
    timing.overhead = timing.seconds - stats.layers[0].attention_seconds + stats.layers[0].overhead_seconds;
    timing.score_savings = stats.score_savings();
    timing.attention_savings = stats.attention_savings();
    return timing;
}

double dense(const Qkv& in) {
    const double start = now();
    const at::Tensor out = at::scaled_dot_product_attention(in.q, in.k, in.v);
    return now() - start;
}

// Attention savings at a threshold, by counting groups alone.
double savings_at(const Size& size, const Qkv& in, double theta) {
    using namespace timeripple::kernels;
    double savings = 0.0;
    TokenGroups groups;
    for (int head = 0; head < size.heads; ++head) {
        double unique = 1.0;
        for (const at::Tensor& rows : {in.q, in.k}) {
            SideInput<float> side;
            const at::Tensor of_head = rows[0][head].to(at::kFloat).contiguous();
            side.rows = {of_head.data_ptr<float>(), size.head_dim};
            side.channels = size.head_dim;
            side.grid = size.grid;
            std::fill_n(side.rule.squared_theta, timeripple::kernels::kAxes, static_cast<float>(theta * theta));
            find_groups(side, groups);
            unique *= static_cast<double>(groups.size()) / size.grid.tokens();
        }
        savings += (1.0 - unique) / size.heads;
    }
    return savings;
}

// Threshold at which the attention savings come out nearest to the target.
double find_theta(const Size& size, const Qkv& in, double target) {
    double low = 0.0;
    double high = 4.0;
    for (int i = 0; i < 18; ++i) {
        const double middle = (low + high) / 2;
        (savings_at(size, in, middle) < target ? low : high) = middle;
    }
    return high;
}

void bench(const Size& size, at::ScalarType type, int repeats) {
    const double products = double(size.grid.tokens()) * size.grid.tokens();
    const double flop = 4.0 * products * size.head_dim * size.heads;
    std::printf("\n%s: grid %d x %d x %d = %d tokens, %d heads x %d\n", size.name, size.grid.frames, size.grid.height,
                size.grid.width, size.grid.tokens(), size.heads, size.head_dim);
    std::vector<Case> cases;
    const Qkv smooth_in{smooth(size, 1, type), smooth(size, 2, type), smooth(size, 3, type)};
    for (const double target : kTargets) {
        cases.push_back({"smooth", find_theta(size, smooth_in, target), smooth_in});
    }
    for (const double target : kTargets) {
        // u = 1 - 7/8 share for an even grid: 7 of 8 tokens have an even neighbour.
        const double share = (1.0 - std::sqrt(1.0 - target)) * 8.0 / 7.0;
        cases.push_back(
            {"scattered",
             1e-3,
             {scattered_links(size, share, 11, type), scattered_links(size, share, 12, type), smooth_in.v}});
    }
    std::vector<std::unique_ptr<RunAttention>> attentions;
    for (const Case& c : cases) {
        attentions.push_back(attention_at(size, c.theta));
    }
    std::vector<double> dense_seconds;
    std::vector<std::vector<Timing>> timings(cases.size());
    for (int r = 0; r <= repeats; ++r) {  // round 0 warms up
        const double d = dense(smooth_in);
        if (r > 0) {
            dense_seconds.push_back(d);
        }
        for (std::size_t c = 0; c < cases.size(); ++c) {
            const Timing t = ripple(size, cases[c].in, attentions[c]);
            if (r > 0) {
                timings[c].push_back(t);
            }
        }
    }
    const double dense_median = median(dense_seconds);
    std::printf("  dense  %9.2f ms  %6.1f GFLOP/s\n", 1e3 * dense_median, 1e-9 * flop / dense_median);
    std::printf("  %-10s %8s | %13s %17s | %10s %16s | %10s %9s %9s\n", "links", "theta", "score savings",
                "attention savings", "ripple ms", "measured speed-up", "overhead", "of dense", "of ripple");
    for (std::size_t c = 0; c < cases.size(); ++c) {
        std::vector<double> seconds, overhead;
        for (const Timing& t : timings[c]) {
            seconds.push_back(t.seconds);
            overhead.push_back(t.overhead);
        }
        const double s = median(seconds);
        const double o = median(overhead);
        std::printf("  %-10s %8.4f | %12.1f%% %16.1f%% | %10.2f %15.2fx | %7.2f ms %8.2f%% %8.2f%%\n",
                    cases[c].name.c_str(), cases[c].theta, 100 * timings[c][0].score_savings,
                    100 * timings[c][0].attention_savings, 1e3 * s, dense_median / s, 1e3 * o, 100 * o / dense_median,
                    100 * o / s);
    }
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    int repeats = 7;
    int threads = 0;
    at::ScalarType type = at::kFloat;
    std::string only;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        const std::string value = argv[i + 1];
        if (option == "--repeats") {
            repeats = std::max(1, std::atoi(value.c_str()));
        } else if (option == "--threads") {
            threads = std::atoi(value.c_str());
        } else if (option == "--dtype") {
            type = value == "bf16" ? at::kBFloat16 : at::kFloat;
        } else if (option == "--size") {
            only = value;
        } else {
            std::fprintf(stderr, "Unknown option %s. Known: --repeats, --threads, --dtype fp32|bf16, --size.\n",
                         argv[i]);
            return 2;
        }
    }
    const c10::InferenceMode guard;
    if (threads > 0) {
        at::set_num_threads(threads);
    }
    at::manual_seed(1);
    std::printf("%s\n%s, %d threads, %s, median of %d, dense and ripple alternating in one process\n",
                version_text().c_str(), processor_name().c_str(), at::get_num_threads(),
                type == at::kFloat ? "fp32" : "bf16", repeats);
    for (const Size& size : kSizes) {
        if (only.empty() || only == size.name) {
            bench(size, type, repeats);
        }
    }
    return 0;
}
