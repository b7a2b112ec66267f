// Measuring settings against dense runs: jobs of the engine thread that tell their progress as they go.
#include "ui/session/generation_session.h"
#include "ui/session/session_guard.h"

namespace timeripple::ui {

// Values only; each is posted to the GUI thread under the job's id.
class GenerationSession::MeasuringObserver final : public engine::CalibrationObserver {
  public:
    MeasuringObserver(GenerationSession* session, JobId id) : session_(session), id_(id) {}

    void on_point(const engine::SettingsPoint& point) override {
        post([session = session_, id = id_, point] { Q_EMIT session->settingsMeasured(id, point); });
    }
    void on_progress(int done, int total, double remaining_seconds) override {
        post([session = session_, id = id_, done, total, remaining_seconds] {
            Q_EMIT session->measuringProgressed(id, done, total, remaining_seconds);
        });
    }

  private:
    template <typename Tell>
    void post(Tell tell) {
        QMetaObject::invokeMethod(
            session_,
            [session = session_, id = id_, tell] {
                const auto job = session->jobs_.find(id);
                if (job != session->jobs_.end() && !job->second.cancelled) tell();
            },
            Qt::QueuedConnection);
    }

    GenerationSession* session_;
    JobId id_;
};

template <typename T, typename Call, typename Answer>
JobId GenerationSession::postMeasuring(Call call, Answer answer) {
    const JobId id = addJob();
    engine_thread_.post([this, id, call = std::move(call), answer = std::move(answer), stop = jobs_.at(id).stop.get_token()] {
        auto result = guarded<T>([&]() -> engine::Result<T> {
            if (stop.stop_requested()) return engine::Error{engine::ErrorCode::Cancelled, "Cancelled.", {}};
            auto opened = openedEngine();
            if (!opened) return opened.error();
            MeasuringObserver observer(this, id);
            return call(**opened, observer, stop);
        });
        answerLater(id, [this, id, answer, result = std::move(result)] {
            if (result) {
                answer(id, *result);
            } else {
                Q_EMIT jobFailed(id, result.error());
            }
        });
    });
    return id;
}

JobId GenerationSession::calibrate(const engine::CalibrationRequest& request) {
    return postMeasuring<engine::RipplePreset>(
        [request](engine::Engine& engine, engine::CalibrationObserver& observer, std::stop_token stop)
            -> engine::Result<engine::RipplePreset> {
            auto preset = engine::calibrate(engine, request, observer, stop);
            if (!preset) return preset;
            preset->name = engine::free_preset_name(*preset);
            if (auto saved = engine::save_preset(*preset); !saved) return saved.error();
            return preset;
        },
        [this](JobId id, const engine::RipplePreset& preset) { Q_EMIT calibrated(id, preset); });
}

JobId GenerationSession::sweep(const engine::SweepRequest& request) {
    return postMeasuring<std::vector<engine::SettingsPoint>>(
        [request](engine::Engine& engine, engine::CalibrationObserver& observer, std::stop_token stop) {
            return engine::sweep(engine, request, observer, stop);
        },
        [this](JobId id, const std::vector<engine::SettingsPoint>&) { Q_EMIT sweepFinished(id); });
}

}  // namespace timeripple::ui
