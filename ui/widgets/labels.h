#pragma once
// Labels with a role of the style sheet, and one that ends in "..." instead of being clipped.

#include <QLabel>

namespace timeripple::ui {

// Roles: heading, caption, captionStrong, label, hint, big, brand, error (resources/themes/studio.qss).
QLabel* makeLabel(const QString& text, const char* role, QWidget* parent = nullptr);
// A section head: small capitals.
QLabel* makeHeading(const QString& text, QWidget* parent = nullptr);

class ElidedLabel final : public QLabel {
    Q_OBJECT
  public:
    using QLabel::QLabel;

    QSize minimumSizeHint() const override { return {0, QLabel::minimumSizeHint().height()}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace timeripple::ui
