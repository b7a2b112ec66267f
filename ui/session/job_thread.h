#pragma once
// One long-lived thread that works through closures in order. The engine lives on one of these, reading, measuring and
// exporting files on another; the GUI thread never waits for either except when the program ends.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace timeripple::ui {

class JobThread {
  public:
    using Job = std::function<void()>;

    // `on_exit` runs on the thread after the last job: the place to destroy what lives there.
    explicit JobThread(Job on_exit = {})
        : on_exit_(std::move(on_exit)), thread_([this](std::stop_token stop) { run(stop); }) {}
    // Jobs that have not begun are dropped; the running one is waited for (stop it first).
    ~JobThread() { finish(); }
    JobThread(const JobThread&) = delete;
    JobThread& operator=(const JobThread&) = delete;

    void post(Job job) {
        {
            std::scoped_lock lock(mutex_);
            jobs_.push_back(std::move(job));
        }
        wake_.notify_one();
    }

    // Works through everything that was posted, then ends.
    void drain() {
        post([this] { thread_.request_stop(); });
        if (thread_.joinable()) thread_.join();
    }

    void finish() {
        thread_.request_stop();
        if (thread_.joinable()) thread_.join();
    }

  private:
    void run(std::stop_token stop) {
        for (;;) {
            Job job;
            {
                std::unique_lock lock(mutex_);
                wake_.wait(lock, stop, [this] { return !jobs_.empty(); });
                if (stop.stop_requested()) break;
                job = std::move(jobs_.front());
                jobs_.pop_front();
            }
            job();
        }
        if (on_exit_) on_exit_();
    }

    Job on_exit_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Job> jobs_;
    std::jthread thread_;  // last: starts when everything above stands
};

}  // namespace timeripple::ui
