#pragma once
// Under two compared clips: the result card, PSNR and SSIM of every frame with the worst one marked, and the table of settings
// that differ.

#include <QWidget>

#include "ui/models/clip_list_model.h"

class QLabel;
class QPushButton;
class QTreeWidget;

namespace timeripple::ui {

class CurveView;

class PairSummary final : public QWidget {
    Q_OBJECT
  public:
    explicit PairSummary(QWidget* parent = nullptr);

    // Nulls: no pair yet. `comparable`: equal size and length, so that a measurement may come.
    void showPair(const ClipEntry* reference, const ClipEntry* candidate, bool comparable);
    void setCursorAt(int frame);
    QString headline() const;
    QTreeWidget* table() { return table_; }

  Q_SIGNALS:
    // A click into a curve or on "Worst frame".
    void frameChosen(int frame);

  protected:
    bool eventFilter(QObject* object, QEvent* event) override;

  private:
    void fitColumns();
    void showDifferences(const engine::GenerationRequest& a, const engine::GenerationRequest& b);

    QLabel* headline_;
    QLabel* detail_;
    QPushButton* worst_;
    CurveView* psnr_;
    CurveView* ssim_;
    QTreeWidget* table_;
    int worst_frame_ = 0;
};

}  // namespace timeripple::ui
