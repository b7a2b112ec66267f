#pragma once
// What should be seen: the prompt with its chips, and what should not.

#include <QWidget>

#include "engine/api/model_info.h"

class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace timeripple::ui {

class ChipsPanel;

class PromptSection final : public QWidget {
    Q_OBJECT
  public:
    explicit PromptSection(QWidget* parent = nullptr);

    void setModel(const engine::ModelInfo& model);
    // Quietly: no edited().
    void setRequest(const engine::GenerationRequest& request);
    void fill(engine::GenerationRequest& request) const;
    // Chips and the sentence about unknown words follow the text.
    void refresh();
    void focusPrompt();

  Q_SIGNALS:
    void edited();

  private:
    engine::ModelInfo model_;
    QPlainTextEdit* prompt_;
    ChipsPanel* chips_;
    QLabel* unknown_;
    QLineEdit* without_;
};

}  // namespace timeripple::ui
