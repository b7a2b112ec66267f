#pragma once
// Shows what a diagnostics bundle would hold, word for word, and writes or copies it.

#include <QDialog>

#include "ui/session/diagnostics.h"

class QCheckBox;
class QLabel;
class QPlainTextEdit;

namespace timeripple::ui {

class DiagnosticsPanel final : public QDialog {
    Q_OBJECT
  public:
    explicit DiagnosticsPanel(QWidget* parent = nullptr);

    void setDevices(const std::vector<engine::DeviceInfo>& devices);
    void setInput(const DiagnosticsInput& input, const QString& folder);
    QString text() const;
    // Writes the bundle below `parent` and says where.
    void write(const QString& parent);
    QString outcome() const;

  private:
    void chooseFolder();
    void showText();

    DiagnosticsInput input_;
    QString folder_;
    QCheckBox* private_;
    QPlainTextEdit* view_;
    QLabel* outcome_;
};

}  // namespace timeripple::ui
