#include "ui/widgets/token_card.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/theme/colormaps.h"

namespace timeripple::ui {
namespace {

constexpr int kWidth = 300;
constexpr int kStripHeight = 16;

}  // namespace

TokenCard::TokenCard(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    setAccessibleName(tr("Story of the token under the cursor"));
    hide();
}

QSize TokenCard::sizeHint() const {
    const int line = fontMetrics().lineSpacing();
    int height = heightOf(story_.place);
    for (const QString& fact : story_.facts) height += heightOf(fact);
    const int strip = story_.history.empty() ? 0 : kSpaceSmall + line + kStripHeight;
    return {kWidth, height + strip + 2 * kSpace};
}

int TokenCard::heightOf(const QString& text) const {
    const int line = fontMetrics().lineSpacing();
    return fontMetrics().boundingRect(QRect(0, 0, kWidth - 2 * kSpace, 10 * line), Qt::TextWordWrap, text).height();
}

void TokenCard::showStory(const TokenStory& story, int shown_step, int total_steps) {
    story_ = story;
    shown_step_ = shown_step;
    total_steps_ = std::max({1, total_steps, story.history.empty() ? 1 : story.history.back().step});
    setAccessibleDescription(story.place + QStringLiteral(". ") + story.facts.join(QStringLiteral(". ")));
    resize(sizeHint());
    update();
}

void TokenCard::paintEvent(QPaintEvent*) {
    const ThemeTokens& t = tokensOf(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor ground = t.panel;
    ground.setAlphaF(0.94f);
    painter.setPen(QPen(t.line, 1));
    painter.setBrush(ground);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
    QRect room = rect().adjusted(kSpace, kSpace, -kSpace, -kSpace);
    const auto write = [&](const QString& text, const QColor& colour) {
        painter.setPen(colour);
        painter.drawText(room, Qt::TextWordWrap, text);
        room.setTop(room.top() + heightOf(text));
    };
    write(story_.place, t.text);
    for (const QString& fact : story_.facts) write(fact, t.dim_text);
    if (story_.history.empty()) return;
    painter.setPen(t.dim_text);
    painter.drawText(room.adjusted(0, kSpaceSmall, 0, 0), Qt::AlignLeft | Qt::AlignTop, tr("Step by step"));
    const QRectF strip(room.left(), rect().bottom() - kSpace - kStripHeight + 1, room.width(), kStripHeight);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.fillRect(strip, t.raised);
    const auto colours = originColors(t);
    const double width = strip.width() / total_steps_;
    for (const auto& step : story_.history) {
        double y = strip.bottom();
        for (std::size_t o = 0; o < colours.size(); ++o) {
            const double height = double(step.shares[o]) * strip.height();
            y -= height;
            painter.fillRect(QRectF(QPointF(std::round(strip.left() + (step.step - 1) * width), y),
                                    QPointF(std::round(strip.left() + step.step * width), y + height)),
                             colours[o]);
        }
    }
    if (shown_step_ >= 1 && shown_step_ <= total_steps_) {
        painter.setPen(QPen(t.text, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(strip.left() + (shown_step_ - 1) * width, strip.top(), std::max(2.0, width), strip.height() - 1));
    }
}

}  // namespace timeripple::ui
