#pragma once
// Saves the window's session a moment after each edit and each change of model, page, clip or layout, so that no end of the program loses
// more than that moment.

#include <QObject>
#include <QTimer>

namespace timeripple::ui {

class MainWindow;

class SessionKeeper final : public QObject {
    Q_OBJECT
  public:
    static constexpr int kMomentMs = 400;

    // Of a window that is put together; belongs to it.
    explicit SessionKeeper(MainWindow* window);

  protected:
    bool eventFilter(QObject* object, QEvent* event) override;

  private:
    void saveSoon();

    MainWindow* window_;
    QTimer moment_;
};

}  // namespace timeripple::ui
