#pragma once
// Under the pictures: what the run did step by step. Three views of the same statistics, each a scrubber: step x layer,
// layer x head of the step on show, and the time of every step.

#include <QWidget>

#include "ui/session/run_record.h"

namespace timeripple::ui {

class CurveView;
class LayerHeadMap;
class StepLayerMap;

class RunStrip final : public QWidget {
    Q_OBJECT
  public:
    explicit RunStrip(QWidget* parent = nullptr);

    // `step`: the one on show, 1-based; `pinned`: a person chose it. Layer and head: 0-based, -1 all.
    void show(const RunRecord& run, int step, bool pinned, int layer, int head);

  Q_SIGNALS:
    void stepChosen(int step, int layer);
    void headChosen(int layer, int head);

  private:
    StepLayerMap* step_map_;
    LayerHeadMap* head_map_;
    CurveView* step_times_;
    int layer_ = -1;
};

}  // namespace timeripple::ui
