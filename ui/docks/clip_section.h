#pragma once
// How large, how long, how carefully, from which noise: the settings of the clip.

#include <QWidget>

#include "engine/api/model_info.h"

class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QSpinBox;
class QToolButton;

namespace timeripple::ui {

class ClipSection final : public QWidget {
    Q_OBJECT
  public:
    explicit ClipSection(QWidget* parent = nullptr);

    // The sizes that suit this model are offered; what is entered stays.
    void setModel(const engine::ModelInfo& model);
    // Quietly: no edited(). The seed counts as fresh.
    void setRequest(const engine::GenerationRequest& request);
    void fill(engine::GenerationRequest& request) const;
    // What cannot be put into a request; empty: nothing.
    QString problem() const;

    int steps() const;
    bool seedLocked() const;
    void setSeedLocked(bool on);
    void drawSeed();
    // For a new run: draws unless the seed is locked or was just entered.
    void freshenSeed();

  Q_SIGNALS:
    void edited();

  private:
    void showDuration();

    double fps_ = 0;
    bool seed_is_fresh_ = false;
    bool updating_ = false;
    QComboBox* size_;
    QSpinBox* frames_;
    QSpinBox* steps_;
    QDoubleSpinBox* guidance_;
    QLineEdit* seed_;
    QToolButton* lock_;
};

}  // namespace timeripple::ui
