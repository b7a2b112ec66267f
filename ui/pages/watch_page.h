#pragma once
// The centre while a clip comes to be and after: preview and heatmap of the same plane, side by side or one over the other, with
// one clock; under them the transport and the strip of the steps. A card tells the story of the token under the cursor.

#include <QImage>
#include <QWidget>

#include "ui/session/run_record.h"
#include "ui/widgets/token_map_image.h"

class QLabel;
class QStackedLayout;

namespace timeripple::ui {

class ErrorCard;
class PictureRow;
class PictureView;
class PlaybackClock;
class RunStrip;
class TokenCard;
class TokenMapView;

class WatchPage final : public QWidget {
    Q_OBJECT
  public:
    explicit WatchPage(QWidget* parent = nullptr);

    void showRun(const RunRecordPtr& run);
    // The run on show has news.
    void refresh();
    void setSelection(const MapSelection& selection);
    // 1-based; 0: the latest while it runs, the clip afterwards.
    void setStep(int step);
    int step() const { return step_; }
    void setHatched(bool on);
    // The map over the preview instead of beside it; `opacity` 0..1.
    void setOver(bool over, double opacity);
    bool isOver() const { return over_; }
    void showError(const QString& title, const engine::Error& error, const QString& remedy = {}, quint64 subject = 0);
    void hideError();
    bool errorShown() const;
    void setHint(const QString& text);  // where the preview will be, before the first run

    PlaybackClock* clock() { return clock_; }
    ErrorCard* errorCard() { return error_card_; }
    engine::TokenMapPtr shownMap() const { return map_; }
    QImage shownPicture() const;
    // Asks for a real decode of the frame on show, and shows it when it comes, until another frame or step is chosen.
    void wishDecode();
    TokenCard* tokenCard() { return card_; }
    const MapSelection& selection() const { return selection_; }

  Q_SIGNALS:
    void stepChosen(int step, int layer);  // by a click in the step x layer map; layer is 0-based, -1 all
    void headChosen(int layer, int head);  // by the layer x head map; 0-based, -1 all
    void mapShown();                       // another map or other shares
    void remedyChosen(quint64 subject);  // as showError() was given it
    void decodeWished(int frame);  // 0-based, of the clip

  private:
    void showFrame();
    void showCaptions();
    void showStory();
    void choose(int step, int layer);
    const DecodedFrame* shownDecode() const;
    bool showsClip() const { return run_ && run_->clip && step_ == 0; }
    int latentFrame() const;

    RunRecordPtr run_;
    MapSelection selection_;
    int step_ = 0;
    engine::FrameSequencePtr frames_;
    engine::TokenMapPtr map_;
    int shown_step_ = 0;
    std::optional<QPointF> hover_;
    bool over_ = false;
    double opacity_ = 0.6;

    PlaybackClock* clock_;
    QStackedLayout* stack_;
    PictureRow* pictures_;
    PictureView* preview_;
    TokenMapView* heatmap_;
    ErrorCard* error_card_;
    quint64 remedy_subject_ = 0;
    QLabel* notice_;
    RunStrip* strip_;
    TokenCard* card_;
};

}  // namespace timeripple::ui
