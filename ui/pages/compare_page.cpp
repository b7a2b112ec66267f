#include "ui/pages/compare_page.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/frame_image.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/pair_summary.h"
#include "ui/widgets/picture_row.h"
#include "ui/widgets/playback_clock.h"
#include "ui/widgets/segmented_control.h"
#include "ui/widgets/token_map_view.h"
#include "ui/widgets/transport_bar.h"
#include "ui/widgets/wipe_view.h"

namespace timeripple::ui {
namespace {

enum Pane { kLeft = 0, kRight = 1, kSingle = 2, kMap = 3 };
constexpr int kMaxGain = 32;
constexpr int kMaxNameLength = 34;  // of a clip in the two boxes; the whole of it is the tool tip
constexpr int kMaxChoices = 40;
constexpr int kBlinkMs = 500;

QString nameOf(const ClipEntry& entry) {
    const QString prompt = QString::fromStdString(entry.clip().request.prompt).simplified();
    return QStringLiteral("%1 · %2").arg(captionOf(entry).trimmed(), prompt.isEmpty() ? ComparePage::tr("(no prompt)") : prompt);
}

}  // namespace

ComparePage::ComparePage(ClipListModel* clips, QWidget* parent) : QWidget(parent), clips_(clips), clock_(new PlaybackClock(this)) {
    setProperty("surface", "canvas");
    setAttribute(Qt::WA_StyledBackground);
    QWidget* head = buildHead();
    buildPictures();
    summary_ = new PairSummary(this);
    auto rule = [this] {
        auto* line = new QFrame(this);
        line->setObjectName(QStringLiteral("rule"));
        return line;
    };
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(head);
    column->addWidget(pictures_, 1);
    column->addWidget(rule());
    column->addWidget(new TransportBar(clock_, this));
    column->addWidget(rule());
    column->addWidget(summary_);

    blink_.setInterval(kBlinkMs);
    connect(&blink_, &QTimer::timeout, this, [this] {
        blink_right_ = !blink_right_;
        showFrame();
    });
    connect(clock_, &PlaybackClock::positionChanged, this, &ComparePage::showFrame);
    connect(&maps_, &PairMaps::mapReady, this, [this](int frame) {
        if (usesMaps() && (awaiting_map_ || frame == clock_->position())) render(frame);
    });
    connect(clips_, &QAbstractItemModel::rowsInserted, this, &ComparePage::rebuildChoices);
    connect(clips_, &QAbstractItemModel::rowsRemoved, this, [this] {
        rebuildChoices();
        refresh();
    });
    connect(clips_, &QAbstractItemModel::dataChanged, this, [this] {
        rebuildChoices();
        refresh();
    });
    connect(clips_, &ClipListModel::loaded, this, [this](quint64 id) {
        if ((id != reference_ && id != candidate_) || (left_ && right_)) return;
        refresh();
        beginPair();
    });
    connect(summary_, &PairSummary::frameChosen, this, [this](int frame) {
        clock_->setPlaying(false);
        clock_->setPosition(frame);
    });
    setMode(SideBySide);
    refresh();
}

QWidget* ComparePage::buildHead() {
    auto* head = new QWidget(this);
    left_choice_ = new QComboBox(head);
    right_choice_ = new QComboBox(head);
    left_choice_->setAccessibleName(tr("Left clip, the reference"));
    right_choice_->setAccessibleName(tr("Right clip"));
    for (QComboBox* box : {left_choice_, right_choice_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(4);
    }
    auto* swap_button = new QToolButton(head);
    swap_button->setText(QStringLiteral("⇄"));
    swap_button->setAccessibleName(tr("Swap the sides"));
    swap_button->setToolTip(tr("Swap the sides (S)"));
    mode_control_ = new SegmentedControl(tr("View"), {tr("Side by side"), tr("Wipe"), tr("Difference"), tr("SSIM"), tr("Blink")}, head);
    mode_control_->setCurrent(SideBySide);
    gain_label_ = makeLabel(QString(), "label", head);
    gain_ = new QSlider(Qt::Horizontal, head);
    gain_->setRange(1, kMaxGain);
    gain_->setValue(8);
    gain_->setFixedWidth(70);
    gain_->setAccessibleName(tr("Gain of the difference"));
    gain_->setToolTip(tr("How much differences are amplified"));
    map_button_ = new QToolButton(head);
    map_button_->setText(tr("Map"));
    map_button_->setCheckable(true);
    map_button_->setChecked(true);
    map_button_->setToolTip(tr("The heatmap as a third picture"));
    auto* export_button = new QToolButton(head);
    export_button->setText(tr("Export…"));
    export_button->setToolTip(tr("Both clips, the wipe or the heatmap as one clip to show"));

    // Two rows: in one, the window could not become narrow enough to fold its panels.
    auto* which = new QHBoxLayout;
    which->setSpacing(kSpace);
    which->addWidget(left_choice_, 1);
    which->addWidget(swap_button);
    which->addWidget(right_choice_, 1);
    which->addWidget(export_button);
    auto* how = new QHBoxLayout;
    how->setSpacing(kSpace);
    how->addWidget(mode_control_);
    how->addWidget(map_button_);
    how->addStretch(1);
    how->addWidget(gain_label_);
    how->addWidget(gain_);
    auto* rows = new QVBoxLayout(head);
    rows->setContentsMargins(kSpaceLarge, kSpace, kSpaceLarge, 0);
    rows->setSpacing(kSpace);
    rows->addLayout(which);
    rows->addLayout(how);

    connect(mode_control_, &SegmentedControl::chosen, this, [this](int mode) { setMode(Mode(mode)); });
    connect(gain_, &QSlider::valueChanged, this, &ComparePage::updateLook);
    connect(swap_button, &QToolButton::clicked, this, &ComparePage::swap);
    connect(map_button_, &QToolButton::toggled, this, &ComparePage::arrangePanes);
    connect(export_button, &QToolButton::clicked, this, [this] { Q_EMIT exportRequested(reference_, candidate_); });
    auto idIn = [](QComboBox* box) { return box->currentData().toULongLong(); };
    connect(left_choice_, &QComboBox::activated, this, [this, idIn] { showPair(idIn(left_choice_), candidate_); });
    connect(right_choice_, &QComboBox::activated, this, [this, idIn] { showPair(reference_, idIn(right_choice_)); });
    return head;
}

void ComparePage::buildPictures() {
    pictures_ = new PictureRow(this);
    left_view_ = new PictureView;
    right_view_ = new PictureView;
    wipe_view_ = new WipeView;
    map_view_ = new TokenMapView;
    left_view_->setAccessibleName(tr("Left clip"));
    right_view_->setAccessibleName(tr("Right clip"));
    wipe_view_->setAccessibleName(tr("Both clips in one place"));
    map_view_->setAccessibleName(tr("Heatmap"));
    left_view_->setPlaceholder(tr("Press Compare to make a clip dense and accelerated from the same noise, or choose two clips above."));
    for (PictureView* view : {left_view_, right_view_, static_cast<PictureView*>(wipe_view_), static_cast<PictureView*>(map_view_)}) {
        pictures_->addPane(view);
    }
}

void ComparePage::rebuildChoices() {
    for (QComboBox* box : {left_choice_, right_choice_}) {
        const QSignalBlocker quiet(box);
        box->clear();
        // The newest ones and the pair itself: any other clip is chosen in the history.
        std::vector<quint64> ids;
        for (int row = 0; row < std::min(clips_->rowCount(), kMaxChoices); ++row) ids.push_back(clips_->idAt(row));
        for (const quint64 id : {reference_, candidate_}) {
            if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
        }
        for (const quint64 id : ids) {
            const ClipEntry* entry = clips_->find(id);
            if (!entry) continue;
            const QString name = nameOf(*entry);
            box->addItem(name.size() > kMaxNameLength ? name.left(kMaxNameLength - 1) + QChar(0x2026) : name, entry->id);
            box->setItemData(box->count() - 1, name, Qt::ToolTipRole);
        }
        box->setCurrentIndex(box->findData(box == left_choice_ ? reference_ : candidate_));
    }
}

void ComparePage::showPair(quint64 reference_id, quint64 candidate_id) {
    reference_ = reference_id;
    candidate_ = candidate_id;
    for (const quint64 id : {reference_, candidate_}) {
        if (const ClipEntry* entry = clips_->find(id); entry && !entry->loaded()) clips_->load(id);
    }
    rebuildChoices();
    refresh();
    beginPair();
}

// Both are there: plays, and asks for the measurement that is missing.
void ComparePage::beginPair() {
    if (left_ && right_) clock_->setPlaying(true);
    const ClipEntry* candidate = clips_->find(candidate_);
    if (comparable_ && candidate && reference_ != candidate_ && !(candidate->quality && candidate->twin_id == reference_)) {
        Q_EMIT measureRequested(reference_, candidate_);
    }
}

void ComparePage::swap() {
    if (reference_ != 0 && candidate_ != 0) showPair(candidate_, reference_);
}

void ComparePage::setMode(Mode mode) {
    mode_ = mode;
    mode_control_->setCurrent(mode);
    wipe_view_->setWiping(mode == Wipe);
    gain_->setVisible(usesMaps());
    gain_label_->setVisible(usesMaps());
    blink_right_ = false;
    if (mode == Blink && isVisible()) {
        blink_.start();
    } else {
        blink_.stop();
    }
    updateLook();
    arrangePanes();
}

void ComparePage::setMapShown(bool on) { map_button_->setChecked(on); }

void ComparePage::arrangePanes() {
    pictures_->setPaneVisible(kLeft, mode_ == SideBySide);
    pictures_->setPaneVisible(kRight, mode_ == SideBySide);
    pictures_->setPaneVisible(kSingle, mode_ != SideBySide);
    pictures_->setPaneVisible(kMap, token_map_ && map_button_->isChecked());
    showFrame();
}

void ComparePage::updateLook() {
    gain_label_->setText(tr("Gain %1×").arg(gain_->value()));
    maps_.setLook(mode_ == Ssim ? PairMaps::Kind::Ssim : PairMaps::Kind::Difference, gain_->value(), tokensOf(this).dark);
    showFrame();
}

void ComparePage::refresh() {
    const ClipEntry* a = clips_->find(reference_);
    const ClipEntry* b = clips_->find(candidate_);
    left_ = a ? a->clip().frames : nullptr;
    right_ = b ? b->clip().frames : nullptr;
    comparable_ = left_ && right_ && left_->frames == right_->frames && left_->width == right_->width && left_->height == right_->height;
    maps_.setPair(comparable_ ? left_ : nullptr, comparable_ ? right_ : nullptr);
    wipe_view_->setPlaceholder(left_ && right_ && !comparable_ ? tr("The clips differ in size or length.") : QString());
    token_map_ = b ? meanMap(b->run->token_maps) : nullptr;
    if (!token_map_ && a) token_map_ = meanMap(a->run->token_maps);
    map_button_->setEnabled(token_map_ != nullptr);
    const auto& lead = left_ ? left_ : right_;
    clock_->setLength(lead ? (left_ && right_ ? std::min(left_->frames, right_->frames) : lead->frames) : 0, lead ? lead->fps : 0);
    if (lead) pictures_->setAspect(double(lead->width) / lead->height);
    summary_->showPair(a, b, comparable_);
    arrangePanes();
}

void ComparePage::showFrame() {
    awaiting_map_ = usesMaps() && comparable_ && maps_.map(clock_->position()).isNull();
    if (!awaiting_map_) render(clock_->position());
}

// All that moves shows the same frame, or waits together.
void ComparePage::render(int frame) {
    awaiting_map_ = false;
    summary_->setCursorAt(frame);
    const QImage left = imageOfFrame(left_, frame), right = imageOfFrame(right_, frame);
    const ClipEntry* a = clips_->find(reference_);
    const ClipEntry* b = clips_->find(candidate_);
    const QString left_name = a ? captionOf(*a).trimmed() : QString(), right_name = b ? captionOf(*b).trimmed() : QString();
    const QString place = clock_->length() > 0 ? tr("frame %1 of %2").arg(frame + 1).arg(clock_->length()) : QString();
    switch (mode_) {
        case SideBySide:
            left_view_->setImage(left);
            right_view_->setImage(right);
            pictures_->setCaption(kLeft, left_name, place);
            pictures_->setCaption(kRight, right_name, place);
            break;
        case Wipe:
            wipe_view_->setPair(left, right);
            pictures_->setCaption(kSingle, a && b ? tr("%1 | %2").arg(left_name, right_name) : QString(), place);
            break;
        case Difference:
            wipe_view_->setPair(maps_.map(frame), {});
            pictures_->setCaption(kSingle, a && b ? tr("Difference, gain %1×").arg(gain_->value()) : QString(), place);
            break;
        case Ssim:
            wipe_view_->setPair(maps_.map(frame), {});
            pictures_->setCaption(kSingle, a && b ? tr("Loss of SSIM, gain %1×").arg(gain_->value()) : QString(), place);
            break;
        case Blink:
            wipe_view_->setPair(blink_right_ ? right : left, {});
            pictures_->setCaption(kSingle, blink_right_ ? right_name : left_name, place);
            break;
    }
    if (token_map_ && map_button_->isChecked()) {
        map_view_->showMap(token_map_, {}, latentFrameOf(frame));
        pictures_->setCaption(kMap, tr("How each token was obtained"), tr("keys, mean of all"));
    }
}

QImage ComparePage::shownPicture() const { return mode_ == SideBySide ? right_view_->image() : wipe_view_->image(); }

void ComparePage::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) updateLook();
    QWidget::changeEvent(event);
}

void ComparePage::showEvent(QShowEvent*) {
    if (mode_ == Blink) blink_.start();
}

void ComparePage::hideEvent(QHideEvent*) { blink_.stop(); }

}  // namespace timeripple::ui
