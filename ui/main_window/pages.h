#pragma once
// The registry of pages: tabs in the middle of the window, found by a name that never changes ("watch", "compare").

#include <QHash>
#include <QTabWidget>

namespace timeripple::ui {

class PlaybackClock;

class Pages final : public QTabWidget {
    Q_OBJECT
  public:
    explicit Pages(QWidget* parent = nullptr);

    // `clock` is what the keys of the Play menu act on while this page is shown; null: nothing to play.
    void add(const QString& id, const QString& title, QWidget* page, PlaybackClock* clock = nullptr);
    QWidget* find(const QString& id) const;
    QString currentId() const;
    // Unknown names are ignored: they may come from the settings of another version.
    void showPage(const QString& id);
    // By a key: the page takes the focus, so that the keys of its player act and do not land in the prompt.
    void focusPage(const QString& id);
    PlaybackClock* activeClock() const { return clocks_.value(currentWidget()); }

  private:
    QHash<QWidget*, PlaybackClock*> clocks_;
};

}  // namespace timeripple::ui
