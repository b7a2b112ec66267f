#pragma once
// Recipes saved by name, in the order of their names. A new name that somebody writes into a row is a wish: whoever rules the recipes
// calls rename(). GUI thread.

#include <QAbstractListModel>
#include <vector>

#include "ui/library/library_records.h"

namespace timeripple::ui {

class RecipeListModel final : public QAbstractListModel {
    Q_OBJECT
  public:
    enum Role { SubtitleRole = Qt::UserRole + 1 };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

    // Adds it, or replaces the one of its name.
    void put(const SavedRecipe& recipe);
    void remove(const QString& name);
    // Nothing happens where `from` is not there.
    void rename(const QString& from, const QString& to);
    const SavedRecipe* find(const QString& name) const;
    int rowOf(const QString& name) const;  // -1: not there

  Q_SIGNALS:
    void renameRequested(const QString& from, const QString& to);

  private:
    std::vector<SavedRecipe> recipes_;
};

// "Balanced · 256 × 256, 33 frames · a large orange fish"
QString subtitleOf(const SavedRecipe& recipe);

}  // namespace timeripple::ui
