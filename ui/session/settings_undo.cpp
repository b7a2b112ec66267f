#include "ui/session/settings_undo.h"

#include <QPointer>
#include <QStringList>
#include <QUndoCommand>

namespace timeripple::ui {

QString nameOfChange(const engine::GenerationRequest& a, const engine::GenerationRequest& b) {
    if (a == b) return {};
    QStringList names;
    auto note = [&names](bool differs, const QString& name) {
        if (differs) names << name;
    };
    note(a.prompt != b.prompt, SettingsUndo::tr("prompt"));
    note(a.negative_prompt != b.negative_prompt, SettingsUndo::tr("without"));
    note(a.width != b.width || a.height != b.height, SettingsUndo::tr("size"));
    note(a.frames != b.frames, SettingsUndo::tr("frames"));
    note(a.steps != b.steps, SettingsUndo::tr("steps"));
    note(a.guidance_scale != b.guidance_scale, SettingsUndo::tr("guidance"));
    note(a.seed != b.seed, SettingsUndo::tr("seed"));
    note(a.attention != b.attention || a.ripple != b.ripple || a.preset_name != b.preset_name, SettingsUndo::tr("attention"));
    return names.size() == 1 ? names.first() : SettingsUndo::tr("several settings");
}

namespace {

constexpr int kStepId = 0x5e77;  // only steps of settings join

}  // namespace

class SettingsUndo::Step final : public QUndoCommand {
  public:
    Step(SettingsUndo* owner, engine::GenerationRequest before, engine::GenerationRequest after, bool joins)
        : QUndoCommand(nameOfChange(before, after)), owner_(owner), before_(std::move(before)), after_(std::move(after)), joins_(joins) {}

    void undo() override { show(before_); }
    // The first call comes with the push: the panel shows it already.
    void redo() override {
        if (std::exchange(done_, true)) show(after_);
    }
    int id() const override { return kStepId; }
    bool mergeWith(const QUndoCommand* next) override {
        const auto* step = static_cast<const Step*>(next);
        if (!step->joins_ || nameOfChange(before_, step->after_) != text()) return false;
        after_ = step->after_;
        return true;
    }

  private:
    void show(const engine::GenerationRequest& request) {
        if (!owner_) return;  // the stack may outlive a window
        owner_->applying_ = true;
        owner_->current_ = request;
        owner_->apply_(request);
        owner_->applying_ = false;
        owner_->since_edit_.invalidate();
    }

    QPointer<SettingsUndo> owner_;
    engine::GenerationRequest before_, after_;
    bool joins_;
    bool done_ = false;
};

SettingsUndo::SettingsUndo(std::function<void(const engine::GenerationRequest&)> apply, QObject* parent)
    : QObject(parent), apply_(std::move(apply)) {
    own_.setUndoLimit(kMostSteps);
}

void SettingsUndo::begin(const engine::GenerationRequest& now) {
    current_ = now;
    since_edit_.invalidate();
    stack_->clear();
}

void SettingsUndo::quietly(const std::function<void()>& change) {
    const bool before = std::exchange(applying_, true);
    change();
    applying_ = before;
    since_edit_.invalidate();
}

void SettingsUndo::separate() { since_edit_.invalidate(); }

void SettingsUndo::record(const engine::GenerationRequest& now) {
    if (applying_) {
        current_ = now;
        return;
    }
    if (now == current_) return;
    const bool joins = since_edit_.isValid() && since_edit_.elapsed() < kStepMs;
    since_edit_.start();
    const engine::GenerationRequest before = std::exchange(current_, now);
    stack_->push(new Step(this, before, now, joins));
}

}  // namespace timeripple::ui
