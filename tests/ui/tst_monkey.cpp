// Random clicks, keys, wheels and resizes on the window while runs work: no crash, no warning of Qt, nothing that blocks. Seeded,
// so a failure comes again. TIMERIPPLE_MONKEY_EVENTS sets how many.
#include <QAbstractButton>
#include <QFileDialog>
#include <QTimer>
#include <QWheelEvent>

#include "tests/ui/ui_test_support.h"
#include "ui/theme/theme.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

constexpr int kEvents = 10'000;
constexpr int kPatienceForOneMs = 30;  // on a machine that others use too; one event takes about 1.5 ms of a core

int wantedEvents() {
    bool given = false;
    const int wanted = qEnvironmentVariableIntValue("TIMERIPPLE_MONKEY_EVENTS", &given);
    return given ? wanted : kEvents;
}

int warnings = 0;

void countWarnings(QtMsgType type, const QMessageLogContext&, const QString& text) {
    // What the offscreen platform cannot do is no fault of the window.
    if (type == QtDebugMsg || type == QtInfoMsg || text.contains(QLatin1String("This plugin does not support"))) return;
    ++warnings;
    std::fprintf(stderr, "%s\n", qPrintable(text));
}

// Buttons of dialogs of the system and of other programs.
void disableLeaving(QWidget* window) {
    for (auto* button : window->findChildren<QAbstractButton*>()) {
        if (button->text().contains(QStringLiteral("…")) || button->accessibleName().startsWith(QLatin1String("Open the folder"))) {
            button->setEnabled(false);
        }
    }
}

class Random {
  public:
    explicit Random(quint64 seed) : state_(seed) {}
    int below(int limit) {
        state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
        return int((state_ >> 33) % quint64(limit));
    }

  private:
    quint64 state_;
};

}  // namespace

class TestMonkey : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void random_events_do_no_harm() {
        const int events = wantedEvents();
        Theme theme(*qApp);
        TestStudio studio;
        engine::ModelInfo model = engine::fake_model_info();
        model.vocabulary.groups = {{"colours", {"red", "blue", "green", "white"}}, {"things", {"fish", "ball"}}};
        Q_EMIT studio.workspace.modelChanged(model);
        studio.show();
        // What leaves the window: dialogs of the system, the end of the program.
        QList<QAction*> actions;
        for (const auto& entry : studio.window.actions().entries()) {
            const bool leaves = entry.action->text().contains(QStringLiteral("…")) || entry.id == QLatin1String("file.quit") ||
                                entry.id == QLatin1String("view.full");
            if (leaves) entry.action->setEnabled(false);
            if (!leaves) actions << entry.action;
        }
        disableLeaving(&studio.window);
        // A button's menu holds the click until somebody closes it.
        QTimer menu_closer;
        connect(&menu_closer, &QTimer::timeout, &menu_closer, [] {
            if (QWidget* popup = QApplication::activePopupWidget()) popup->close();
        });
        menu_closer.start(20);
        const auto previous = qInstallMessageHandler(countWarnings);
        Random random(20'251'123);
        constexpr Qt::Key kKeys[] = {Qt::Key_Space, Qt::Key_Tab,  Qt::Key_Left, Qt::Key_Right, Qt::Key_Up,     Qt::Key_Down,   Qt::Key_Home,
                                     Qt::Key_End,   Qt::Key_J,    Qt::Key_K,    Qt::Key_L,     Qt::Key_Comma,  Qt::Key_Period, Qt::Key_1,
                                     Qt::Key_2,     Qt::Key_3,    Qt::Key_4,    Qt::Key_S,     Qt::Key_B,      Qt::Key_Escape, Qt::Key_Delete,
                                     Qt::Key_A,     Qt::Key_F1,   Qt::Key_Backspace, Qt::Key_PageDown};
        int runs = 0;
        for (int i = 0; i < events; ++i) {
            QList<QWidget*> targets;
            for (QWidget* widget : studio.window.findChildren<QWidget*>()) {
                if (widget->isVisible() && widget->isEnabled() && !widget->size().isEmpty()) targets << widget;
            }
            QPointer<QWidget> target = targets[random.below(int(targets.size()))];
            const QPoint place(random.below(target->width()), random.below(target->height()));
            switch (random.below(12)) {
                case 0:
                case 1:
                case 2:
                case 3:
                    if (target->inherits("QMenuBar") || target->inherits("QComboBox")) break;  // their popups run loops of their own
                    QTest::mouseClick(target, Qt::LeftButton, {}, place);
                    break;
                case 4:
                    QTest::mouseMove(target, place);
                    break;
                case 5: {
                    QWheelEvent wheel(place, target->mapToGlobal(place), {}, {0, random.below(2) ? 120 : -120}, {}, {}, Qt::NoScrollPhase, false);
                    QApplication::sendEvent(target, &wheel);
                    break;
                }
                case 6:
                    if (random.below(20) == 0) studio.window.resize(700 + random.below(900), 500 + random.below(600));
                    break;
                case 7:
                    if (random.below(50) == 0) theme.setChoice(ThemeChoice(random.below(3)));
                    break;
                case 8:
                    if (random.below(25) == 0 && runs < 40) {
                        ++runs;
                        auto request = smallRequest(random.below(6) == 0 ? "[fail:nonfinite]" : "a red ball");
                        request.seed = quint64(i);
                        if (random.below(3) == 0) {
                            studio.workspace.compare(request);
                        } else {
                            studio.workspace.enqueue(request);
                        }
                    }
                    break;
                case 9:
                    if (random.below(8) == 0) {
                        QAction* action = actions[random.below(int(actions.size()))];
                        if (action->isEnabled()) action->trigger();
                        disableLeaving(&studio.window);
                    }
                    break;
                default: {
                    QWidget* focus = QApplication::focusWidget();
                    QTest::keyClick(focus ? focus : static_cast<QWidget*>(&studio.window), kKeys[random.below(int(std::size(kKeys)))]);
                }
            }
            if (QWidget* popup = QApplication::activePopupWidget()) popup->close();
            // A list may lead to one too; a monkey must not come near files.
            for (auto* dialog : studio.window.findChildren<QFileDialog*>()) dialog->reject();
            QApplication::processEvents();
        }
        qInstallMessageHandler(previous);
        QCOMPARE(warnings, 0);
        studio.workspace.cancelRunning();
    }
};

int main(int argc, char** argv) {
    // Qt Test ends a test that works longer than five minutes; many events on a busy machine take longer.
    if (!qEnvironmentVariableIsSet("QTEST_FUNCTION_TIMEOUT")) {
        qputenv("QTEST_FUNCTION_TIMEOUT", QByteArray::number(std::max(300'000, wantedEvents() * kPatienceForOneMs)));
    }
    QApplication application(argc, argv);
    TestMonkey test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_monkey.moc"
