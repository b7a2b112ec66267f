#pragma once
// Two clips in perfect step: side by side, wiped, or their difference, with PSNR and SSIM of every frame under them.

#include <QWidget>

#include "ui/models/clip_list_model.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QStackedLayout;

namespace timeripple::ui {

class CurveView;
class PictureRow;
class PictureView;
class PlaybackClock;
class SegmentedControl;
class WipeView;

class ComparePage final : public QWidget {
    Q_OBJECT
  public:
    enum Mode { SideBySide = 0, Wipe = 1, Difference = 2, Blink = 3 };

    explicit ComparePage(ClipListModel* clips, QWidget* parent = nullptr);

    // By clip id. The left one is the reference.
    void showPair(quint64 reference_id, quint64 candidate_id);
    void setMode(Mode mode);
    void swap();
    PlaybackClock* clock() { return clock_; }
    quint64 referenceId() const { return reference_; }
    quint64 candidateId() const { return candidate_; }

  Q_SIGNALS:
    // The pair was never measured; asks the owner to do it.
    void measureRequested(quint64 reference_id, quint64 candidate_id);

  private:
    void rebuildChoices();
    void refresh();
    void showFrame();

    ClipListModel* clips_;
    quint64 reference_ = 0;
    quint64 candidate_ = 0;
    engine::FrameSequencePtr left_;
    engine::FrameSequencePtr right_;
    bool comparable_ = false;
    Mode mode_ = SideBySide;

    PlaybackClock* clock_;
    QComboBox* left_choice_;
    QComboBox* right_choice_;
    SegmentedControl* mode_control_;
    QSlider* gain_;
    QLabel* gain_label_;
    PictureRow* pictures_;
    PictureView* left_view_;
    PictureView* right_view_;
    WipeView* wipe_view_;
    QLabel* headline_;
    QLabel* detail_;
    QLabel* differs_;
    QPushButton* worst_;
    CurveView* psnr_;
    CurveView* ssim_;
};

}  // namespace timeripple::ui
