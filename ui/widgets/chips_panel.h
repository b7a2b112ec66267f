#pragma once
// The words a small model knows, as buttons that put them into the prompt or take them out. A few of each group stand there,
// and those the prompt holds; the last button shows all.

#include <QList>
#include <QStringList>
#include <QWidget>

#include "engine/api/model_info.h"

class QPushButton;

namespace timeripple::ui {

class ChipsPanel final : public QWidget {
    Q_OBJECT
  public:
    explicit ChipsPanel(QWidget* parent = nullptr);

    void setVocabulary(const engine::Vocabulary& vocabulary);
    // Lights the chips that the prompt holds.
    void showPrompt(const QString& prompt);

  Q_SIGNALS:
    // A chip was pressed; `group` is the words of which the prompt should hold one.
    void toggled(const QString& phrase, const QStringList& group);

  protected:
    // Left and right move between the chips; Tab passes the whole panel.
    bool eventFilter(QObject* object, QEvent* event) override;

  private:
    struct Chip {
        QPushButton* button;
        QString phrase;
        bool sample;  // stands there even while not all are shown
    };
    void showChips();

    QList<Chip> chips_;
    QPushButton* more_;
    bool all_ = false;
};

}  // namespace timeripple::ui
