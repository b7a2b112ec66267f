#include "ui/pages/compare_page.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QVBoxLayout>

#include "ui/session/request_differences.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/curve_view.h"
#include "ui/widgets/frame_image.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/picture_row.h"
#include "ui/widgets/playback_clock.h"
#include "ui/widgets/segmented_control.h"
#include "ui/widgets/transport_bar.h"
#include "ui/widgets/wipe_view.h"

namespace timeripple::ui {
namespace {

enum Pane { kLeft = 0, kRight = 1, kSingle = 2 };
constexpr int kCurveHeight = 92;
constexpr int kMaxGain = 32;
constexpr int kMaxNameLength = 34;  // of a clip in the two boxes; the whole of it is the tool tip
constexpr int kCardWidth = 232;

QString ssimText(double value) { return QString::number(value, 'f', 4); }

QString nameOf(const ClipEntry& entry) {
    const QString prompt = QString::fromStdString(entry.clip().request.prompt).simplified();
    return QStringLiteral("%1 · %2").arg(captionOf(entry).trimmed(), prompt.isEmpty() ? ComparePage::tr("(no prompt)") : prompt);
}

}  // namespace

ComparePage::ComparePage(ClipListModel* clips, QWidget* parent) : QWidget(parent), clips_(clips), clock_(new PlaybackClock(this)) {
    setProperty("surface", "canvas");
    setAttribute(Qt::WA_StyledBackground);
    left_choice_ = new QComboBox(this);
    right_choice_ = new QComboBox(this);
    left_choice_->setAccessibleName(tr("Left clip, the reference"));
    right_choice_->setAccessibleName(tr("Right clip"));
    for (QComboBox* box : {left_choice_, right_choice_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(4);
    }
    mode_control_ = new SegmentedControl(tr("View"), {tr("Side by side"), tr("Wipe"), tr("Difference"), tr("Blink")}, this);
    mode_control_->setCurrent(SideBySide);
    gain_label_ = makeLabel(tr("Gain"), "label", this);
    gain_ = new QSlider(Qt::Horizontal, this);
    gain_->setRange(1, kMaxGain);
    gain_->setValue(8);
    gain_->setFixedWidth(90);
    gain_->setAccessibleName(tr("Gain of the difference"));
    gain_->setToolTip(tr("How much differences are amplified"));
    auto* head = new QHBoxLayout;
    head->setContentsMargins(kSpaceLarge, kSpace, kSpaceLarge, 0);
    head->setSpacing(kSpace);
    head->addWidget(left_choice_, 1);
    head->addWidget(right_choice_, 1);
    head->addWidget(mode_control_);
    head->addWidget(gain_label_);
    head->addWidget(gain_);

    pictures_ = new PictureRow(this);
    left_view_ = new PictureView;
    right_view_ = new PictureView;
    wipe_view_ = new WipeView;
    left_view_->setAccessibleName(tr("Left clip"));
    right_view_->setAccessibleName(tr("Right clip"));
    wipe_view_->setAccessibleName(tr("Both clips in one place"));
    left_view_->setPlaceholder(tr("Press Compare to make a clip dense and accelerated from the same noise, or choose two clips above."));
    pictures_->addPane(left_view_);
    pictures_->addPane(right_view_);
    pictures_->addPane(wipe_view_);

    auto* lower = new QWidget(this);
    lower->setProperty("surface", "panel");
    lower->setAttribute(Qt::WA_StyledBackground);
    psnr_ = new CurveView(tr("PSNR of every frame"), decibelText, lower);
    psnr_->setFromZero(false);
    ssim_ = new CurveView(tr("SSIM of every frame"), ssimText, lower);
    ssim_->setFromZero(false);
    headline_ = makeLabel(QString(), "big", lower);
    headline_->setWordWrap(true);
    detail_ = makeLabel(QString(), "caption", lower);
    detail_->setWordWrap(true);
    differs_ = makeLabel(QString(), "caption", lower);
    differs_->setWordWrap(true);
    worst_ = new QPushButton(tr("Worst frame"), lower);
    worst_->setToolTip(tr("Jump to the frame that differs most"));
    auto* card = new QVBoxLayout;
    card->setSpacing(kSpaceSmall);
    card->addWidget(headline_);
    card->addWidget(detail_);
    card->addWidget(differs_);
    card->addStretch(1);
    card->addWidget(worst_, 0, Qt::AlignLeft);
    auto curve = [lower](const QString& title, CurveView* view) {
        auto* column = new QVBoxLayout;
        column->setSpacing(kSpaceSmall);
        column->addWidget(makeLabel(title, "caption", lower));
        column->addWidget(view, 1);
        return column;
    };
    auto* lower_row = new QHBoxLayout(lower);
    lower_row->setContentsMargins(kSpaceLarge, kSpace, kSpaceLarge, kSpace);
    lower_row->setSpacing(kSpaceLarge);
    auto* card_box = new QWidget(lower);
    card_box->setLayout(card);
    card->setContentsMargins(0, 0, 0, 0);
    card_box->setMinimumWidth(kCardWidth / 2);
    card_box->setMaximumWidth(kCardWidth);
    lower_row->addWidget(card_box);
    lower_row->addLayout(curve(tr("PSNR by frame"), psnr_), 1);
    lower_row->addLayout(curve(tr("SSIM by frame"), ssim_), 1);
    lower->setFixedHeight(kCurveHeight + 64);

    auto rule = [this] {
        auto* line = new QFrame(this);
        line->setObjectName(QStringLiteral("rule"));
        return line;
    };
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(head);
    column->addWidget(pictures_, 1);
    column->addWidget(rule());
    column->addWidget(new TransportBar(clock_, this));
    column->addWidget(rule());
    column->addWidget(lower);

    connect(clock_, &PlaybackClock::positionChanged, this, &ComparePage::showFrame);
    connect(mode_control_, &SegmentedControl::chosen, this, [this](int mode) { setMode(Mode(mode)); });
    connect(gain_, &QSlider::valueChanged, this, &ComparePage::showFrame);
    connect(left_choice_, &QComboBox::activated, this, [this] { showPair(left_choice_->currentData().toULongLong(), candidate_); });
    connect(right_choice_, &QComboBox::activated, this,
            [this] { showPair(reference_, right_choice_->currentData().toULongLong()); });
    connect(clips_, &QAbstractItemModel::rowsInserted, this, &ComparePage::rebuildChoices);
    connect(clips_, &QAbstractItemModel::rowsRemoved, this, &ComparePage::rebuildChoices);
    connect(clips_, &QAbstractItemModel::dataChanged, this, [this] {
        rebuildChoices();
        refresh();
    });
    connect(psnr_, &CurveView::indexClicked, this, [this](int frame) {
        clock_->setPlaying(false);
        clock_->setPosition(frame);
    });
    connect(ssim_, &CurveView::indexClicked, this, [this](int frame) {
        clock_->setPlaying(false);
        clock_->setPosition(frame);
    });
    connect(worst_, &QPushButton::clicked, this, [this] {
        const ClipEntry* entry = clips_->find(candidate_);
        if (!entry || !entry->quality) return;
        clock_->setPlaying(false);
        clock_->setPosition(entry->quality->worst_frame);
    });
    setMode(SideBySide);
    refresh();
}

void ComparePage::rebuildChoices() {
    for (QComboBox* box : {left_choice_, right_choice_}) {
        const QSignalBlocker quiet(box);
        box->clear();
        for (int row = 0; row < clips_->rowCount(); ++row) {
            const ClipEntry& entry = clips_->at(row);
            const QString name = nameOf(entry);
            box->addItem(name.size() > kMaxNameLength ? name.left(kMaxNameLength - 1) + QChar(0x2026) : name, entry.id);
            box->setItemData(row, name, Qt::ToolTipRole);
        }
        box->setCurrentIndex(box->findData(box == left_choice_ ? reference_ : candidate_));
    }
}

void ComparePage::showPair(quint64 reference_id, quint64 candidate_id) {
    reference_ = reference_id;
    candidate_ = candidate_id;
    rebuildChoices();
    refresh();
    if (left_ && right_) clock_->setPlaying(true);
    const ClipEntry* candidate = clips_->find(candidate_);
    if (comparable_ && candidate && reference_ != candidate_ && !(candidate->quality && candidate->twin_id == reference_)) {
        Q_EMIT measureRequested(reference_, candidate_);
    }
}

void ComparePage::swap() { showPair(candidate_, reference_); }

void ComparePage::setMode(Mode mode) {
    mode_ = mode;
    mode_control_->setCurrent(mode);
    pictures_->setPaneVisible(kLeft, mode == SideBySide);
    pictures_->setPaneVisible(kRight, mode == SideBySide);
    pictures_->setPaneVisible(kSingle, mode != SideBySide);
    wipe_view_->setWiping(mode == Wipe);
    gain_->setVisible(mode == Difference);
    gain_label_->setVisible(mode == Difference);
    showFrame();
}

void ComparePage::refresh() {
    const ClipEntry* a = clips_->find(reference_);
    const ClipEntry* b = clips_->find(candidate_);
    left_ = a ? a->clip().frames : nullptr;
    right_ = b ? b->clip().frames : nullptr;
    comparable_ = left_ && right_ && left_->frames == right_->frames && left_->width == right_->width && left_->height == right_->height;
    const auto& lead = left_ ? left_ : right_;
    clock_->setLength(lead ? (left_ && right_ ? std::min(left_->frames, right_->frames) : lead->frames) : 0, lead ? lead->fps : 0);
    if (lead) pictures_->setAspect(double(lead->width) / lead->height);

    headline_->setText(tr("No pair yet"));
    detail_->clear();
    differs_->clear();
    psnr_->setValues({}, 0);
    ssim_->setValues({}, 0);
    const bool measured = b && b->quality && b->twin_id == reference_;
    worst_->setEnabled(measured);
    if (a && b) {
        const double ta = a->clip().times.denoising, tb = b->clip().times.denoising;
        QStringList lines;
        if (ta > 0 && tb > 0) {
            headline_->setText(ta >= tb ? tr("%1 faster").arg(factorText(ta / tb)) : tr("%1 slower").arg(factorText(tb / ta)));
            headline_->setToolTip(tr("Denoising time of the left clip against the right one, wall clock"));
            lines << tr("Denoising %1 left, %2 right").arg(secondsText(ta), secondsText(tb));
        } else {
            headline_->setText(tr("Times not known"));
        }
        if (measured) {
            const auto& q = *b->quality;
            lines << tr("%1 mean, worst %2 in frame %3").arg(decibelText(q.mean_psnr_db), decibelText(q.worst_psnr_db)).arg(q.worst_frame + 1);
            lines << tr("SSIM %1").arg(ssimText(q.mean_ssim));
            psnr_->setValues(q.psnr_db, int(q.psnr_db.size()));
            psnr_->setMarked(q.worst_frame);
            ssim_->setValues(q.ssim, int(q.ssim.size()));
            ssim_->setMarked(q.worst_frame);
        } else if (!comparable_) {
            lines << tr("The clips differ in size or length, so they cannot be measured against each other.");
        } else {
            lines << tr("Measuring the difference");
        }
        detail_->setText(lines.join(QLatin1Char('\n')));
        const QStringList differences = requestDifferences(a->clip().request, b->clip().request);
        differs_->setText(differences.isEmpty() ? QString() : tr("Differs: %1").arg(differences.join(QStringLiteral("; "))));
        differs_->setToolTip(differences.join(QLatin1Char('\n')));
    }
    showFrame();
}

void ComparePage::showFrame() {
    int frame = clock_->position();
    psnr_->setCursorAt(frame);
    ssim_->setCursorAt(frame);
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
            wipe_view_->setPair(differenceImage(left, right, gain_->value(), tokensOf(this).dark), {});
            pictures_->setCaption(kSingle, a && b ? tr("Difference, %1 times amplified").arg(gain_->value()) : QString(), place);
            break;
        case Blink: {
            // Changes sides twice a second of clip time, so that both are seen in motion.
            const bool second = int(frame / std::max(1.0, clock_->fps() / 2)) % 2 == 1;
            wipe_view_->setPair(second ? right : left, {});
            pictures_->setCaption(kSingle, second ? right_name : left_name, place);
            break;
        }
    }
}

}  // namespace timeripple::ui
