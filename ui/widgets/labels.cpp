#include "ui/widgets/labels.h"

#include <QPainter>
#include <QStyle>

namespace timeripple::ui {

QLabel* makeLabel(const QString& text, const char* role, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("role", role);
    return label;
}

QLabel* makeHeading(const QString& text, QWidget* parent) { return makeLabel(text.toUpper(), "heading", parent); }

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, width());
    style()->drawItemText(&painter, rect(), int(alignment()), palette(), isEnabled(), shown, foregroundRole());
}

}  // namespace timeripple::ui
