#pragma once
// On the line of the menus, right: which model and which device.

#include <QStringList>
#include <QWidget>

class QComboBox;

namespace timeripple::ui {

class TopBar final : public QWidget {
    Q_OBJECT
  public:
    explicit TopBar(QWidget* parent = nullptr);
    // `chosen`: a folder, or empty for the built-in model.
    void setModels(const QStringList& folders, const QString& chosen);

  Q_SIGNALS:
    void modelChosen(const QString& folder);
    void folderWanted();

  private:
    QComboBox* models_;
};

}  // namespace timeripple::ui
