#pragma once
// A clip, a comparison or its heatmap to a file. A window beside the main one, not in its way: it stays open while the file is
// written.

#include <QDialog>
#include <QElapsedTimer>

#include "ui/dialogs/export_choices.h"
#include "ui/models/clip_list_model.h"
#include "ui/session/generation_session.h"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace timeripple::ui {

class AppSettings;
class FileHandle;

class ExportPanel final : public QDialog {
    Q_OBJECT
  public:
    ExportPanel(GenerationSession* session, ClipListModel* clips, AppSettings* settings, QWidget* parent = nullptr);

    // `reference`: what pairs are made with; 0: the clip's dense twin.
    void setClip(quint64 id, quint64 reference = 0);
    void setContent(ExportContent content);
    ExportContent content() const;
    void setFormat(engine::ExportFormat format);
    void setPath(const QString& path);
    QString path() const;
    void start();
    bool writing() const { return job_ != 0; }

  Q_SIGNALS:
    void exported(const QString& path);

  private:
    void buildForm(QFormLayout* form);
    QHBoxLayout* buildOutcome();
    void connectSession();
    void fillContents();
    void refresh();
    void suggestLabels();
    void suggestPath();
    void browse();
    void showProgress(int done, int total);
    void end(const QString& message, bool good);
    QString suffix() const;
    FormatChoice formatChoice() const;
    engine::ExportOptions options() const;

    GenerationSession* session_;
    ClipListModel* clips_;
    AppSettings* settings_;
    quint64 clip_ = 0;
    quint64 reference_ = 0;
    JobId job_ = 0;
    QElapsedTimer since_start_;

    QLabel* clip_name_;
    QComboBox* content_;
    QComboBox* format_;
    QSpinBox* crf_;
    QComboBox* scale_;
    QSpinBox* loops_;
    QCheckBox* ping_pong_;
    QCheckBox* forever_;
    QCheckBox* labels_;
    QCheckBox* recipe_;
    QCheckBox* prompt_;
    QLineEdit* path_;
    QLabel* taken_;
    bool labels_chosen_ = false;  // by the user; what is exported does not change it any more
    QProgressBar* bar_;
    QLabel* message_;
    QPushButton* start_;
    QPushButton* cancel_;
    QWidget* outcome_;
    FileHandle* handle_;
};

}  // namespace timeripple::ui
