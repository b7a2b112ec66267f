#include "ui/widgets/transport_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QToolButton>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/playback_clock.h"

namespace timeripple::ui {
namespace {

constexpr int kLongestSlider = 620;

QToolButton* makeButton(IconShape shape, const QString& name, const QString& tip, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setIcon(makeIcon(shape));
    button->setIconSize({14, 14});
    button->setFixedSize(30, 28);
    button->setAccessibleName(name);
    button->setToolTip(tip);
    return button;
}

}  // namespace

TransportBar::TransportBar(PlaybackClock* clock, QWidget* parent) : QWidget(parent), clock_(clock) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    auto* back = makeButton(IconShape::StepBack, tr("One frame back"), tr("One frame back (comma)"), this);
    play_ = makeButton(IconShape::Play, tr("Play"), tr("Play or pause (Space)"), this);
    auto* forward = makeButton(IconShape::StepForward, tr("One frame forward"), tr("One frame forward (period)"), this);
    loop_ = makeButton(IconShape::Loop, tr("Loop"), tr("Play over and over (O)"), this);
    loop_->setCheckable(true);
    loop_->setChecked(clock->loop());
    ping_pong_ = makeButton(IconShape::PingPong, tr("Ping-pong"), tr("Play there and back (Shift+O)"), this);
    ping_pong_->setCheckable(true);
    slider_ = new QSlider(Qt::Horizontal, this);
    slider_->setAccessibleName(tr("Frame"));
    slider_->setToolTip(tr("Frame; drag to scrub"));
    slider_->setRange(0, 0);
    slider_->setMinimumWidth(80);
    slider_->setMaximumWidth(kLongestSlider);
    time_ = makeLabel(QString(), "caption", this);
    time_->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("00.00 s")));

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpaceLarge, 2, kSpaceLarge, 2);
    row->setSpacing(kSpaceSmall);
    row->addStretch(1);
    for (QToolButton* button : {back, play_, forward}) row->addWidget(button);
    row->addSpacing(kSpaceSmall);
    row->addWidget(slider_, 8);
    row->addSpacing(kSpaceSmall);
    row->addWidget(time_);
    row->addWidget(loop_);
    row->addWidget(ping_pong_);
    row->addStretch(1);

    connect(back, &QToolButton::clicked, clock, [clock] { clock->stepBy(-1); });
    connect(forward, &QToolButton::clicked, clock, [clock] { clock->stepBy(1); });
    connect(play_, &QToolButton::clicked, clock, &PlaybackClock::togglePlaying);
    connect(loop_, &QToolButton::clicked, clock, &PlaybackClock::setLoop);
    connect(ping_pong_, &QToolButton::clicked, clock, [clock](bool on) {
        clock->setRepeat(on ? PlaybackClock::Repeat::PingPong : PlaybackClock::Repeat::Once);
    });
    connect(slider_, &QSlider::valueChanged, clock, [clock](int frame) {
        if (frame != clock->position()) clock->setPosition(frame);
    });
    connect(slider_, &QSlider::sliderPressed, clock, [clock] { clock->setPlaying(false); });
    connect(clock, &PlaybackClock::positionChanged, this, &TransportBar::showPosition);
    connect(clock, &PlaybackClock::lengthChanged, this, &TransportBar::showPosition);
    connect(clock, &PlaybackClock::repeatChanged, this, [this](PlaybackClock::Repeat repeat) {
        loop_->setChecked(repeat == PlaybackClock::Repeat::Loop);
        ping_pong_->setChecked(repeat == PlaybackClock::Repeat::PingPong);
    });
    connect(clock, &PlaybackClock::playingChanged, this, [this](bool playing) {
        play_->setIcon(makeIcon(playing ? IconShape::Pause : IconShape::Play));
        play_->setAccessibleName(playing ? tr("Pause") : tr("Play"));
    });
    showPosition();
}

void TransportBar::showPosition() {
    const QSignalBlocker quiet(slider_);
    setEnabled(clock_->length() > 0);
    slider_->setRange(0, std::max(0, clock_->length() - 1));
    slider_->setValue(clock_->position());
    time_->setText(tr("%1 s").arg(decimalText(clock_->position() / clock_->fps(), 2)));
}

}  // namespace timeripple::ui
