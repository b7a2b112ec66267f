#pragma once
// A row of words of which exactly one is chosen.

#include <QFrame>
#include <QStringList>

class QButtonGroup;

namespace timeripple::ui {

class SegmentedControl final : public QFrame {
    Q_OBJECT
  public:
    explicit SegmentedControl(const QString& name, const QStringList& words, QWidget* parent = nullptr);

    int current() const;
    void setCurrent(int index);  // does not signal; -1: none is chosen
    void setToolTips(const QStringList& tips);

  Q_SIGNALS:
    void chosen(int index);  // by the user

  private:
    QButtonGroup* group_;
};

}  // namespace timeripple::ui
