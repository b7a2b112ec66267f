#pragma once
// An error in place of the picture: what happened, the way out, the detail to copy. Never a dialog.

#include <QFrame>

#include "engine/api/result.h"

class QLabel;
class QPushButton;

namespace timeripple::ui {

class ErrorCard final : public QFrame {
    Q_OBJECT
  public:
    explicit ErrorCard(QWidget* parent = nullptr);

    void showError(const QString& title, const engine::Error& error);
    // A button beside Copy, for errors that have a way out in the program; empty hides it.
    void setRemedy(const QString& text);
    QString text() const;  // everything, as Copy gives it

  protected:
    void changeEvent(QEvent* event) override;

  Q_SIGNALS:
    void dismissed();
    void remedyChosen();

  private:
    void showIcon();

    QLabel* icon_;
    QLabel* title_;
    QLabel* message_;
    QLabel* detail_;
    QPushButton* remedy_;
    engine::Error error_;
};

// A heading for the kind of error: "Not enough memory", "A file could not be read".
QString errorTitle(engine::ErrorCode code);

}  // namespace timeripple::ui
