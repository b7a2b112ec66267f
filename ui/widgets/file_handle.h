#pragma once
// A written file to be dragged out of the window: its picture and name.

#include <QFrame>
#include <QImage>
#include <QString>

namespace timeripple::ui {

class FileHandle final : public QFrame {
    Q_OBJECT
  public:
    explicit FileHandle(QWidget* parent = nullptr);

    void setFile(const QString& path, const QImage& picture);
    const QString& path() const { return path_; }

    QSize sizeHint() const override { return {200, 52}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

  private:
    QString path_;
    QImage picture_;
    QPoint pressed_;
};

}  // namespace timeripple::ui
