#pragma once
// Left: settings under a name. A field that keeps the settings as they are, and the list of those that were kept. Signals are wishes.

#include <QWidget>

class QLabel;
class QLineEdit;
class QListView;
class QPushButton;

namespace timeripple::ui {

class RecipeListModel;

class RecipesPanel final : public QWidget {
    Q_OBJECT
  public:
    explicit RecipesPanel(RecipeListModel* recipes, QWidget* parent = nullptr);

    // The field takes the focus, with a name that may be written over.
    void askForName(const QString& suggestion);
    void setCurrent(const QString& name);
    QString current() const;  // empty: none
    QListView* view() { return view_; }

  Q_SIGNALS:
    void saveRequested(const QString& name);
    void useRequested(const QString& name);
    void exportRequested(const QString& name);
    void removeRequested(const QString& name);

  protected:
    bool eventFilter(QObject* object, QEvent* event) override;

  private:
    void save();
    void use();
    void rename();
    void showMenu(const QPoint& at);
    void showState();

    RecipeListModel* recipes_;
    QLineEdit* name_;
    QPushButton* save_;
    QListView* view_;
    QLabel* empty_;
    QList<QPushButton*> buttons_;  // that act on the chosen row
};

}  // namespace timeripple::ui
