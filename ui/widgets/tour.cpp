#include "ui/widgets/tour.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {
namespace {

constexpr int kWidth = 300;

}  // namespace

Tour::Tour(const QVector<TourStep>& steps, QWidget* window) : QFrame(window), steps_(steps) {
    setFixedWidth(kWidth);
    setAccessibleName(tr("Short tour"));
    title_ = makeLabel(QString(), "captionStrong", this);
    text_ = makeLabel(QString(), "label", this);
    text_->setWordWrap(true);
    count_ = makeLabel(QString(), "caption", this);
    close_ = new QPushButton(tr("Close"), this);
    next_ = new QPushButton(tr("Next"), this);
    next_->setProperty("primary", true);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpace);
    buttons->addWidget(count_);
    buttons->addStretch(1);
    buttons->addWidget(close_);
    buttons->addWidget(next_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpaceLarge, kSpaceLarge, kSpaceLarge, kSpaceLarge);
    column->setSpacing(kSpace);
    column->addWidget(title_);
    column->addWidget(text_);
    column->addLayout(buttons);
    connect(close_, &QPushButton::clicked, this, &Tour::finish);
    connect(next_, &QPushButton::clicked, this, &Tour::next);
    window->installEventFilter(this);
    hide();
}

void Tour::begin() {
    step_ = 0;
    showStep();
}

void Tour::next() {
    ++step_;
    step_ < steps_.size() ? showStep() : finish();
}

void Tour::finish() {
    hide();
    Q_EMIT finished();
}

void Tour::showStep() {
    const TourStep& step = steps_[step_];
    title_->setText(step.title);
    text_->setText(step.text);
    count_->setText(tr("%1 of %2").arg(step_ + 1).arg(steps_.size()));
    next_->setText(step_ + 1 < steps_.size() ? tr("Next") : tr("Done"));
    show();
    adjustSize();
    place();
    raise();
}

// To the right of what it speaks of, else to its left, always inside the window.
void Tour::place() {
    const QWidget* window = parentWidget();
    QRect target(window->rect().center(), QSize(0, 0));
    const QPointer<QWidget> beside = steps_.value(step_).beside;
    // A panel behind another's tab is visible by name, and out of sight.
    if (beside && !beside->visibleRegion().isEmpty()) target = QRect(beside->mapTo(window, QPoint(0, 0)), beside->size());
    int x = target.right() + kSpaceLarge;
    if (x + width() > window->width()) x = target.left() - width() - kSpaceLarge;
    const int y = target.top() + std::min(80, target.height() / 3);
    move(std::clamp(x, kSpace, std::max(kSpace, window->width() - width() - kSpace)),
         std::clamp(y, kSpace, std::max(kSpace, window->height() - height() - kSpace)));
}

bool Tour::eventFilter(QObject* watched, QEvent* event) {
    if (isVisible() && watched == parentWidget() && (event->type() == QEvent::Resize || event->type() == QEvent::LayoutRequest)) place();
    return QFrame::eventFilter(watched, event);
}

// For those who reach it by Tab.
void Tour::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) {
        finish();
    } else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        close_->hasFocus() ? finish() : next();
    } else {
        QFrame::keyPressEvent(event);
    }
}

void Tour::paintEvent(QPaintEvent*) {
    const ThemeTokens& t = tokensOf(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(t.accent, 1));
    painter.setBrush(t.panel);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
}

}  // namespace timeripple::ui
