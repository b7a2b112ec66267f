#include "ui/widgets/recipe_card.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/session/request_differences.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {
namespace {

constexpr int kWidth = 460;
constexpr int kTop = 56;  // under the tabs of the pages

}  // namespace

RecipeCard::RecipeCard(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("card"));
    setFixedWidth(kWidth);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Settings of a recipe"));
    title_ = makeLabel(QString(), "error", this);
    title_->setWordWrap(true);
    table_ = new QWidget(this);
    apply_ = new QPushButton(tr("Use these settings"), this);
    apply_->setProperty("primary", true);
    keep_ = new QPushButton(tr("Keep mine"), this);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpace);
    buttons->addStretch(1);
    buttons->addWidget(keep_);
    buttons->addWidget(apply_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpaceLarge, kSpaceLarge, kSpaceLarge, kSpaceLarge);
    column->setSpacing(kSpace);
    column->addWidget(title_);
    column->addWidget(table_);
    column->addLayout(buttons);
    connect(apply_, &QPushButton::clicked, this, [this] {
        hide();
        Q_EMIT applied(recipe_);
    });
    connect(keep_, &QPushButton::clicked, this, [this] {
        hide();
        Q_EMIT dismissed();
    });
    if (parent) parent->installEventFilter(this);
    hide();
}

void RecipeCard::place() {
    if (const QWidget* over = parentWidget()) move(std::max(0, (over->width() - width()) / 2), kTop);
}

bool RecipeCard::eventFilter(QObject* object, QEvent* event) {
    if (event->type() == QEvent::Resize && isVisible()) place();
    return QFrame::eventFilter(object, event);
}

void RecipeCard::showRecipe(const QString& name, const engine::GenerationRequest& now, const engine::GenerationRequest& recipe) {
    recipe_ = recipe;
    const auto differences = settingDifferences(now, recipe);
    const bool same = differences.empty();
    title_->setText(same ? tr("%1 has the settings that you have now.").arg(name) : tr("Settings of %1").arg(name));
    delete table_->layout();
    qDeleteAll(table_->findChildren<QLabel*>(Qt::FindDirectChildrenOnly));
    auto* grid = new QGridLayout(table_);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kSpaceLarge);
    grid->setVerticalSpacing(kSpaceSmall);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(2, 1);
    auto cell = [&](const QString& text, const char* role, int row, int column) {
        auto* label = makeLabel(text, role, table_);
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        grid->addWidget(label, row, column, Qt::AlignTop);
    };
    if (!same) {
        cell(tr("now"), "caption", 0, 1);
        cell(tr("in the recipe"), "caption", 0, 2);
    }
    for (qsizetype i = 0; i < differences.size(); ++i) {
        cell(differences[i].name, "label", int(i) + 1, 0);
        cell(differences[i].left, "caption", int(i) + 1, 1);
        cell(differences[i].right, "captionStrong", int(i) + 1, 2);
    }
    table_->setVisible(!same);
    apply_->setVisible(!same);
    keep_->setText(same ? tr("Close") : tr("Keep mine"));
    // Shown first: how high wrapped words are is known once the labels have the fonts of the style sheet.
    show();
    layout()->activate();
    grid->activate();
    for (auto* label : table_->findChildren<QLabel*>()) label->setMinimumHeight(label->heightForWidth(label->width()));
    adjustSize();
    place();
    raise();
    (same ? keep_ : apply_)->setFocus(Qt::OtherFocusReason);
}

void RecipeCard::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) {
        hide();
        Q_EMIT dismissed();
    } else if (event->key() == Qt::Key_Return && apply_->isVisible()) {
        apply_->click();
    } else {
        QFrame::keyPressEvent(event);
    }
}

}  // namespace timeripple::ui
