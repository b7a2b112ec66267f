#include "ui/docks/run_panel.h"

#include <QComboBox>
#include <QFile>
#include <QGridLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSlider>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <unistd.h>

#include "ui/models/job_queue_model.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/origin_legend.h"
#include "ui/widgets/panel_scroll.h"
#include "ui/widgets/scale_bar.h"

namespace timeripple::ui {
namespace {

constexpr int kSmallestWidth = 236;
constexpr int kLabelWidth = 88;
constexpr int kBarSteps = 1000;
constexpr int kSecondMs = 1000;

QLabel* addNumber(QGridLayout* grid, const QString& name, const QString& tip) {
    const int row = grid->rowCount();
    auto* label = makeLabel(name, "label");
    auto* value = makeLabel(QStringLiteral("–"), "value");
    value->setAlignment(Qt::AlignRight);
    label->setToolTip(tip);
    value->setToolTip(tip);
    grid->addWidget(label, row, 0);
    grid->addWidget(value, row, 1);
    return value;
}

QComboBox* addChoice(QGridLayout* grid, const QString& name, const QString& tip) {
    const int row = grid->rowCount();
    auto* box = new QComboBox;
    box->setMinimumWidth(60);
    auto* label = makeLabel(name, "label");
    label->setFixedWidth(kLabelWidth);
    label->setBuddy(box);
    box->setAccessibleName(QObject::tr("Show: %1").arg(name));
    box->setToolTip(tip);
    grid->addWidget(label, row, 0);
    grid->addWidget(box, row, 1);
    return box;
}

// Where the run is, and what is still to come, phase by phase: two lines.
QString phasesText(const RunRecord& run) {
    QString text = run.paused ? RunPanel::tr("Paused after step %1").arg(run.steps.empty() ? 0 : run.steps.back().step)
                              : phaseText(run.progress);
    const QString elapsed = RunPanel::tr("%1 so far").arg(durationText(run.elapsedSeconds()));
    const double denoising = std::min(run.denoisingLeft(), run.progress.remaining_seconds);  // parts of what stands above
    if (run.progress.phase != engine::Phase::Denoising || denoising < 0) return text + QLatin1Char('\n') + elapsed;
    text += QStringLiteral(" · ") + durationText(denoising);
    QStringList parts;
    const double rest = run.progress.remaining_seconds - denoising;
    if (rest >= 0.5) parts << RunPanel::tr("decoding %1").arg(durationText(rest));
    parts << elapsed;
    return text + QLatin1Char('\n') + parts.join(QStringLiteral(" · "));
}

}  // namespace

double residentBytes() {
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) return 0.0;
    const QByteArrayList fields = file.readAll().split(' ');
    return fields.size() < 2 ? 0.0 : fields[1].toDouble() * double(sysconf(_SC_PAGESIZE));
}

RunPanel::RunPanel(QWidget* parent) : QWidget(parent) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    auto* content = new QWidget(this);
    content->setProperty("surface", "panel");
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(kSpaceLarge, kSpaceLarge, kSpaceLarge, kSpaceSmall);
    column->setSpacing(kSpaceSmall);

    column->addWidget(makeHeading(tr("This run"), this));
    time_ = makeLabel(tr("Ready"), "big", this);
    phase_ = makeLabel(QString(), "label", this);
    phase_->setWordWrap(true);
    phase_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    phase_->setMinimumHeight(2 * QFontMetrics(phase_->font()).lineSpacing());  // what stands below does not move when a run begins
    bar_ = new QProgressBar(this);
    bar_->setRange(0, kBarSteps);
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Progress of this run"));
    column->addWidget(time_);
    column->addWidget(phase_);
    column->addSpacing(kSpaceSmall);
    column->addWidget(bar_);
    column->addSpacing(kSpace);
    auto* numbers = new QGridLayout;
    numbers->setVerticalSpacing(kSpaceSmall);
    numbers->setColumnStretch(0, 1);
    score_ = addNumber(numbers, tr("Score savings"), tr("The paper's estimate: partial scores that were not computed, run average"));
    attention_ = addNumber(numbers, tr("Attention savings"),
                           tr("Multiply-adds of attention that were really left out, run average"));
    measured_ = addNumber(numbers, tr("Step, measured"),
                          tr("Wall clock: median dense step divided by median accelerated step of this run or its dense twin"));
    step_times_ = addNumber(numbers, tr("Reuse / dense"), tr("Median wall-clock time of an accelerated and of a dense step of this run"));
    memory_ = addNumber(numbers, tr("Memory"), tr("Resident memory of this program"));
    column->addLayout(numbers);
    column->addSpacing(kSpace);
    cancel_ = new QPushButton(tr("Cancel"), this);
    cancel_->setAccessibleName(tr("Cancel this run"));
    cancel_->setToolTip(tr("Stop the run; the model stays loaded (Esc)"));
    pause_ = new QPushButton(tr("Pause"), this);
    pause_->setToolTip(tr("Let the run stand after this step, or go on (P)"));
    dense_ = new QPushButton(tr("Go dense"), this);
    dense_->setToolTip(tr("Compute every token from the next step on; nothing is lost (Ctrl+Shift+D)"));
    fork_ = new QPushButton(tr("Fork here"), this);
    fork_->setToolTip(tr("Two more runs from the latents as they are now, dense and accelerated, to be compared (Ctrl+Shift+F)"));
    for (QPushButton* button : {cancel_, pause_, dense_, fork_}) button->setEnabled(false);
    auto* buttons = new QGridLayout;
    buttons->setSpacing(kSpace);
    for (QPushButton* button : {pause_, cancel_, dense_, fork_}) {
        button->setMinimumWidth(60);  // the panel may be narrow
        button->setProperty("narrow", true);
    }
    buttons->setColumnStretch(0, 1);
    buttons->setColumnStretch(1, 1);
    buttons->addWidget(pause_, 0, 0);
    buttons->addWidget(cancel_, 0, 1);
    buttons->addWidget(dense_, 1, 0);
    buttons->addWidget(fork_, 1, 1);
    column->addLayout(buttons);
    connect(pause_, &QPushButton::clicked, this, [this] { Q_EMIT pauseRequested(run_ && run_->control && !run_->control->paused()); });
    connect(dense_, &QPushButton::clicked, this, &RunPanel::denseRequested);
    connect(fork_, &QPushButton::clicked, this, &RunPanel::forkRequested);

    column->addSpacing(kSpace);
    column->addWidget(makeHeading(tr("Legend"), this));
    legend_ = new OriginLegend(this);
    column->addWidget(legend_);
    scale_ = new ScaleBar({}, {}, this);
    scale_->hide();
    column->addWidget(scale_);

    column->addSpacing(kSpace);
    column->addWidget(makeHeading(tr("Show"), this));
    auto* choices = new QGridLayout;
    choices->setVerticalSpacing(kSpaceSmall);
    choices->setColumnStretch(1, 1);
    map_ = addChoice(choices, tr("Map"), tr("How each token was obtained, how often it was reused, how many share its value, or its Delta"));
    map_->addItems({tr("Origin"), tr("Reused share"), tr("Merged count"), tr("Delta")});  // in the order of MapKind
    step_ = addChoice(choices, tr("Step"), tr("The step that preview and map show"));
    layer_ = addChoice(choices, tr("Layer"), tr("One transformer block, or the mean of all"));
    head_ = addChoice(choices, tr("Head"), tr("One attention head, or the mean of all"));
    side_ = addChoice(choices, tr("Of"), tr("Queries and keys are decided apart"));
    side_->addItems({tr("Keys"), tr("Queries")});
    place_ = addChoice(choices, tr("Place"), tr("The map beside the preview or over it"));
    place_->addItems({tr("Beside"), tr("Over")});
    column->addLayout(choices);
    opacity_ = new QSlider(Qt::Horizontal, this);
    opacity_->setRange(0, 100);
    opacity_->setValue(60);
    opacity_->setAccessibleName(tr("Opacity of the map over the preview"));
    opacity_->setToolTip(opacity_->accessibleName());
    opacity_->hide();
    column->addWidget(opacity_);
    column->addStretch(1);

    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(new PanelScroll(content, kSmallestWidth, this));

    connect(cancel_, &QPushButton::clicked, this, &RunPanel::cancelRequested);
    for (QComboBox* box : {map_, layer_, head_, side_}) {
        connect(box, &QComboBox::currentIndexChanged, this, [this] { readSelection(); });
    }
    connect(step_, &QComboBox::currentIndexChanged, this, [this] {
        if (!updating_) Q_EMIT stepChosen(step());
    });
    connect(place_, &QComboBox::currentIndexChanged, this, [this](int place) {
        opacity_->setVisible(place == 1);
        Q_EMIT placeChanged();
    });
    connect(opacity_, &QSlider::valueChanged, this, &RunPanel::placeChanged);
    connect(legend_, &OriginLegend::filterChanged, this, [this] { readSelection(); });
    second_timer_ = new QTimer(this);
    second_timer_->setInterval(kSecondMs);
    connect(second_timer_, &QTimer::timeout, this, &RunPanel::refreshMemory);
    connect(second_timer_, &QTimer::timeout, this, &RunPanel::refreshTime);
    second_timer_->start();
    rebuildChoices();
    refreshMemory();
}

void RunPanel::refreshMemory() { memory_->setText(bytesText(residentBytes())); }

// A step may take minutes; the time does not stand still meanwhile.
void RunPanel::refreshTime() {
    if (!run_ || !run_->running) return;
    const double left = run_->progress.remaining_seconds;
    time_->setText(left >= 0 ? tr("%1 left").arg(durationText(left)) : durationText(run_->elapsedSeconds()));
    phase_->setText(phasesText(*run_));
}

void RunPanel::showRun(const RunRecordPtr& run) {
    run_ = run;
    refresh();
}

void RunPanel::setGoesOn(bool on) {
    goes_on_ = on;
    refresh();
}

void RunPanel::rebuildChoices() {
    const int layers = run_ ? run_->layers() : 0;
    const int heads = run_ ? run_->heads() : 0;
    const int steps = run_ ? run_->lastPreviewStep() : 0;
    updating_ = true;
    auto fill = [](QComboBox* box, const QString& first, int count, int of) {
        if (box->count() == 0) box->addItem(first);
        while (box->count() > count + 1) box->removeItem(box->count() - 1);
        for (int i = box->count(); i <= count; ++i) box->addItem(tr("%1 of %2").arg(i).arg(of));
    };
    if (layer_->count() != layers + 1) fill(layer_, tr("All"), 0, 0);
    if (head_->count() != heads + 1) fill(head_, tr("All"), 0, 0);
    fill(layer_, tr("All"), layers, layers);
    fill(head_, tr("All"), heads, heads);
    const int of = run_ ? run_->request.steps : 0;
    if (step_->count() > 1 && step_->itemText(1) != tr("%1 of %2").arg(1).arg(of)) fill(step_, tr("Latest"), 0, of);
    fill(step_, tr("Latest"), steps, of);
    updating_ = false;
}

void RunPanel::readSelection() {
    if (updating_) return;
    selection_.kind = MapKind(map_->currentIndex());
    selection_.layer = layer_->currentIndex() - 1;
    selection_.head = head_->currentIndex() - 1;
    selection_.side = side_->currentIndex() == 1 ? engine::Side::Query : engine::Side::Key;
    selection_.shown = legend_->shown();
    Q_EMIT selectionChanged();
}

void RunPanel::setLayer(int layer) {
    if (layer + 1 < layer_->count()) layer_->setCurrentIndex(layer + 1);
}

int RunPanel::step() const { return step_->currentIndex(); }

void RunPanel::setStep(int step) {
    updating_ = true;
    if (step >= 0 && step < step_->count()) step_->setCurrentIndex(step);
    updating_ = false;
}

void RunPanel::setHead(int layer, int head) {
    updating_ = true;
    if (layer + 1 < layer_->count()) layer_->setCurrentIndex(layer + 1);
    if (head + 1 < head_->count()) head_->setCurrentIndex(head + 1);
    updating_ = false;
    readSelection();
}

void RunPanel::setMap(MapKind kind, bool over) {
    map_->setCurrentIndex(int(kind));
    place_->setCurrentIndex(over ? 1 : 0);
}

bool RunPanel::over() const { return place_->currentIndex() == 1; }
double RunPanel::opacity() const { return opacity_->value() / 100.0; }

void RunPanel::showMap(const engine::TokenMap* map) {
    const bool magnitude = map && selection_.kind != MapKind::Origin;
    scale_->setVisible(magnitude);
    if (!map) {
        legend_->setShares(nullptr);
        return;
    }
    const OriginShares shares = sharesOf(*map, selection_);
    legend_->setShares(&shares);
    if (!magnitude) return;
    const auto [low, high] = scaleOf(*map, selection_);
    if (selection_.kind == MapKind::ReusedShare) {
        scale_->setEnds(tr("0 %"), tr("100 %"));
    } else {
        const int decimals = selection_.kind == MapKind::Merged ? 0 : 2;
        const QString most = decimalText(high, decimals);
        scale_->setEnds(decimalText(low, decimals), selection_.kind == MapKind::Merged ? tr("%1 tokens").arg(most) : most);
    }
}

void RunPanel::refresh() {
    rebuildChoices();
    cancel_->setEnabled(run_ && run_->running);
    const bool steerable = run_ && run_->running && run_->control;
    const bool steps_left = steerable && (run_->steps.empty() || run_->steps.back().step < run_->request.steps);
    const bool cancelled = run_ && !run_->running && !run_->clip && !run_->error && goes_on_;
    pause_->setEnabled(steps_left || cancelled);
    pause_->setText(cancelled || (steerable && run_->control->paused()) ? tr("Go on") : tr("Pause"));
    dense_->setEnabled(steps_left && run_->attentionNow() == engine::AttentionMode::Ripple);
    fork_->setEnabled(steps_left && !run_->steps.empty());
    if (!run_) return;
    if (run_->running) {
        refreshTime();
        bar_->setValue(int(fractionDone(run_->progress) * kBarSteps));
    } else if (run_->clip) {
        const double total = run_->clip->times.total;
        time_->setText(total > 0 ? tr("%1 in all").arg(durationText(total)) : tr("Clip"));
        phase_->setText(tr("%1 × %2, %3 frames\n%4 steps, seed %5")
                            .arg(run_->request.width)
                            .arg(run_->request.height)
                            .arg(run_->request.frames)
                            .arg(run_->request.steps)
                            .arg(run_->request.seed));
        bar_->setValue(kBarSteps);
    } else {
        time_->setText(run_->error ? tr("Failed") : tr("Cancelled"));
        phase_->setText(run_->steps.empty() ? tr("before the first step") : tr("after step %1").arg(run_->steps.back().step));
    }
    const RunSavings savings = run_->savings();
    auto show = [](QLabel* label, const std::optional<double>& value, QString (*text)(double)) {
        label->setText(value ? text(*value) : QStringLiteral("–"));
    };
    show(score_, savings.score, percentText);
    show(attention_, savings.attention, percentText);
    const auto seconds = [](double s) { return s > 0 ? secondsText(s) : QStringLiteral("–"); };
    QString reuse = seconds(savings.ripple_step_seconds);
    reuse.remove(QStringLiteral(" s"));  // the unit stands once, at the end
    step_times_->setText(savings.dense_step_seconds > 0 || savings.ripple_step_seconds > 0
                             ? reuse + QStringLiteral(" / ") + seconds(savings.dense_step_seconds)
                             : QStringLiteral("–"));
    show(measured_, savings.measured_factor, factorText);
}

}  // namespace timeripple::ui
