#include "ui/pages/watch_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStackedLayout>
#include <QVBoxLayout>

#include "ui/pages/run_strip.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/error_card.h"
#include "ui/widgets/frame_image.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/picture_row.h"
#include "ui/widgets/playback_clock.h"
#include "ui/widgets/token_card.h"
#include "ui/widgets/token_map_view.h"
#include "ui/widgets/transport_bar.h"

namespace timeripple::ui {
namespace {

enum Pane { kPreview = 0, kMap = 1 };

QString selectionText(const MapSelection& s) {
    if (s.layer < 0 && s.head < 0) return WatchPage::tr("mean of all");
    const QString layer = s.layer < 0 ? WatchPage::tr("all layers") : WatchPage::tr("layer %1").arg(s.layer + 1);
    const QString head = s.head < 0 ? WatchPage::tr("all heads") : WatchPage::tr("head %1").arg(s.head + 1);
    return layer + QStringLiteral(", ") + head;
}

// Where there is a map, but not of this kind.
QString missingText(MapKind kind) {
    return kind == MapKind::Delta
               ? WatchPage::tr("This run kept no Delta: forms that merge no whole tokens have none, nor have runs of earlier versions by our own GPU kernels.")
               : WatchPage::tr("This run kept no such values.");
}

// A map that holds the mean of all says so where a single one was asked for.
QString meanText(const MapSelection& s) {
    return s.layer < 0 && s.head < 0 ? selectionText(s) : WatchPage::tr("mean of all, single ones were not kept");
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

    strip_ = new RunStrip(this);
    card_ = new TokenCard(this);
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
    column->addWidget(strip_);

    connect(clock_, &PlaybackClock::positionChanged, this, &WatchPage::showFrame);
    connect(strip_, &RunStrip::stepChosen, this, &WatchPage::choose);
    connect(strip_, &RunStrip::headChosen, this, &WatchPage::headChosen);
    connect(pictures_, &PictureRow::hovered, this, [this](const QPointF& place) {
        hover_ = place;
        showStory();
    });
    connect(pictures_, &PictureRow::hoverLeft, this, [this] {
        hover_.reset();
        showStory();
    });
    connect(error_card_, &ErrorCard::dismissed, this, &WatchPage::hideError);
    connect(error_card_, &ErrorCard::remedyChosen, this, [this] { Q_EMIT remedyChosen(remedy_subject_); });
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

void WatchPage::choose(int step, int layer) {
    setStep(step);
    Q_EMIT stepChosen(step, layer);
}

void WatchPage::setStep(int step) {
    step_ = step;
    refresh();
}

void WatchPage::setSelection(const MapSelection& selection) {
    selection_ = selection;
    refresh();
}

void WatchPage::setHatched(bool on) { heatmap_->setHatched(on); }

void WatchPage::setOver(bool over, double opacity) {
    over_ = over;
    opacity_ = opacity;
    pictures_->setPaneVisible(kMap, !over);
    showFrame();
}

void WatchPage::refresh() {
    engine::FrameSequencePtr frames;
    engine::TokenMapPtr map;
    shown_step_ = 0;
    const int wanted = step_ > 0 ? step_ : run_ ? run_->lastPreviewStep() : 0;
    if (run_) {
        if (showsClip()) {
            frames = run_->clip->frames;
        } else if (!run_->previews.empty()) {
            const auto after = run_->previews.upper_bound(wanted);
            const auto at = after == run_->previews.begin() ? after : std::prev(after);
            frames = at->second;
            shown_step_ = at->first;
        }
    }
    if (frames != frames_) {
        frames_ = frames;
        clock_->setLength(frames_ ? frames_->frames : 0, frames_ ? frames_->fps : 0);
    }
    if (run_) {
        // Beside a decoded frame the map of its step, though the run may be further.
        const DecodedFrame* decoded = shownDecode();
        if (decoded) shown_step_ = decoded->step;
        map = run_->mapNear(decoded ? decoded->step : wanted > 0 ? wanted : run_->request.steps);
        // A step that was looked up and is dense has no map, not the nearest one's.
        const bool guard = step_ > 0 && std::any_of(run_->steps.begin(), run_->steps.end(), [this](const auto& s) { return s.step == step_ && s.dense; });
        if (guard) map.reset();
        strip_->show(*run_, step_ > 0 ? step_ : shown_step_, step_ > 0, selection_.layer, selection_.head);
        notice_->setText(run_->notices.join(QLatin1Char('\n')));
        notice_->setVisible(!run_->notices.isEmpty());
        const bool dense = run_->attentionNow() == engine::AttentionMode::Dense;  // a fork or a change of mind may be
        heatmap_->setPlaceholder(map   ? missingText(selection_.kind)
                                 : guard ? tr("Step %1 is dense: every token is computed.").arg(step_)
                                 : dense ? tr("A dense run: every token is computed.")
                                 : run_->running
                                     ? tr("The first steps are dense. The map appears with the first step that reuses.")
                                     : tr("No map was kept of this run."));
    }
    map_ = map;
    showFrame();
    Q_EMIT mapShown();
}

QImage WatchPage::shownPicture() const { return preview_->image(); }

int WatchPage::latentFrame() const {
    const int frame = clock_->position();
    const int latent = showsClip() ? latentFrameOf(frame) : frame;
    return map_ ? std::clamp(latent, 0, std::max(0, map_->grid[0] - 1)) : latent;
}

void WatchPage::wishDecode() {
    if (!run_ || !run_->running || showsClip() || !frames_) return;
    clock_->setPlaying(false);
    Q_EMIT decodeWished(firstFrameOf(clock_->position()));
}

// The decoded frame stands in for the preview where that shows the same frame of the same step.
const DecodedFrame* WatchPage::shownDecode() const {
    if (!run_ || !run_->decoded || showsClip() || !frames_ || clock_->playing()) return nullptr;
    const DecodedFrame& decoded = *run_->decoded;
    const bool step_fits = step_ == 0 || decoded.step == step_;
    return step_fits && latentFrameOf(decoded.frame) == clock_->position() ? &decoded : nullptr;
}

void WatchPage::showFrame() {
    const DecodedFrame* decoded = shownDecode();
    preview_->setImage(decoded ? imageOfFrame(decoded->picture, 0) : imageOfFrame(frames_, clock_->position()));
    const bool covered = over_ && map_;
    preview_->setOverlay(covered ? tokenMapImage(*map_, selection_, latentFrame(), tokensOf(this), true) : QImage(), opacity_);
    heatmap_->showMap(map_, selection_, latentFrame());
    const QSize grid = map_ ? QSize(map_->grid[2], map_->grid[1]) : QSize();
    preview_->setKeyGrid(covered ? grid : QSize());
    heatmap_->setKeyGrid(grid);
    showCaptions();
    showStory();
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
        const DecodedFrame* decoded = shownDecode();
        title = decoded ? tr("Decoded, step %1 of %2").arg(decoded->step).arg(run_->request.steps)
                        : tr("Preview, step %1 of %2").arg(shown_step_).arg(run_->request.steps);
        detail = tr("frame %1 of %2").arg(firstFrameOf(clock_->position()) + 1).arg(run_->request.frames);
    }
    pictures_->setCaption(kPreview, over_ && map_ ? title + QStringLiteral(" · ") + kindName(selection_.kind) : title, detail);
    if (map_) {
        const bool mean_only = !hasDetail(*map_, selection_.kind);
        pictures_->setCaption(kMap, kindName(selection_.kind),
                              tr("step %1, %2").arg(map_->step).arg(mean_only ? meanText(selection_) : selectionText(selection_)));
    } else {
        pictures_->setCaption(kMap, {}, {});
    }
}

void WatchPage::showStory() {
    if (!hover_ || !map_ || errorShown()) {
        card_->hide();
        return;
    }
    const TokenPlace place{latentFrame(), int(hover_->y() * map_->grid[1]), int(hover_->x() * map_->grid[2])};
    double threshold = 0.0;  // the widest of this side's axes
    const engine::RippleSettings settings = engine::attention_at(run_->request, map_->step).ripple;
    const auto& factor = selection_.side == engine::Side::Key ? settings.key_factor : settings.query_factor;
    for (const auto& step : run_->steps) {
        if (step.step != map_->step) continue;
        for (std::size_t a = 0; a < factor.size(); ++a) threshold = std::max(threshold, settings.axes[a] ? step.threshold * factor[a] : 0.0);
    }
    card_->showStory(tokenStory(*map_, run_->token_maps, selection_, place, threshold), map_->step, run_->request.steps);
    // In the preview, in the corner away from the cursor, so that it never covers the token in the map.
    const QRect picture = preview_->geometry().translated(pictures_->mapTo(this, QPoint(0, 0)));
    const bool low = hover_->y() < 0.5;
    card_->move(picture.left() + kSpace, low ? picture.bottom() - card_->height() - kSpace : picture.top() + kSpace);
    card_->raise();
    card_->show();
}

void WatchPage::showError(const QString& title, const engine::Error& error, const QString& remedy, quint64 subject) {
    remedy_subject_ = subject;
    error_card_->showError(title, error);
    error_card_->setRemedy(remedy);
    stack_->setCurrentIndex(1);
}

void WatchPage::hideError() { stack_->setCurrentIndex(0); }

bool WatchPage::errorShown() const { return stack_->currentIndex() == 1; }

}  // namespace timeripple::ui
