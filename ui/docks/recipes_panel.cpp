#include "ui/docks/recipes_panel.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/delegates/two_line_delegate.h"
#include "ui/models/recipe_list_model.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {
namespace {

constexpr int kLongestName = 80;

}  // namespace

RecipesPanel::RecipesPanel(RecipeListModel* recipes, QWidget* parent) : QWidget(parent), recipes_(recipes), view_(new QListView(this)) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    name_ = new QLineEdit(this);
    name_->setPlaceholderText(tr("A name for the settings"));
    name_->setAccessibleName(tr("Name of the recipe"));
    name_->setToolTip(tr("Everything that the left panel says is kept under this name"));
    name_->setMaxLength(kLongestName);
    save_ = new QPushButton(tr("Save"), this);
    save_->setAccessibleName(tr("Save the settings as a recipe"));
    view_->setModel(recipes);
    view_->setItemDelegate(new TwoLineDelegate(RecipeListModel::SubtitleRole, -1, view_));
    view_->setEditTriggers(QAbstractItemView::EditKeyPressed);
    view_->setMouseTracking(true);
    view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view_->setContextMenuPolicy(Qt::CustomContextMenu);
    view_->setAccessibleName(tr("Recipes"));
    view_->installEventFilter(this);
    empty_ = makeLabel(tr("Settings that you save under a name stand here. A recipe shows what it would change before it is used."), "caption",
                       this);
    empty_->setWordWrap(true);
    auto* name_row = new QHBoxLayout;
    name_row->setSpacing(kSpace);
    name_row->addWidget(name_, 1);
    name_row->addWidget(save_);
    auto* actions = new FlowLayout(kSpace);
    auto add = [&](const QString& text, const QString& tip, auto act) {
        auto* button = new QPushButton(text, this);
        button->setToolTip(tip);
        actions->addWidget(button);
        buttons_ << button;
        connect(button, &QPushButton::clicked, this, act);
    };
    add(tr("Use…"), tr("Shows what differs from the settings now, then uses it (Return)"), [this] { use(); });
    add(tr("Rename"), tr("Another name (F2)"), [this] { rename(); });
    add(tr("Save as a file…"), tr("A recipe file, to share: drop it on this window to open it"), [this] { Q_EMIT exportRequested(current()); });
    add(tr("Delete"), tr("Takes the recipe out of the list (Delete); undo brings it back"), [this] { Q_EMIT removeRequested(current()); });
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpaceLarge, kSpaceLarge, kSpaceLarge, kSpaceLarge);
    column->setSpacing(kSpace);
    column->addWidget(makeHeading(tr("Recipes"), this));
    column->addLayout(name_row);
    column->addWidget(empty_);
    column->addWidget(view_, 1);
    column->addLayout(actions);
    column->addStretch(0);

    connect(save_, &QPushButton::clicked, this, &RecipesPanel::save);
    connect(name_, &QLineEdit::returnPressed, this, &RecipesPanel::save);
    connect(name_, &QLineEdit::textChanged, this, &RecipesPanel::showState);
    connect(view_, &QListView::activated, this, &RecipesPanel::use);
    connect(view_, &QListView::customContextMenuRequested, this, &RecipesPanel::showMenu);
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this, &RecipesPanel::showState);
    connect(recipes, &QAbstractItemModel::rowsInserted, this, &RecipesPanel::showState);
    connect(recipes, &QAbstractItemModel::rowsRemoved, this, &RecipesPanel::showState);
    showState();
}

void RecipesPanel::askForName(const QString& suggestion) {
    name_->setText(suggestion);
    name_->selectAll();
    name_->setFocus(Qt::ShortcutFocusReason);
}

QString RecipesPanel::current() const { return view_->currentIndex().data(Qt::EditRole).toString(); }

void RecipesPanel::setCurrent(const QString& name) {
    if (const int row = recipes_->rowOf(name); row >= 0) view_->setCurrentIndex(recipes_->index(row));
}

void RecipesPanel::save() {
    const QString name = name_->text().trimmed();
    if (name.isEmpty()) return;
    name_->clear();
    Q_EMIT saveRequested(name);
    view_->setFocus(Qt::OtherFocusReason);  // where Ctrl+Z is that of the window
}

void RecipesPanel::use() {
    if (!current().isEmpty()) Q_EMIT useRequested(current());
}

void RecipesPanel::rename() {
    view_->setFocus(Qt::OtherFocusReason);
    view_->edit(view_->currentIndex());
}

void RecipesPanel::showMenu(const QPoint& at) {
    if (const QModelIndex index = view_->indexAt(at); index.isValid()) view_->setCurrentIndex(index);
    if (current().isEmpty()) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (QPushButton* button : buttons_) {
        if (button == buttons_.last()) menu->addSeparator();
        menu->addAction(button->text(), button, &QPushButton::click);
    }
    menu->popup(view_->viewport()->mapToGlobal(at));
}

void RecipesPanel::showState() {
    const bool none = recipes_->rowCount() == 0;
    empty_->setVisible(none);
    view_->setVisible(!none);
    save_->setEnabled(!name_->text().trimmed().isEmpty());
    for (QPushButton* button : buttons_) {
        button->setVisible(!none);
        button->setEnabled(view_->currentIndex().isValid());
    }
}

bool RecipesPanel::eventFilter(QObject* object, QEvent* event) {
    if (object == view_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Delete && !current().isEmpty()) {
            Q_EMIT removeRequested(current());
            return true;
        }
    }
    return QWidget::eventFilter(object, event);
}

}  // namespace timeripple::ui
