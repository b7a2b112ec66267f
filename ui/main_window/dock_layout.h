#pragma once
// Where the panels stand around the pages, and how they fold in a narrow window.

#include <QList>
#include <QObject>
#include <QSize>
#include <QTimer>

class QByteArray;
class QDockWidget;
class QMainWindow;
class QWidget;

namespace timeripple::ui {

class DockLayout final : public QObject {
    Q_OBJECT
  public:
    explicit DockLayout(QMainWindow* window);

    // A panel without title bar (its section head says what it is); remembered by its name. A second panel of the bottom area
    // stands beside the first, of other areas below it.
    QDockWidget* add(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area, QSize smallest);
    // As add(), as a tab of the panel `beside`; hidden until somebody wants it.
    QDockWidget* addTab(const QString& name, const QString& title, QWidget* content, const QString& beside, QSize smallest);
    QDockWidget* find(const QString& name) const;
    const QList<QDockWidget*>& all() const { return docks_; }
    // Shows it and brings it to the front of its tabs.
    void reveal(const QString& name);

    // For the resize event of the window: below 1100 pixels (or what the language needs) the run panel becomes a tab of the prompt panel.
    void fold();
    // The state of an earlier session, or the sizes of a first start.
    void restore(const QByteArray& state);
    QByteArray save() const;

  Q_SIGNALS:
    // A panel was shown, hidden, moved or made larger or smaller.
    void changed();

  protected:
    bool eventFilter(QObject* object, QEvent* event) override;

  private:
    void tendTabs();
    QDockWidget* make(const QString& name, const QString& title, QWidget* content, QSize smallest);

    QMainWindow* window_;
    QList<QDockWidget*> docks_;
    int fold_width_ = 0;
    QTimer tabs_change_;
};

}  // namespace timeripple::ui
