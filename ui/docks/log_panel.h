#pragma once
// The log as it grows: read from its file, so that lines of all threads and of earlier sessions are there. Reads only while shown.

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLineEdit;
class QPlainTextEdit;

namespace timeripple::ui {

class LogPanel final : public QWidget {
    Q_OBJECT
  public:
    static constexpr int kMostLines = 2000;

    explicit LogPanel(const QString& folder, QWidget* parent = nullptr);
    QString text() const;

  Q_SIGNALS:
    void diagnosticsRequested();

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    void readOn();
    void showLines();
    bool wanted(const QString& line) const;

    QString folder_;
    qint64 read_ = -1;  // bytes of the file that were read; -1: nothing yet
    QByteArray rest_;   // an unfinished line
    QStringList lines_;
    QTimer timer_;
    QComboBox* level_;
    QLineEdit* search_;
    QPlainTextEdit* view_;
};

}  // namespace timeripple::ui
