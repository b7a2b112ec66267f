// The Play menu: single keys that act on the player of the page that is shown.
#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/pages.h"
#include "ui/main_window/window_parts.h"
#include "ui/widgets/playback_clock.h"

namespace timeripple::ui {

void addPlayActions(MainWindow& window) {
    const QString play = MainWindow::tr("Play");
    MainWindow* w = &window;
    auto add = [&](const char* id, const QString& text, const QKeySequence& key, auto act) {
        window.addAction(play, id, text, key, [w, act] {
            if (PlaybackClock* clock = w->pages()->activeClock()) act(clock);
        });
    };
    add("play.toggle", MainWindow::tr("Play or pause"), Qt::Key_Space, [](PlaybackClock* c) { c->togglePlaying(); });
    add("play.backward", MainWindow::tr("Play backward, faster"), Qt::Key_J, [](PlaybackClock* c) { c->shuttle(-1); });
    add("play.pause", MainWindow::tr("Pause"), Qt::Key_K, [](PlaybackClock* c) { c->setPlaying(false); });
    add("play.forward", MainWindow::tr("Play forward, faster"), Qt::Key_L, [](PlaybackClock* c) { c->shuttle(1); });
    add("play.back", MainWindow::tr("One frame back"), Qt::Key_Comma, [](PlaybackClock* c) { c->stepBy(-1); });
    add("play.next", MainWindow::tr("One frame forward"), Qt::Key_Period, [](PlaybackClock* c) { c->stepBy(1); });
    add("play.first", MainWindow::tr("First frame"), Qt::Key_Home, [](PlaybackClock* c) { c->setPosition(0); });
    add("play.last", MainWindow::tr("Last frame"), Qt::Key_End, [](PlaybackClock* c) { c->setPosition(c->length() - 1); });
    add("play.loop", MainWindow::tr("Loop"), Qt::Key_O, [](PlaybackClock* c) { c->setLoop(!c->loop()); });
    add("play.pingpong", MainWindow::tr("Ping-pong"), Qt::SHIFT | Qt::Key_O, [](PlaybackClock* c) {
        c->setRepeat(c->repeat() == PlaybackClock::Repeat::PingPong ? PlaybackClock::Repeat::Loop : PlaybackClock::Repeat::PingPong);
    });
}

}  // namespace timeripple::ui
