#include "ui/widgets/notice_bar.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {

NoticeBar::NoticeBar(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("notice"));
    setAccessibleName(tr("Notice"));
    text_ = makeLabel(QString(), "text", this);
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    choices_ = new QHBoxLayout;
    choices_->setSpacing(kSpace);
    auto* close = new QPushButton(tr("Close"), this);
    close->setAccessibleName(tr("Close the notice"));
    close->setProperty("flat", true);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpaceLarge, kSpaceSmall, kSpace, kSpaceSmall);
    row->setSpacing(kSpace);
    row->addWidget(text_, 1);
    row->addLayout(choices_);
    row->addWidget(close);
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    hide();
}

void NoticeBar::showNotice(const QString& text, const QList<Choice>& choices) {
    while (QLayoutItem* item = choices_->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();  // it may be the sender
        delete item;
    }
    text_->setText(text);
    setAccessibleDescription(text);
    for (const Choice& choice : choices) {
        auto* button = new QPushButton(choice.text, this);
        choices_->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, act = choice.act] {
            hide();
            act();
        });
    }
    show();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

QString NoticeBar::text() const { return isHidden() ? QString() : text_->text(); }

}  // namespace timeripple::ui
