#pragma once
// Independent tasks over LibTorch's threads.

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <atomic>

namespace timeripple::engine {

// body(0) .. body(count - 1), each taken by the next free thread. Calls into LibTorch from inside stay on their thread.
template <typename Body>
void run_tasks(int count, const Body& body) {
    std::atomic<int> next{0};
    const int workers = std::min(at::get_num_threads(), count);
    at::parallel_for(0, workers, 1, [&](std::int64_t, std::int64_t) {
        const c10::InferenceMode inference;
        for (int task = next++; task < count; task = next++) {
            body(task);
        }
    });
}

}  // namespace timeripple::engine
