#include "ui/pages/run_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/curve_view.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/layer_head_map.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/scale_bar.h"
#include "ui/widgets/step_layer_map.h"

namespace timeripple::ui {
namespace {

constexpr int kHeight = 132;
constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

QVBoxLayout* titled(QWidget* title, QWidget* view) {
    auto* column = new QVBoxLayout;
    column->setSpacing(kSpaceSmall);
    column->addWidget(title);
    column->addWidget(view, 1);
    return column;
}

}  // namespace

RunStrip::RunStrip(QWidget* parent) : QWidget(parent) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    step_map_ = new StepLayerMap(this);
    head_map_ = new LayerHeadMap(this);
    step_times_ = new CurveView(tr("Time of every step"), secondsText, this);
    auto* head = new QWidget(this);
    auto* head_row = new QHBoxLayout(head);
    head_row->setContentsMargins(0, 0, 0, 0);
    auto* title = new ElidedLabel(tr("Attention saved, by layer (rows) and step"), head);
    title->setProperty("role", "caption");
    head_row->addWidget(title, 1);
    head_row->addWidget(new ScaleBar(tr("0 %"), tr("100 %"), head));
    auto* by_head = new ElidedLabel(tr("… and head"), this);
    by_head->setProperty("role", "caption");
    by_head->setToolTip(tr("Attention saved in the step on show, by layer (rows) and head (columns)"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpaceLarge, kSpace, kSpaceLarge, kSpace);
    row->setSpacing(kSpaceLarge);
    row->addLayout(titled(head, step_map_), 8);
    row->addLayout(titled(by_head, head_map_), 2);
    row->addLayout(titled(makeLabel(tr("Step time, s"), "caption", this), step_times_), 5);
    setFixedHeight(kHeight);

    connect(step_map_, &StepLayerMap::chosen, this, &RunStrip::stepChosen);
    connect(head_map_, &LayerHeadMap::chosen, this, &RunStrip::headChosen);
    connect(step_times_, &CurveView::indexClicked, this, [this](int index) { Q_EMIT stepChosen(index + 1, layer_); });
}

void RunStrip::show(const RunRecord& run, int step, bool pinned, int layer, int head) {
    layer_ = layer;
    step_map_->setSteps(run.steps, run.request.steps, run.layers());
    step_map_->setChosen(step, layer);
    // Beside a finished clip: the last step that reused, as the map shows it.
    const auto found = std::find_if(run.steps.rbegin(), run.steps.rend(),
                                    [step](const auto& s) { return step > 0 ? s.step == step : !s.dense; });
    head_map_->setStep(found != run.steps.rend() ? &*found : run.steps.empty() ? nullptr : &run.steps.back());
    head_map_->setChosen(layer, head);

    // By step: a run that went on from a checkpoint did not measure the first ones.
    std::vector<double> times(run.steps.empty() ? 0 : std::size_t(std::max(0, run.steps.back().step)), kNotMeasured);
    for (const auto& stats : run.steps) {
        if (stats.step >= 1 && stats.step <= int(times.size())) times[std::size_t(stats.step) - 1] = stats.seconds;
    }
    step_times_->setValues(std::move(times), run.request.steps);
    step_times_->setCursorAt(pinned ? step - 1 : -1);
    const RunSavings savings = run.savings();
    const bool ripple = savings.ripple_step_seconds > 0;
    step_times_->setLevel(ripple && savings.dense_step_seconds > 0 ? std::optional(savings.dense_step_seconds) : std::nullopt);
    if (run.steps.empty()) {
        step_times_->setNote({});
    } else if (ripple && savings.dense_step_seconds <= 0) {
        step_times_->setNote(secondsText(savings.ripple_step_seconds));
    } else if (ripple) {
        step_times_->setNote(tr("%1, dense %2").arg(secondsText(savings.ripple_step_seconds), secondsText(savings.dense_step_seconds)));
    } else {
        step_times_->setNote(tr("dense %1").arg(secondsText(savings.dense_step_seconds)));
    }
}

}  // namespace timeripple::ui
