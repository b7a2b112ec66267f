#pragma once
// Which models are on this machine, what each is and needs, and which one to use.

#include <QWidget>
#include <vector>

#include "engine/api/device_info.h"
#include "engine/api/generation_request.h"

class QLabel;
class QListView;
class QListWidget;
class QPushButton;
class QScrollArea;

namespace timeripple::ui {

class ModelLibrary;

class ModelsPage final : public QWidget {
    Q_OBJECT
  public:
    explicit ModelsPage(ModelLibrary* library, QWidget* parent = nullptr);

    // The folders that are searched.
    void setFolders(const QStringList& folders);
    QStringList folders() const;
    // The model in use (empty: Pond) and its settings, for the estimate of memory.
    void setChosen(const QString& path, const engine::GenerationRequest& request);
    // Beside the processor, once the engine has told.
    void setDevices(const std::vector<engine::DeviceInfo>& devices);
    void select(const QString& path);
    QString selected() const;
    void rescan();

  Q_SIGNALS:
    void firstShown();
    void foldersChanged(const QStringList& folders);
    void modelChosen(const QString& path);
    void settingsChosen(const QString& path, const timeripple::engine::GenerationRequest& request);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    QWidget* makeList();
    QWidget* makeFolders();
    void chooseFolder();
    void removeFolder();
    void showDetails();
    void showStatus();

    ModelLibrary* library_;
    QString chosen_;
    engine::GenerationRequest request_;
    std::vector<engine::DeviceInfo> devices_;
    QString wanted_;  // the row to select when it appears
    QStringList folder_problems_;
    bool was_shown_ = false;

    QListView* list_;
    QLabel* status_;
    QListWidget* folders_;
    QPushButton* remove_;
    QLabel* problems_;
    QScrollArea* details_;
};

}  // namespace timeripple::ui
