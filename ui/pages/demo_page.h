#pragma once
// Ready comparisons that play at once: dense on the left of a wipe, accelerated on the right. Each can be opened on the Compare
// page or run anew on this machine.

#include <QWidget>
#include <vector>

#include "ui/session/demo_clips.h"

class QGridLayout;
class QLabel;

namespace timeripple::ui {

class PlaybackClock;
class WipeView;

class DemoPage final : public QWidget {
    Q_OBJECT
  public:
    // `folder`: see DemoClips::read().
    explicit DemoPage(const QString& folder = {}, QWidget* parent = nullptr);

    PlaybackClock* clock() { return clock_; }
    int count() const { return int(cards_.size()); }

  Q_SIGNALS:
    void compareRequested(const timeripple::ui::Demo& demo);
    void liveRequested(const timeripple::engine::GenerationRequest& request);

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    struct Card {
        Demo demo;
        WipeView* view;
    };
    void addDemo(const Demo& demo);
    void showFrame();

    QString folder_;
    bool asked_ = false;
    PlaybackClock* clock_;
    DemoClips* clips_;
    QGridLayout* grid_;
    QLabel* note_;
    std::vector<Card> cards_;
};

}  // namespace timeripple::ui
