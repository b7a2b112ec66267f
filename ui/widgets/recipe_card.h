#pragma once
// What a recipe, dropped or chosen, would change, before it changes anything: a card over its parent, no dialog.

#include <QFrame>

#include "engine/api/generation_request.h"

class QLabel;
class QPushButton;

namespace timeripple::ui {

class RecipeCard final : public QFrame {
    Q_OBJECT
  public:
    explicit RecipeCard(QWidget* parent = nullptr);

    // `name` is that of the file or the recipe. Nothing differs: the card says so and offers only to close.
    void showRecipe(const QString& name, const engine::GenerationRequest& now, const engine::GenerationRequest& recipe);
    const engine::GenerationRequest& recipe() const { return recipe_; }

  Q_SIGNALS:
    void applied(const timeripple::engine::GenerationRequest& request);
    void dismissed();

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

  private:
    void place();

    engine::GenerationRequest recipe_;
    QLabel* title_;
    QWidget* table_;
    QPushButton* apply_;
    QPushButton* keep_;
};

}  // namespace timeripple::ui
