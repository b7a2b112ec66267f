#pragma once
// One measured curve over steps or frames, with a level to compare with, a marked worst place and a cursor.

#include <QString>
#include <QWidget>
#include <functional>
#include <optional>
#include <vector>

namespace timeripple::ui {

class CurveView final : public QWidget {
    Q_OBJECT
  public:
    // How a value is written, for example decibelText.
    using Format = std::function<QString(double)>;

    explicit CurveView(const QString& name, Format format, QWidget* parent = nullptr);

    // `total` is the full extent of the axis; values may be fewer while a run goes on, and NaN where nothing was measured.
    void setValues(std::vector<double> values, int total);
    // A dashed line to compare with, and how it is called.
    void setLevel(std::optional<double> level, const QString& name = {});
    void setMarked(int index);  // -1: none
    void setCursorAt(int index);  // -1: none
    // The range includes zero; off for qualities.
    void setFromZero(bool on);
    // Without zero, the range is at least this, downwards from the largest value.
    void setSmallestSpan(double span);
    // Text after the last value, for example "0.61, dense 1.32".
    void setNote(const QString& note);
    const QString& note() const { return note_; }

    QSize sizeHint() const override { return {260, 92}; }
    QSize minimumSizeHint() const override { return {100, 60}; }

  Q_SIGNALS:
    void indexClicked(int index);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

  private:
    QRectF plotRect() const;
    QPointF pointOf(int index) const;
    int indexAt(double x) const;

    Format format_;
    std::vector<double> values_;
    int total_ = 0;
    std::optional<double> level_;
    QString level_name_;
    QString note_;
    int marked_ = -1;
    int cursor_ = -1;
    bool from_zero_ = true;
    double smallest_span_ = 0.0;
    double low_ = 0.0;
    double high_ = 1.0;
};

}  // namespace timeripple::ui
