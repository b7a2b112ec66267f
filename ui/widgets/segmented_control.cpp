#include "ui/widgets/segmented_control.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QPushButton>

#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {

SegmentedControl::SegmentedControl(const QString& name, const QStringList& words, QWidget* parent)
    : QFrame(parent), group_(new QButtonGroup(this)) {
    setObjectName(QStringLiteral("segments"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(1, 1, 1, 1);
    row->setSpacing(0);
    for (int i = 0; i < words.size(); ++i) {
        auto* button = new QPushButton(words[i], this);
        button->setCheckable(true);
        button->setProperty("segment", true);
        button->setAccessibleName(name + QStringLiteral(": ") + words[i]);
        // As narrow as the words allow, in the bold of the chosen one.
        QFont bold = button->font();
        bold.setWeight(QFont::DemiBold);
        button->setMinimumWidth(QFontMetrics(bold).horizontalAdvance(words[i]) + 2 * kSpaceSmall + 4);
        group_->addButton(button, i);
        row->addWidget(button, 1);
    }
    setAccessibleName(name);
    connect(group_, &QButtonGroup::idClicked, this, &SegmentedControl::chosen);
}

int SegmentedControl::current() const { return group_->checkedId(); }

void SegmentedControl::setCurrent(int index) {
    if (auto* button = group_->button(index)) {
        button->setChecked(true);
    } else if (auto* chosen = group_->checkedButton()) {
        group_->setExclusive(false);
        chosen->setChecked(false);
        group_->setExclusive(true);
    }
}

void SegmentedControl::setToolTips(const QStringList& tips) {
    for (int i = 0; i < tips.size(); ++i) {
        if (auto* button = group_->button(i)) button->setToolTip(tips[i]);
    }
}

}  // namespace timeripple::ui
