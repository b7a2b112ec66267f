#pragma once
// Which settings are worth it: every measured setting as a point of speed-up against PSNR, a search for the fastest setting within a
// budget, and what to do with a point: see its clip, make it a preset. Knows values and wishes, not the engine.

#include <QWidget>
#include <vector>

#include "engine/api/calibration.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace timeripple::ui {

class ScatterView;

class SweepPage final : public QWidget {
    Q_OBJECT
  public:
    explicit SweepPage(QWidget* parent = nullptr);

    // Measured presets stand in the plane too, with their names.
    void setPresets(const std::vector<engine::RipplePreset>& presets);
    // Which clips are measured: the prompt of the left panel, or the model's examples.
    bool usesExamples() const;

    void begin(bool calibrating);  // a measurement works; clears the points of the last one
    void addPoint(const engine::SettingsPoint& point);
    void showProgress(int done, int total, double remaining_seconds);
    void end(const QString& message);  // done, cancelled or failed: a sentence
    bool busy() const { return busy_; }
    const std::vector<engine::SettingsPoint>& points() const { return points_; }
    ScatterView* scatter() { return scatter_; }

  Q_SIGNALS:
    void busyChanged(bool busy);
    void sweepRequested();
    // Either the least dB or the least savings (a share), as CalibrationRequest has them; the other is 0.
    void calibrationRequested(double budget_db, double savings, const QString& name);
    void cancelRequested();
    void clipRequested(const timeripple::engine::SettingsPoint& point);
    void presetRequested(const timeripple::engine::SettingsPoint& point, const QString& name);

  private:
    QWidget* makeControls();
    void showPoints();
    void showChoice();
    const engine::SettingsPoint* chosenPoint() const;

    std::vector<engine::SettingsPoint> points_;
    std::vector<engine::RipplePreset> presets_;
    bool busy_ = false;

    ScatterView* scatter_;
    QComboBox* clips_;
    QPushButton* sweep_;
    QComboBox* aim_;
    QDoubleSpinBox* budget_;
    QLineEdit* name_;
    QPushButton* calibrate_;
    QProgressBar* bar_;
    QLabel* state_;
    QPushButton* cancel_;
    QLabel* choice_;
    QPushButton* show_clip_;
    QPushButton* make_preset_;
};

}  // namespace timeripple::ui
