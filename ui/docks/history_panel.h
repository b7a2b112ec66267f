#pragma once
// Below: what was. All kept clips as a strip, or as a field where the panel is high; search and filters above. A click shows one,
// the clip under the mouse plays.

#include <QTimer>
#include <QWidget>
#include <vector>

class QComboBox;
class QLabel;
class QLineEdit;
class QListView;
class QMenu;
class QModelIndex;
class QPushButton;

namespace timeripple::ui {

class ClipDelegate;
class ClipListModel;

class HistoryPanel final : public QWidget {
    Q_OBJECT
  public:
    explicit HistoryPanel(ClipListModel* clips, QWidget* parent = nullptr);

    quint64 currentClip() const;  // 0: none
    std::vector<quint64> selectedClips() const;
    void setCurrentClip(quint64 id);
    void focusSearch();
    // Pictures of the clip under the mouse; of another clip they are dropped.
    void showHover(quint64 id, const std::vector<QImage>& frames);
    QListView* view() { return view_; }

  Q_SIGNALS:
    void clipActivated(quint64 id);
    void restoreRequested(quint64 id);
    void exportRequested(quint64 id);
    void compareRequested(quint64 id);
    void pairRequested(quint64 reference_id, quint64 candidate_id);
    void rerunRequested(quint64 id, bool new_seed);
    void commandRequested(quint64 id);
    void ratingChosen(quint64 id, int rating);
    void removeRequested(const std::vector<quint64>& ids);
    void unremoveRequested(const std::vector<quint64>& ids);
    void emptyTrashRequested();
    void hoverWanted(quint64 id);

  protected:
    bool eventFilter(QObject* object, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    QWidget* makeHead();
    void showMenu(const QPoint& at);
    void addRatings(QMenu* menu, quint64 id);
    void applyFilter();
    void showState();
    void hoverOver(const QModelIndex& index);
    void stopHover();
    bool onKey(int key);
    bool inTrash() const;

    ClipListModel* clips_;
    QListView* view_;
    ClipDelegate* delegate_;
    QLineEdit* search_;
    QComboBox* show_;
    QPushButton* empty_trash_;
    QLabel* empty_;
    QTimer typing_;
    QTimer hover_clock_;
    quint64 current_ = 0;  // survives a new filter
    quint64 hovered_ = 0;
    std::vector<QImage> hover_frames_;
    std::size_t hover_frame_ = 0;
};

}  // namespace timeripple::ui
