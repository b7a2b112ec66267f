#include "ui/widgets/chips_panel.h"

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

}  // namespace timeripple::ui
