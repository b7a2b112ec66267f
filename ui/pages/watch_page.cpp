#include "ui/pages/watch_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStackedLayout>
#include <QVBoxLayout>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/curve_view.h"
#include "ui/widgets/error_card.h"
#include "ui/widgets/frame_image.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/picture_row.h"
#include "ui/widgets/playback_clock.h"
#include "ui/widgets/scale_bar.h"
#include "ui/widgets/step_layer_map.h"
#include "ui/widgets/token_map_view.h"
#include "ui/widgets/transport_bar.h"

namespace timeripple::ui {
namespace {

enum Pane { kPreview = 0, kMap = 1 };
constexpr int kLowerHeight = 92;

QString selectionText(const MapSelection& s) {
    if (s.layer < 0 && s.head < 0) return WatchPage::tr("mean of all");
    const QString layer = s.layer < 0 ? WatchPage::tr("all layers") : WatchPage::tr("layer %1").arg(s.layer + 1);
    const QString head = s.head < 0 ? WatchPage::tr("all heads") : WatchPage::tr("head %1").arg(s.head + 1);
    return layer + QStringLiteral(", ") + head;
}

}  // namespace

WatchPage::WatchPage(QWidget* parent) : QWidget(parent), clock_(new PlaybackClock(this)) {
    setProperty("surface", "canvas");
    setAttribute(Qt::WA_StyledBackground);
    pictures_ = new PictureRow(this);
    preview_ = new PictureView;
    preview_->setAccessibleName(tr("Preview"));
    heatmap_ = new TokenMapView;
    heatmap_->setAccessibleName(tr("How each token was obtained"));
    heatmap_->setPlaceholder(tr("Here appears which tokens are reused, while they are."));
    pictures_->addPane(preview_);
    pictures_->addPane(heatmap_);
    error_card_ = new ErrorCard(this);
    auto* error_room = new QWidget(this);
    auto* error_layout = new QHBoxLayout(error_room);
    error_layout->addWidget(error_card_, 0, Qt::AlignCenter);
    auto* room = new QWidget(this);
    stack_ = new QStackedLayout(room);
    stack_->addWidget(pictures_);
    stack_->addWidget(error_room);

    notice_ = makeLabel(QString(), "caption", this);
    notice_->setContentsMargins(kSpaceLarge, kSpaceSmall, kSpaceLarge, kSpaceSmall);
    notice_->setWordWrap(true);
    notice_->hide();

    auto* lower = new QWidget(this);
    lower->setProperty("surface", "panel");
    lower->setAttribute(Qt::WA_StyledBackground);
    step_map_ = new StepLayerMap(lower);
    step_times_ = new CurveView(tr("Time of every step"), secondsText, lower);
    auto* map_head = new QHBoxLayout;
    map_head->addWidget(makeLabel(tr("Attention saved, by layer (rows) and step"), "caption", lower));
    map_head->addStretch(1);
    map_head->addWidget(new ScaleBar(tr("0 %"), tr("100 %"), lower));
    auto* map_column = new QVBoxLayout;
    map_column->setSpacing(kSpaceSmall);
    map_column->addLayout(map_head);
    map_column->addWidget(step_map_, 1);
    auto* time_column = new QVBoxLayout;
    time_column->setSpacing(kSpaceSmall);
    time_column->addWidget(makeLabel(tr("Step time, s"), "caption", lower));
    time_column->addWidget(step_times_, 1);
    auto* lower_row = new QHBoxLayout(lower);
    lower_row->setContentsMargins(kSpaceLarge, kSpace, kSpaceLarge, kSpace);
    lower_row->setSpacing(kSpaceLarge);
    lower_row->addLayout(map_column, 8);
    lower_row->addLayout(time_column, 5);
    lower->setFixedHeight(kLowerHeight + 40);

    auto rule = [this] {
        auto* line = new QFrame(this);
        line->setObjectName(QStringLiteral("rule"));
        return line;
    };
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(room, 1);
    column->addWidget(notice_);
    column->addWidget(rule());
    column->addWidget(new TransportBar(clock_, this));
    column->addWidget(rule());
    column->addWidget(lower);

    connect(clock_, &PlaybackClock::positionChanged, this, &WatchPage::showFrame);
    connect(step_map_, &StepLayerMap::chosen, this, [this](int step, int layer) {
        setStep(step);
        Q_EMIT stepChosen(step, layer);
    });
    connect(step_times_, &CurveView::indexClicked, this, [this](int index) {
        setStep(index + 1);
        Q_EMIT stepChosen(index + 1, selection_.layer);
    });
    connect(pictures_, &PictureRow::hovered, this, [this](const QPointF& place) {
        hover_ = place;
        showCaptions();
    });
    connect(pictures_, &PictureRow::hoverLeft, this, [this] {
        hover_.reset();
        showCaptions();
    });
    connect(error_card_, &ErrorCard::dismissed, this, &WatchPage::hideError);
    connect(error_card_, &ErrorCard::remedyChosen, this, &WatchPage::remedyChosen);
    showCaptions();
}

void WatchPage::setHint(const QString& text) { preview_->setPlaceholder(text); }

void WatchPage::showRun(const RunRecordPtr& run) {
    run_ = run;
    step_ = 0;
    frames_.reset();
    hideError();
    if (run_) {
        pictures_->setAspect(double(std::max(1, run_->request.width)) / std::max(1, run_->request.height));
        if (run_->running) preview_->setPlaceholder(tr("The first step is on its way."));
    }
    refresh();
    clock_->setPlaying(run_ != nullptr);
}

void WatchPage::setStep(int step) {
    step_ = step;
    refresh();
}

void WatchPage::setSelection(const MapSelection& selection) {
    selection_ = selection;
    showFrame();
    step_map_->setChosen(step_ > 0 ? step_ : shown_step_, selection_.layer);
    Q_EMIT mapShown();
}

void WatchPage::setHatched(bool on) { heatmap_->setHatched(on); }

void WatchPage::refresh() {
    engine::FrameSequencePtr frames;
    engine::TokenMapPtr map;
    shown_step_ = 0;
    if (run_) {
        const int wanted = step_ > 0 ? step_ : run_->lastPreviewStep();
        if (showsClip()) {
            frames = run_->clip->frames;
        } else if (!run_->previews.empty()) {
            const auto after = run_->previews.upper_bound(wanted);
            const auto at = after == run_->previews.begin() ? after : std::prev(after);
            frames = at->second;
            shown_step_ = at->first;
        }
        map = run_->mapNear(wanted > 0 ? wanted : run_->request.steps);
        step_map_->setSteps(run_->steps, run_->request.steps, run_->layers());
        step_map_->setChosen(step_ > 0 ? step_ : shown_step_, selection_.layer);
        std::vector<double> times;
        for (const auto& step : run_->steps) times.push_back(step.seconds);
        const RunSavings savings = run_->savings();
        step_times_->setValues(std::move(times), run_->request.steps);
        const bool ripple = savings.ripple_step_seconds > 0;
        step_times_->setLevel(ripple && savings.dense_step_seconds > 0 ? std::optional(savings.dense_step_seconds)
                                                                       : std::nullopt);
        if (run_->steps.empty()) {
            step_times_->setNote({});
        } else if (ripple) {
            step_times_->setNote(tr("%1, dense %2").arg(secondsText(savings.ripple_step_seconds),
                                                        secondsText(savings.dense_step_seconds)));
        } else {
            step_times_->setNote(tr("dense %1").arg(secondsText(savings.dense_step_seconds)));
        }
        step_times_->setCursorAt(step_ > 0 ? step_ - 1 : -1);
        notice_->setText(run_->notices.join(QLatin1Char('\n')));
        notice_->setVisible(!run_->notices.isEmpty());
        const bool dense = run_->request.attention == engine::AttentionMode::Dense;
        heatmap_->setPlaceholder(dense ? tr("A dense run: every token is computed.")
                                 : run_->running
                                     ? tr("The first steps are dense. The map appears with the first step that reuses.")
                                     : tr("No map was kept of this run."));
    }
    map_ = map;
    if (frames != frames_) {
        frames_ = frames;
        clock_->setLength(frames_ ? frames_->frames : 0, frames_ ? frames_->fps : 0);
    }
    showFrame();
    Q_EMIT mapShown();
}

QImage WatchPage::shownPicture() const { return imageOfFrame(frames_, clock_->position()); }

int WatchPage::latentFrame() const {
    const int frame = clock_->position();
    const int latent = showsClip() ? latentFrameOf(frame) : frame;
    return map_ ? std::clamp(latent, 0, std::max(0, map_->grid[0] - 1)) : latent;
}

void WatchPage::showFrame() {
    preview_->setImage(imageOfFrame(frames_, clock_->position()));
    heatmap_->showMap(map_, selection_, latentFrame());
    showCaptions();
}

void WatchPage::showCaptions() {
    if (!run_) {
        pictures_->setCaption(kPreview, {}, {});
        pictures_->setCaption(kMap, {}, {});
        return;
    }
    QString title, detail;
    if (showsClip()) {
        title = tr("Clip");
        detail = tr("frame %1 of %2").arg(clock_->position() + 1).arg(clock_->length());
    } else if (frames_) {
        title = tr("Preview, step %1 of %2").arg(shown_step_).arg(run_->request.steps);
        detail = tr("frame %1 of %2").arg(firstFrameOf(clock_->position()) + 1).arg(run_->request.frames);
    }
    pictures_->setCaption(kPreview, title, detail);
    if (!map_) {
        pictures_->setCaption(kMap, {}, {});
    } else if (hover_) {
        const int y = std::clamp(int(hover_->y() * map_->grid[1]), 0, map_->grid[1] - 1);
        const int x = std::clamp(int(hover_->x() * map_->grid[2]), 0, map_->grid[2] - 1);
        pictures_->setCaption(kMap, tokenStory(*map_, selection_, latentFrame(), y, x), {});
    } else {
        const QString what = selection_.kind == MapKind::Origin ? tr("How each token was obtained") : tr("Share of reuse");
        pictures_->setCaption(kMap, what, tr("step %1, %2").arg(map_->step).arg(selectionText(selection_)));
    }
}

void WatchPage::showError(const QString& title, const engine::Error& error, const QString& remedy) {
    error_card_->showError(title, error);
    error_card_->setRemedy(remedy);
    stack_->setCurrentIndex(1);
}

void WatchPage::hideError() { stack_->setCurrentIndex(0); }

bool WatchPage::errorShown() const { return stack_->currentIndex() == 1; }

}  // namespace timeripple::ui
