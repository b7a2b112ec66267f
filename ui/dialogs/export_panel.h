#pragma once
// A clip to a file. A window beside the main one, not in its way: it stays open while the file is written.

#include <QDialog>

#include "ui/models/clip_list_model.h"
#include "ui/session/generation_session.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace timeripple::ui {

class AppSettings;

class ExportPanel final : public QDialog {
    Q_OBJECT
  public:
    ExportPanel(GenerationSession* session, ClipListModel* clips, AppSettings* settings, QWidget* parent = nullptr);

    void setClip(quint64 id);
    void setPath(const QString& path);
    QString path() const;
    void start();
    bool writing() const { return job_ != 0; }

  Q_SIGNALS:
    void exported(const QString& path);

  private:
    void refresh();
    void suggestPath();
    void browse();
    void end(const QString& message, bool good);
    QString suffix() const;

    GenerationSession* session_;
    ClipListModel* clips_;
    AppSettings* settings_;
    quint64 clip_ = 0;
    JobId job_ = 0;

    QLabel* clip_name_;
    QComboBox* content_;
    QComboBox* format_;
    QSpinBox* crf_;
    QSpinBox* loops_;
    QCheckBox* recipe_;
    QCheckBox* prompt_;
    QLineEdit* path_;
    QProgressBar* bar_;
    QLabel* message_;
    QPushButton* start_;
    QPushButton* cancel_;
    QPushButton* folder_;
};

}  // namespace timeripple::ui
