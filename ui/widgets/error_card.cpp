#include "ui/widgets/error_card.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {

QString errorTitle(engine::ErrorCode code) {
    switch (code) {
        case engine::ErrorCode::Cancelled:
            return ErrorCard::tr("Cancelled");
        case engine::ErrorCode::BadRequest:
            return ErrorCard::tr("A setting does not fit");
        case engine::ErrorCode::BadFile:
            return ErrorCard::tr("A file could not be read");
        case engine::ErrorCode::WrongModel:
            return ErrorCard::tr("This model cannot run here");
        case engine::ErrorCode::OutOfMemory:
            return ErrorCard::tr("Not enough memory");
        case engine::ErrorCode::NonFinite:
            return ErrorCard::tr("The numbers broke down");
        case engine::ErrorCode::Io:
            return ErrorCard::tr("Reading or writing failed");
        case engine::ErrorCode::EngineMissing:
            return ErrorCard::tr("The engine could not be opened");
        case engine::ErrorCode::DeviceLost:
            return ErrorCard::tr("The device was lost");
        case engine::ErrorCode::Internal:
            break;
    }
    return ErrorCard::tr("Something went wrong");
}

ErrorCard::ErrorCard(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("card"));
    setAccessibleName(tr("Error"));
    setMinimumWidth(380);
    setMaximumWidth(560);
    icon_ = new QLabel(this);
    showIcon();
    title_ = makeLabel(QString(), "error", this);
    title_->setWordWrap(true);
    message_ = makeLabel(QString(), "text", this);
    message_->setWordWrap(true);
    message_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    message_->setAccessibleName(tr("What happened"));
    detail_ = makeLabel(QString(), "caption", this);
    detail_->setWordWrap(true);
    auto* copy = new QPushButton(tr("Copy"), this);
    copy->setAccessibleName(tr("Copy the error"));
    copy->setToolTip(tr("Copy the whole text, for a report"));
    remedy_ = new QPushButton(this);
    remedy_->setAccessibleName(tr("Way out"));
    remedy_->hide();
    auto* close = new QPushButton(tr("Close"), this);
    close->setAccessibleName(tr("Close the error"));

    auto* head = new QHBoxLayout;
    head->setSpacing(kSpace);
    head->addWidget(icon_, 0, Qt::AlignTop);
    head->addWidget(title_, 1);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpace);
    buttons->addWidget(copy);
    buttons->addWidget(remedy_);
    buttons->addStretch(1);
    buttons->addWidget(close);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(18, 18, 18, 18);
    column->setSpacing(10);
    column->addLayout(head);
    column->addWidget(message_);
    column->addWidget(detail_);
    column->addSpacing(kSpaceSmall);
    column->addLayout(buttons);

    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(text()); });
    connect(close, &QPushButton::clicked, this, &ErrorCard::dismissed);
    connect(remedy_, &QPushButton::clicked, this, &ErrorCard::remedyChosen);
}

void ErrorCard::showIcon() { icon_->setPixmap(makeIcon(IconShape::Warning).pixmap(QSize(22, 22), devicePixelRatio())); }

void ErrorCard::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) showIcon();
    QFrame::changeEvent(event);
}

void ErrorCard::showError(const QString& title, const engine::Error& error) {
    error_ = error;
    title_->setText(title);
    message_->setText(QString::fromStdString(error.message));
    detail_->setText(QString::fromStdString(error.detail));
    detail_->setVisible(!error.detail.empty());
    setAccessibleDescription(title + QStringLiteral(". ") + message_->text());
}

void ErrorCard::setRemedy(const QString& text) {
    remedy_->setText(text);
    remedy_->setAccessibleName(text.isEmpty() ? tr("Way out") : text);
    remedy_->setVisible(!text.isEmpty());
}

QString ErrorCard::text() const {
    QString all = title_->text() + QLatin1Char('\n') + message_->text();
    if (!error_.detail.empty()) all += QLatin1Char('\n') + QString::fromStdString(error_.detail);
    return all;
}

}  // namespace timeripple::ui
