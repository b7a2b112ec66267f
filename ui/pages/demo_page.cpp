#include "ui/pages/demo_page.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <cmath>
#include <numbers>

#include "ui/session/pair_result.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/frame_image.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/playback_clock.h"
#include "ui/widgets/transport_bar.h"
#include "ui/widgets/wipe_view.h"

namespace timeripple::ui {
namespace {

constexpr int kColumns = 2;

}  // namespace

DemoPage::DemoPage(const QString& folder, QWidget* parent)
    : QWidget(parent), folder_(folder), clock_(new PlaybackClock(this)), clips_(new DemoClips(this)), grid_(new QGridLayout) {
    setProperty("surface", "canvas");
    setAttribute(Qt::WA_StyledBackground);
    note_ = makeLabel(tr("Reading the demos"), "caption", this);
    note_->setWordWrap(true);
    grid_->setSpacing(kSpaceLarge);
    for (int i = 0; i < kColumns; ++i) {
        grid_->setColumnStretch(i, 1);
        grid_->setRowStretch(i, 1);
    }
    auto* head = makeLabel(tr("Dense on the left of the line, TimeRipple on the right, from the same noise. Move the mouse over a picture."),
                           "captionStrong", this);
    head->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* inner = new QVBoxLayout;
    inner->setContentsMargins(kSpaceLarge, kSpaceLarge, kSpaceLarge, kSpace);
    inner->setSpacing(kSpace);
    inner->addWidget(head);
    inner->addLayout(grid_, 1);
    inner->addWidget(note_);
    column->addLayout(inner, 1);
    auto* line = new QFrame(this);
    line->setObjectName(QStringLiteral("rule"));
    column->addWidget(line);
    column->addWidget(new TransportBar(clock_, this));

    connect(clock_, &PlaybackClock::positionChanged, this, &DemoPage::showFrame);
    connect(clips_, &DemoClips::demoRead, this, &DemoPage::addDemo);
    connect(clips_, &DemoClips::finished, this, [this](int count, const QString& problem) {
        note_->setText(!problem.isEmpty() || count == 0
                           ? problem
                           : tr("Times and decibels were measured on the raw frames when these clips were made; the pictures are H.264 copies."));
        if (isVisible()) clock_->setPlaying(true);
    });
}

void DemoPage::showEvent(QShowEvent*) {
    if (!asked_) clips_->read(folder_);
    asked_ = true;
    if (!cards_.empty()) clock_->setPlaying(true);
}

void DemoPage::hideEvent(QHideEvent*) { clock_->setPlaying(false); }

void DemoPage::addDemo(const Demo& demo) {
    const auto& request = demo.candidate.clip().request;
    const QString prompt = QString::fromStdString(request.prompt);
    const PairResult result = pairResult(demo.reference, demo.candidate);
    auto* card = new QWidget(this);
    auto* view = new WipeView(card);
    view->setAccessibleName(tr("Demo: %1").arg(prompt));
    auto* title = new ElidedLabel(QStringLiteral("%1 · %2").arg(presetText(request.preset_name), prompt), card);
    title->setProperty("role", "captionStrong");
    title->setToolTip(title->text());
    auto* numbers = makeLabel(unbroken(result.headline), "caption", card);
    numbers->setWordWrap(true);  // they are what the demo shows: never cut
    numbers->setToolTip(result.details.join(QLatin1Char('\n')));
    auto* compare = new QPushButton(tr("Compare"), card);
    compare->setAccessibleName(tr("Compare: %1").arg(prompt));
    auto* live = new QPushButton(tr("Run it here"), card);
    live->setAccessibleName(tr("Run it here: %1").arg(prompt));
    live->setToolTip(tr("Makes both clips anew on this machine and measures them"));
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(title);
    texts->addWidget(numbers);
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace);
    row->addLayout(texts, 1);
    row->addWidget(compare);
    row->addWidget(live);
    auto* column = new QVBoxLayout(card);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpaceSmall);
    column->addWidget(view, 1);
    column->addLayout(row);
    const int index = int(cards_.size());
    grid_->addWidget(card, index / kColumns, index % kColumns);
    cards_.push_back({demo, view});
    connect(compare, &QPushButton::clicked, this, [this, index] { Q_EMIT compareRequested(cards_[std::size_t(index)].demo); });
    connect(live, &QPushButton::clicked, this, [this, index] {
        engine::GenerationRequest again = cards_[std::size_t(index)].demo.candidate.clip().request;
        again.threads = 0;  // of the machine that made the demo
        again.device = engine::DeviceChoice::Auto;
        Q_EMIT liveRequested(again);
    });
    const auto& frames = demo.reference.clip().frames;
    clock_->setLength(std::max(clock_->length(), frames->frames), frames->fps);
    showFrame();
}

void DemoPage::showFrame() {
    const int frame = clock_->position();
    // One sweep there and back a round; a card under the mouse follows the mouse instead.
    const double sweep = 0.5 - 0.42 * std::cos(2.0 * std::numbers::pi * frame / std::max(1, clock_->length()));
    for (const Card& card : cards_) {
        const auto& left = card.demo.reference.clip().frames;
        const int own = std::min(frame, left->frames - 1);
        card.view->setPair(imageOfFrame(left, own), imageOfFrame(card.demo.candidate.clip().frames, own));
        if (!card.view->underMouse() && !card.view->hasFocus()) card.view->setWipe(sweep);
    }
}

}  // namespace timeripple::ui
