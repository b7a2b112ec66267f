#pragma once
// The cividis scale with its two ends named.

#include <QWidget>

namespace timeripple::ui {

class ScaleBar final : public QWidget {
    Q_OBJECT
  public:
    ScaleBar(const QString& low, const QString& high, QWidget* parent = nullptr);
    void setEnds(const QString& low, const QString& high);

    QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QString low_;
    QString high_;
};

}  // namespace timeripple::ui
