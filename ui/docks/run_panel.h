#pragma once
// Right: how is this run doing, what may I do now, what do the colours mean, what is shown.

#include <QWidget>

#include "ui/session/run_record.h"
#include "ui/widgets/token_map_image.h"

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSlider;
class QTimer;

namespace timeripple::ui {

class OriginLegend;
class ScaleBar;

class RunPanel final : public QWidget {
    Q_OBJECT
  public:
    explicit RunPanel(QWidget* parent = nullptr);

    void showRun(const RunRecordPtr& run);
    void refresh();
    void setGoesOn(bool on);  // whether a cancelled run can go on, by the button that else pauses
    // What the map shows now: the shares of the legend and the ends of the scale; null where there is no map.
    void showMap(const engine::TokenMap* map);

    const MapSelection& selection() const { return selection_; }
    void setLayer(int layer);  // 0-based, -1 all
    void setHead(int layer, int head);
    void setMap(MapKind kind, bool over);
    bool over() const;         // the map over the preview
    double opacity() const;    // 0..1
    int step() const;          // 1-based, 0: the latest
    void setStep(int step);

  Q_SIGNALS:
    void cancelRequested();
    void pauseRequested(bool paused);
    void denseRequested();
    void forkRequested();
    void selectionChanged();
    void stepChosen(int step);
    void placeChanged();  // beside or over, opacity

  private:
    void rebuildChoices();
    void readSelection();
    void refreshMemory();
    void refreshTime();

    RunRecordPtr run_;
    MapSelection selection_;
    bool updating_ = false;
    bool goes_on_ = false;

    QLabel* time_;
    QLabel* phase_;
    QProgressBar* bar_;
    QLabel* score_;
    QLabel* attention_;
    QLabel* measured_;
    QLabel* memory_;
    QLabel* step_times_;
    QPushButton* cancel_;
    QPushButton* pause_;
    QPushButton* dense_;
    QPushButton* fork_;
    OriginLegend* legend_;
    QComboBox* map_;
    QComboBox* step_;
    QComboBox* layer_;
    QComboBox* head_;
    QComboBox* side_;
    QComboBox* place_;
    QSlider* opacity_;
    ScaleBar* scale_;
    QTimer* second_timer_;
};

// Resident memory of this process in bytes; 0 where it cannot be read.
double residentBytes();

}  // namespace timeripple::ui
