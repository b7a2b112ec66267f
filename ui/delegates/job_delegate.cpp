#include "ui/delegates/job_delegate.h"

#include <QPainter>
#include <algorithm>

#include "ui/models/job_queue_model.h"
#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {
namespace {

constexpr int kRowHeight = 28;
constexpr int kBarWidth = 96;
constexpr int kTimeWidth = 62;
constexpr int kBarHeight = 6;

// Room for every word of a state, in any language.
int timeWidth(const QFontMetrics& metrics) {
    int width = kTimeWidth;
    for (const char* word : {"waits", "paused", "goes on", "runs", "stops", "failed", "cancelled"}) {
        width = std::max(width, metrics.horizontalAdvance(JobQueueModel::tr(word)));
    }
    return width;
}

}  // namespace

QSize JobDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const { return {200, kRowHeight}; }

void JobDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const ThemeTokens& t = tokensOf(option.palette);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRect rect = option.rect;
    if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver)) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(t.raised);
        painter->drawRoundedRect(rect.adjusted(0, 1, 0, -1), 4, 4);
    }
    const auto state = index.data(JobQueueModel::StateRole).value<JobState>();
    const int right = rect.right() - kSpaceSmall;
    const int time_width = timeWidth(option.fontMetrics);
    const QRect time(right - time_width, rect.y(), time_width, rect.height());
    const QRectF bar(right - time_width - kSpace - kBarWidth, rect.center().y() - kBarHeight / 2 + 1, kBarWidth, kBarHeight);
    const QRect text(rect.x() + kSpaceSmall, rect.y(), int(bar.left()) - rect.x() - 2 * kSpace, rect.height());
    // The detail keeps its room: it is what tells runs of one prompt apart.
    const QString detail = index.data(JobQueueModel::DetailRole).toString();
    const int detail_width = detail.isEmpty() ? 0 : option.fontMetrics.horizontalAdvance(detail) + kSpace;
    const QString name = option.fontMetrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight, text.width() - detail_width);
    painter->setPen(t.text);
    painter->drawText(text, Qt::AlignLeft | Qt::AlignVCenter, name);
    painter->setPen(t.dim_text);
    painter->drawText(text.adjusted(option.fontMetrics.horizontalAdvance(name) + kSpace, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, detail);
    painter->setPen(state == JobState::Failed ? t.warning : t.dim_text);
    painter->drawText(time, Qt::AlignLeft | Qt::AlignVCenter, index.data(JobQueueModel::TimeRole).toString());
    painter->setPen(Qt::NoPen);
    painter->setBrush(t.line);
    painter->drawRoundedRect(bar, 3, 3);
    const double part = index.data(JobQueueModel::FractionRole).toDouble();
    if (part > 0) {
        painter->setBrush(state == JobState::Failed ? t.warning : t.accent);
        painter->drawRoundedRect(QRectF(bar.x(), bar.y(), std::max(6.0, bar.width() * part), bar.height()), 3, 3);
    }
    if (option.state & QStyle::State_HasFocus) {
        painter->setPen(t.accent);
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(QRectF(rect).adjusted(0.5, 1.5, -0.5, -1.5), 4, 4);
    }
    painter->restore();
}

}  // namespace timeripple::ui
