#pragma once
// The story of the token under the cursor: place and origin, group and Delta, and a strip with its origin in every kept step.
// Lies over the pictures and lets the mouse through.

#include <QWidget>

#include "ui/widgets/token_story.h"

namespace timeripple::ui {

class TokenCard final : public QWidget {
    Q_OBJECT
  public:
    explicit TokenCard(QWidget* parent = nullptr);

    // `shown_step` is marked in the strip; `total_steps` gives its extent.
    void showStory(const TokenStory& story, int shown_step, int total_steps);
    const TokenStory& story() const { return story_; }

    QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    int heightOf(const QString& text) const;  // as wrapped in the card

    TokenStory story_;
    int shown_step_ = 0;
    int total_steps_ = 0;
};

}  // namespace timeripple::ui
