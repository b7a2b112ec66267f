#pragma once
// Several runs at once: one prompt a line, so many seeds each. A small popup, no dialog.

#include <QFrame>
#include <vector>

#include "engine/api/generation_request.h"

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace timeripple::ui {

class BatchPanel final : public QFrame {
    Q_OBJECT
  public:
    explicit BatchPanel(QWidget* parent = nullptr);

    // Everything else is as in `request`; its prompt stands in the field to begin with.
    void open(const engine::GenerationRequest& request, const QPoint& above);
    std::vector<engine::GenerationRequest> requests() const;

  Q_SIGNALS:
    void chosen(const std::vector<timeripple::engine::GenerationRequest>& requests);

  private:
    void showCount();

    engine::GenerationRequest base_;
    QPlainTextEdit* prompts_;
    QSpinBox* seeds_;
    QLabel* count_;
    QPushButton* add_;
};

// One request for each line of `prompts` (empty lines do not count) and each of `seeds` seeds from the request's own on.
std::vector<engine::GenerationRequest> batchOf(const engine::GenerationRequest& base, const QString& prompts, int seeds);

inline constexpr int kMaxBatch = 1000;  // runs at once

}  // namespace timeripple::ui
