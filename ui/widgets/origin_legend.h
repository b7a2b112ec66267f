#pragma once
// What the colours of the heatmap mean, how much of each there is, and switches to show only some of them.

#include <QAbstractButton>
#include <QWidget>
#include <array>

#include "ui/widgets/token_map_image.h"

namespace timeripple::ui {

class LegendRow;

class OriginLegend final : public QWidget {
    Q_OBJECT
  public:
    explicit OriginLegend(QWidget* parent = nullptr);

    void setShares(const OriginShares* shares);  // null: not known
    std::array<bool, engine::kOrigins> shown() const;
    void setShown(const std::array<bool, engine::kOrigins>& shown);  // does not signal

  Q_SIGNALS:
    void filterChanged();  // by the user

  private:
    std::array<LegendRow*, engine::kOrigins> rows_{};
};

class LegendRow final : public QAbstractButton {
    Q_OBJECT
  public:
    explicit LegendRow(engine::TokenOrigin origin, QWidget* parent);
    void setShare(const QString& text);
    QSize sizeHint() const override { return {160, 26}; }
    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    engine::TokenOrigin origin_;
    QString share_;
};

}  // namespace timeripple::ui
