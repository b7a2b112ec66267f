#include "ui/widgets/file_handle.h"

#include <QApplication>
#include <QDrag>
#include <QFileInfo>
#include <QMouseEvent>
#include <QPainter>
#include <QPixmap>

#include "ui/session/reveal_file.h"
#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {
namespace {

constexpr int kPicture = 40;

}  // namespace

FileHandle::FileHandle(QWidget* parent) : QFrame(parent) {
    setCursor(Qt::OpenHandCursor);
    setAccessibleName(tr("Written file"));
    setToolTip(tr("Drag it into another program"));
    setFixedHeight(52);
}

void FileHandle::setFile(const QString& path, const QImage& picture) {
    path_ = path;
    picture_ = picture.isNull() ? QImage() : picture.scaled(kPicture * 2, kPicture * 2, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    setAccessibleDescription(path);
    update();
}

void FileHandle::mousePressEvent(QMouseEvent* event) { pressed_ = event->pos(); }

void FileHandle::mouseMoveEvent(QMouseEvent* event) {
    if (path_.isEmpty() || !(event->buttons() & Qt::LeftButton)) return;
    if ((event->pos() - pressed_).manhattanLength() < QApplication::startDragDistance()) return;
    auto* drag = new QDrag(this);
    drag->setMimeData(mimeOfFile(path_));
    if (!picture_.isNull()) drag->setPixmap(QPixmap::fromImage(picture_));
    drag->exec(Qt::CopyAction);
}

void FileHandle::paintEvent(QPaintEvent*) {
    const ThemeTokens& t = tokensOf(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.setPen(QPen(t.line, 1, Qt::DashLine));
    painter.setBrush(t.raised);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
    int x = 6;
    if (!picture_.isNull()) {
        const QSize size = picture_.size().scaled(kPicture * 2, kPicture, Qt::KeepAspectRatio);
        painter.drawImage(QRect(QPoint(x, (height() - size.height()) / 2), size), picture_);
        x += size.width() + kSpace;
    }
    const QRect text(x, 4, width() - x - kSpace, height() - 8);
    painter.setPen(t.text);
    painter.drawText(text.adjusted(0, 2, 0, -text.height() / 2), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(QFileInfo(path_).fileName(), Qt::ElideMiddle, text.width()));
    painter.setPen(t.dim_text);
    painter.drawText(text.adjusted(0, text.height() / 2, 0, -2), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(tr("Drag it where you need it"), Qt::ElideRight, text.width()));
}

}  // namespace timeripple::ui
