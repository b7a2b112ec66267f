#include "ui/models/recipe_list_model.h"

#include <QMetaObject>
#include <algorithm>

#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

bool before(const SavedRecipe& a, const SavedRecipe& b) {
    const int order = QString::localeAwareCompare(a.name, b.name);
    return order != 0 ? order < 0 : a.name < b.name;
}

}  // namespace

int RecipeListModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(recipes_.size()); }

QVariant RecipeListModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const SavedRecipe& recipe = recipes_[std::size_t(index.row())];
    switch (role) {
        case Qt::DisplayRole:
        case Qt::EditRole:
            return recipe.name;
        case SubtitleRole:
            return subtitleOf(recipe);
        case Qt::ToolTipRole:
        case Qt::AccessibleTextRole:
            return recipe.name + QStringLiteral(", ") + subtitleOf(recipe);
        default:
            return {};
    }
}

Qt::ItemFlags RecipeListModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags base = QAbstractListModel::flags(index);
    return index.isValid() ? base | Qt::ItemIsEditable | Qt::ItemNeverHasChildren : base;
}

bool RecipeListModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || role != Qt::EditRole) return false;
    const QString from = recipes_[std::size_t(index.row())].name, to = value.toString().trimmed();
    if (to.isEmpty() || to == from) return false;
    // Later: the row may move, and the view is still in the middle of its edit.
    QMetaObject::invokeMethod(this, [this, from, to] { Q_EMIT renameRequested(from, to); }, Qt::QueuedConnection);
    return true;
}

int RecipeListModel::rowOf(const QString& name) const {
    const auto found = std::find_if(recipes_.begin(), recipes_.end(), [&](const SavedRecipe& recipe) { return recipe.name == name; });
    return found == recipes_.end() ? -1 : int(found - recipes_.begin());
}

const SavedRecipe* RecipeListModel::find(const QString& name) const {
    const int row = rowOf(name);
    return row < 0 ? nullptr : &recipes_[std::size_t(row)];
}

void RecipeListModel::put(const SavedRecipe& recipe) {
    if (const int row = rowOf(recipe.name); row >= 0) {
        recipes_[std::size_t(row)] = recipe;
        Q_EMIT dataChanged(index(row), index(row));
        return;
    }
    const auto place = std::lower_bound(recipes_.begin(), recipes_.end(), recipe, before);
    const int row = int(place - recipes_.begin());
    beginInsertRows({}, row, row);
    recipes_.insert(place, recipe);
    endInsertRows();
}

void RecipeListModel::remove(const QString& name) {
    const int row = rowOf(name);
    if (row < 0) return;
    beginRemoveRows({}, row, row);
    recipes_.erase(recipes_.begin() + row);
    endRemoveRows();
}

void RecipeListModel::rename(const QString& from, const QString& to) {
    const SavedRecipe* old = find(from);
    if (!old) return;
    const SavedRecipe renamed{to, old->request};
    remove(from);
    put(renamed);
}

QString subtitleOf(const SavedRecipe& recipe) {
    const auto& r = recipe.request;
    const QString attention = attentionText(r);
    const QString prompt = QString::fromStdString(r.prompt).simplified();
    return QStringList{attention.isEmpty() ? RecipeListModel::tr("own settings") : attention,
                       RecipeListModel::tr("%1 × %2, %3 frames").arg(r.width).arg(r.height).arg(r.frames),
                       prompt.isEmpty() ? RecipeListModel::tr("(no prompt)") : prompt}
        .join(QStringLiteral(" · "));
}

}  // namespace timeripple::ui
