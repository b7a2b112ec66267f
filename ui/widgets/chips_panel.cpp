#include "ui/widgets/chips_panel.h"

#include <QKeyEvent>
#include <QPushButton>

#include "ui/widgets/flow_layout.h"
#include "ui/widgets/prompt_words.h"

namespace timeripple::ui {

ChipsPanel::ChipsPanel(QWidget* parent) : QWidget(parent) { new FlowLayout(5, this); }

void ChipsPanel::setVocabulary(const engine::Vocabulary& vocabulary) {
    for (const Chip& chip : chips_) delete chip.button;
    chips_.clear();
    for (const auto& group : vocabulary.groups) {
        QStringList words;
        for (const auto& word : group.words) words << QString::fromStdString(word);
        for (const QString& word : words) {
            auto* button = new QPushButton(word, this);
            button->setProperty("chip", true);
            button->setCheckable(true);
            button->setAutoDefault(false);
            button->setAccessibleName(tr("Word: %1").arg(word));
            button->setToolTip(QString::fromStdString(group.name));
            button->setFocusPolicy(chips_.isEmpty() ? Qt::StrongFocus : Qt::ClickFocus);
            button->installEventFilter(this);
            layout()->addWidget(button);
            connect(button, &QPushButton::clicked, this, [this, word, words] { Q_EMIT toggled(word, words); });
            chips_.append({button, word});
        }
    }
    setVisible(!chips_.isEmpty());
}

void ChipsPanel::showPrompt(const QString& prompt) {
    for (const Chip& chip : chips_) chip.button->setChecked(promptHolds(prompt, chip.phrase));
}

bool ChipsPanel::eventFilter(QObject* object, QEvent* event) {
    if (event->type() != QEvent::KeyPress) return QWidget::eventFilter(object, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    const int step = key == Qt::Key_Left || key == Qt::Key_Up ? -1 : key == Qt::Key_Right || key == Qt::Key_Down ? 1 : 0;
    if (step == 0) return QWidget::eventFilter(object, event);
    for (int i = 0; i < chips_.size(); ++i) {
        if (chips_[i].button != object) continue;
        QPushButton* next = chips_[std::clamp<qsizetype>(i + step, 0, chips_.size() - 1)].button;
        chips_[i].button->setFocusPolicy(Qt::ClickFocus);
        next->setFocusPolicy(Qt::StrongFocus);
        next->setFocus(Qt::TabFocusReason);
        return true;
    }
    return false;
}

}  // namespace timeripple::ui
