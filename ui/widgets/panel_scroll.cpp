#include "ui/widgets/panel_scroll.h"

#include <QEvent>
#include <QScrollBar>

namespace timeripple::ui {

PanelScroll::PanelScroll(QWidget* content, int smallest, QWidget* parent) : QScrollArea(parent), smallest_(smallest) {
    setWidget(content);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    viewport()->setAutoFillBackground(false);
}

QSize PanelScroll::minimumSizeHint() const {
    const int content = widget()->minimumSizeHint().width() + verticalScrollBar()->sizeHint().width() + 2 * frameWidth();
    return {std::max(smallest_, content), QScrollArea::minimumSizeHint().height()};
}

bool PanelScroll::eventFilter(QObject* object, QEvent* event) {
    if (object == widget() && event->type() == QEvent::LayoutRequest) updateGeometry();
    return QScrollArea::eventFilter(object, event);
}

}  // namespace timeripple::ui
