#include "ui/widgets/pair_summary.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <algorithm>
#include <array>

#include "ui/session/pair_result.h"
#include "ui/session/request_differences.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/curve_view.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

constexpr int kHeight = 212;
constexpr double kSmallestDb = 1.0;      // what the curves show at least, from top to bottom
constexpr double kSmallestSsim = 0.005;

constexpr int kColumns = 3;

// How wide a column may be so that all have room.
int widestOf(std::array<int, kColumns> wanted, int room) {
    std::sort(wanted.begin(), wanted.end());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const int share = room / int(wanted.size() - i);
        if (wanted[i] > share) return share;
        room -= wanted[i];
    }
    return wanted.back();
}

QString ssimText(double value) { return decimalText(value, 4); }

}  // namespace

PairSummary::PairSummary(QWidget* parent) : QWidget(parent) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(kHeight);
    headline_ = makeLabel(QString(), "big", this);
    headline_->setWordWrap(true);
    headline_->setAccessibleName(tr("Result"));
    detail_ = makeLabel(QString(), "caption", this);
    detail_->setWordWrap(true);
    detail_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    worst_ = new QPushButton(tr("Worst frame"), this);
    worst_->setToolTip(tr("Jump to the frame that differs most"));
    auto* card = new QVBoxLayout;
    card->setSpacing(kSpaceSmall);
    card->addWidget(headline_);
    card->addWidget(detail_);
    card->addStretch(1);

    psnr_ = new CurveView(tr("PSNR of every frame"), decibelText, this);
    ssim_ = new CurveView(tr("SSIM of every frame"), ssimText, this);
    psnr_->setSmallestSpan(kSmallestDb);
    ssim_->setSmallestSpan(kSmallestSsim);
    auto* curves = new QVBoxLayout;
    curves->setSpacing(0);
    for (auto [title, view] : {std::pair{tr("PSNR by frame"), psnr_}, std::pair{tr("SSIM by frame"), ssim_}}) {
        view->setFromZero(false);
        curves->addWidget(makeLabel(title, "caption", this));
        curves->addWidget(view, 1);
        connect(view, &CurveView::indexClicked, this, &PairSummary::frameChosen);
    }

    table_ = new QTreeWidget(this);
    table_->setAccessibleName(tr("Settings that differ"));
    table_->setHeaderLabels({tr("Differs"), tr("Left"), tr("Right")});
    table_->setRootIsDecorated(false);
    table_->setUniformRowHeights(true);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setSelectionMode(QAbstractItemView::NoSelection);
    table_->header()->setSectionsMovable(false);
    table_->header()->setStretchLastSection(false);  // it would not become narrower than its words
    table_->header()->setMinimumSectionSize(0);
    table_->header()->setSectionResizeMode(2, QHeaderView::Stretch);
    table_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table_->setMinimumWidth(120);
    table_->viewport()->installEventFilter(this);

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpaceLarge, kSpace, kSpaceLarge, kSpace);
    row->setSpacing(kSpaceLarge);
    row->addLayout(card, 7);  // room for its words in other languages
    row->addLayout(curves, 4);
    auto* differs = new QVBoxLayout;  // the button stands here: the words of the result need the height of the card
    differs->setSpacing(kSpaceSmall);
    differs->addWidget(table_, 1);
    differs->addWidget(worst_, 0, Qt::AlignRight);
    row->addLayout(differs, 5);

    connect(worst_, &QPushButton::clicked, this, [this] { Q_EMIT frameChosen(worst_frame_); });
    showPair(nullptr, nullptr, false);
}

void PairSummary::showPair(const ClipEntry* a, const ClipEntry* b, bool comparable) {
    psnr_->setValues({}, 0);
    ssim_->setValues({}, 0);
    psnr_->setMarked(-1);
    ssim_->setMarked(-1);
    table_->clear();
    worst_->setEnabled(false);
    if (!a || !b) {
        headline_->setText(tr("No pair yet"));
        detail_->setText(tr("Any two clips can be compared: choose them above."));
        return;
    }
    PairResult result = pairResult(*a, *b);
    if (result.measured) {
        const engine::ClipQuality& quality = *b->quality;
        psnr_->setValues(quality.psnr_db, int(quality.psnr_db.size()));
        ssim_->setValues(quality.ssim, int(quality.ssim.size()));
        psnr_->setMarked(quality.worst_frame);
        ssim_->setMarked(quality.worst_frame);
        worst_frame_ = quality.worst_frame;
        worst_->setEnabled(true);
    } else if (!comparable) {
        result.details.prepend(tr("The clips differ in size or length, so they cannot be measured against each other."));
    } else if (a->id != b->id) {
        result.details.prepend(tr("Measuring the difference"));
    }
    headline_->setText(unbroken(result.headline));
    detail_->setText(unbroken(result.details.join(QLatin1Char('\n'))));
    detail_->setToolTip(detail_->text());
    showDifferences(a->clip().request, b->clip().request);
}

void PairSummary::showDifferences(const engine::GenerationRequest& a, const engine::GenerationRequest& b) {
    for (const SettingDifference& difference : settingDifferences(a, b)) {
        auto* item = new QTreeWidgetItem(table_, {difference.name, difference.left, difference.right});
        for (int column = 0; column < kColumns; ++column) item->setToolTip(column, item->text(column));
    }
    if (table_->topLevelItemCount() == 0) new QTreeWidgetItem(table_, {tr("nothing"), QString(), QString()});
    fitColumns();
}

// Each column as wide as its texts. Where that is too much, the widest give way; what is cut ends in dots and is said whole by its tool
// tip.
void PairSummary::fitColumns() {
    std::array<int, kColumns> wanted{};
    for (int column = 0; column < kColumns; ++column) {
        const QAbstractItemView* rows = table_;
        wanted[std::size_t(column)] = std::max(rows->sizeHintForColumn(column), table_->header()->sectionSizeHint(column)) + kSpaceSmall;
    }
    const int widest = widestOf(wanted, table_->viewport()->width());
    for (int column = 0; column + 1 < kColumns; ++column) table_->setColumnWidth(column, std::min(wanted[std::size_t(column)], widest));
}

bool PairSummary::eventFilter(QObject* object, QEvent* event) {
    if (event->type() == QEvent::Resize) fitColumns();
    return QWidget::eventFilter(object, event);
}

void PairSummary::setCursorAt(int frame) {
    psnr_->setCursorAt(frame);
    ssim_->setCursorAt(frame);
}

QString PairSummary::headline() const { return headline_->text(); }

}  // namespace timeripple::ui
