#pragma once
// The scroll area of a panel: up and down only. It is never narrower than its content, whatever language that speaks, so that
// nothing is cut at the right; the dock's smallest width follows.

#include <QScrollArea>

namespace timeripple::ui {

class PanelScroll final : public QScrollArea {
    Q_OBJECT
  public:
    // Takes `content`. `smallest`: width in pixels for contents that could be narrower.
    PanelScroll(QWidget* content, int smallest, QWidget* parent);

    QSize minimumSizeHint() const override;

  protected:
    bool eventFilter(QObject* object, QEvent* event) override;

  private:
    int smallest_;
};

}  // namespace timeripple::ui
