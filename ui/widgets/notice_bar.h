#pragma once
// One line above the pages that says what should be known and offers a way on. Never in the way: it can be closed, and nothing waits
// for it. The newest notice stands.

#include <QFrame>
#include <functional>

class QHBoxLayout;
class QLabel;

namespace timeripple::ui {

class NoticeBar final : public QFrame {
    Q_OBJECT
  public:
    struct Choice {
        QString text;
        std::function<void()> act;  // the bar closes first
    };

    explicit NoticeBar(QWidget* parent = nullptr);
    void showNotice(const QString& text, const QList<Choice>& choices = {});
    QString text() const;

  private:
    QLabel* text_;
    QHBoxLayout* choices_;
};

}  // namespace timeripple::ui
