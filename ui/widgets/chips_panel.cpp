#include "ui/widgets/chips_panel.h"

#include <QKeyEvent>
#include <QPushButton>
#include <algorithm>
#include <string_view>

#include "ui/widgets/flow_layout.h"
#include "ui/widgets/prompt_words.h"

namespace timeripple::ui {

namespace {

// Words of a group that are always there. What moves, how and where comes first; other groups only on demand.
int sampleSize(const std::string& group) {
    if (group == "things") return 4;
    if (group == "colours" || group == "motions") return 3;
    return group == "places" || group == "sizes" ? 2 : 0;
}

int rank(const std::string& group) {
    constexpr std::string_view kOrder[] = {"sizes", "colours", "things", "motions", "places"};
    const auto found = std::find(std::begin(kOrder), std::end(kOrder), group);
    return int(found - std::begin(kOrder));
}

}  // namespace

ChipsPanel::ChipsPanel(QWidget* parent) : QWidget(parent), more_(new QPushButton(this)) {
    new FlowLayout(5, this);
    more_->setProperty("chip", true);
    more_->setProperty("quiet", true);
    more_->setToolTip(tr("All words that the model was taught"));
    connect(more_, &QPushButton::clicked, this, [this] {
        all_ = !all_;
        showChips();
    });
}

void ChipsPanel::setVocabulary(const engine::Vocabulary& vocabulary) {
    for (const Chip& chip : chips_) delete chip.button;
    chips_.clear();
    auto groups = vocabulary.groups;
    std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return rank(a.name) < rank(b.name); });
    // Vocabularies whose groups have other names: a sample of each.
    const bool named = std::any_of(groups.begin(), groups.end(), [](const auto& g) { return sampleSize(g.name) > 0; });
    for (const auto& group : groups) {
        const int samples = named ? sampleSize(group.name) : 3;
        int place = 0;
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
            chips_.append({button, word, place++ < samples});
        }
    }
    layout()->removeWidget(more_);
    layout()->addWidget(more_);
    setVisible(!chips_.isEmpty());
    showChips();
}

void ChipsPanel::showChips() {
    int hidden = 0;
    for (const Chip& chip : chips_) {
        const bool shown = all_ || chip.sample || chip.button->isChecked() || chip.button->hasFocus();
        chip.button->setVisible(shown);
        hidden += !shown;
    }
    more_->setVisible(all_ || hidden > 0);
    more_->setText(all_ ? tr("fewer") : tr("%1 more").arg(hidden));
    more_->setAccessibleName(all_ ? tr("Fewer words") : tr("%1 more words").arg(hidden));
    updateGeometry();
}

void ChipsPanel::showPrompt(const QString& prompt) {
    for (const Chip& chip : chips_) chip.button->setChecked(promptHolds(prompt, chip.phrase));
    showChips();
}

bool ChipsPanel::eventFilter(QObject* object, QEvent* event) {
    if (event->type() != QEvent::KeyPress) return QWidget::eventFilter(object, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    const int step = key == Qt::Key_Left || key == Qt::Key_Up ? -1 : key == Qt::Key_Right || key == Qt::Key_Down ? 1 : 0;
    if (step == 0) return QWidget::eventFilter(object, event);
    for (int i = 0; i < chips_.size(); ++i) {
        if (chips_[i].button != object) continue;
        int other = i + step;
        while (other >= 0 && other < chips_.size() && chips_[other].button->isHidden()) other += step;
        if (other < 0 || other >= chips_.size()) return true;
        QPushButton* next = chips_[other].button;
        chips_[i].button->setFocusPolicy(Qt::ClickFocus);
        next->setFocusPolicy(Qt::StrongFocus);
        next->setFocus(Qt::TabFocusReason);
        return true;
    }
    return false;
}

}  // namespace timeripple::ui
