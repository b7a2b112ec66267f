#pragma once
// Two clips in perfect step, with the heatmap as a third picture: side by side, wiped, their difference, SSIM map, or blinking;
// what was measured of them stands below.

#include <QTimer>
#include <QWidget>

#include "ui/models/clip_list_model.h"
#include "ui/session/pair_maps.h"

class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace timeripple::ui {

class PairSummary;
class PictureRow;
class PictureView;
class PlaybackClock;
class SegmentedControl;
class TokenMapView;
class WipeView;

class ComparePage final : public QWidget {
    Q_OBJECT
  public:
    enum Mode { SideBySide = 0, Wipe = 1, Difference = 2, Ssim = 3, Blink = 4 };
    static constexpr int kModes = 5;

    explicit ComparePage(ClipListModel* clips, QWidget* parent = nullptr);

    // By clip id. The left one is the reference.
    void showPair(quint64 reference_id, quint64 candidate_id);
    void setMode(Mode mode);
    Mode mode() const { return mode_; }
    void swap();
    void setMapShown(bool on);
    PlaybackClock* clock() { return clock_; }
    PictureRow* pictures() { return pictures_; }
    PairSummary* summary() { return summary_; }
    quint64 referenceId() const { return reference_; }
    quint64 candidateId() const { return candidate_; }
    // What is on show now, for "save this frame": left, right, and the frame's index.
    QImage shownPicture() const;

  Q_SIGNALS:
    // The pair was never measured; asks the owner to do it.
    void measureRequested(quint64 reference_id, quint64 candidate_id);
    void exportRequested(quint64 reference_id, quint64 candidate_id);

  protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    QWidget* buildHead();
    void buildPictures();
    void rebuildChoices();
    void beginPair();
    void refresh();
    void arrangePanes();
    void updateLook();
    void showFrame();
    void render(int frame);
    bool usesMaps() const { return mode_ == Difference || mode_ == Ssim; }

    ClipListModel* clips_;
    quint64 reference_ = 0;
    quint64 candidate_ = 0;
    engine::FrameSequencePtr left_;
    engine::FrameSequencePtr right_;
    engine::TokenMapPtr token_map_;  // of the right clip, else of the left; mean of its steps
    bool comparable_ = false;
    bool awaiting_map_ = false;  // of the pair; until it comes nothing on the page moves on
    bool blink_right_ = false;
    Mode mode_ = SideBySide;

    PlaybackClock* clock_;
    PairMaps maps_;
    QTimer blink_;
    QComboBox* left_choice_;
    QComboBox* right_choice_;
    SegmentedControl* mode_control_;
    QSlider* gain_;
    QLabel* gain_label_;
    QToolButton* map_button_;
    PictureRow* pictures_;
    PictureView* left_view_;
    PictureView* right_view_;
    WipeView* wipe_view_;
    TokenMapView* map_view_;
    PairSummary* summary_;
};

}  // namespace timeripple::ui
