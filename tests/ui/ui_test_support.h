#pragma once
// What the window's tests share: a window over the fake engine with settings of its own, and waiting for what it does.

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "tests/support/fake_engine.h"
#include "ui/docks/prompt_panel.h"
#include "ui/docks/run_panel.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/pages.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/watch_page.h"
#include "ui/session/workspace.h"
#include "ui/settings/app_settings.h"

namespace timeripple::ui {

constexpr int kPatienceMs = 30'000;  // a limit for loaded machines, never a wait

inline EngineFactory fakeEngine() {
    return []() -> engine::Result<std::unique_ptr<engine::Engine>> { return {std::make_unique<engine::FakeEngine>()}; };
}

inline engine::GenerationRequest smallRequest(const char* prompt = "a small red ball") {
    engine::GenerationRequest request;
    request.prompt = prompt;
    request.width = 64;
    request.height = 64;
    request.frames = 9;
    request.steps = 8;
    request.seed = 5;
    request.attention = engine::AttentionMode::Ripple;
    request.ripple.schedule = {.theta_min = 0.2, .theta_max = 0.4, .i_min = 2, .i_max = 4, .last_step_dense = true};
    return request;
}

struct TestStudio {
    QTemporaryDir folder;
    AppSettings settings{folder.filePath(QStringLiteral("studio.ini"))};
    Workspace workspace{fakeEngine()};
    MainWindow window{&workspace, &settings, nullptr};

    explicit TestStudio(const char* prompt = "a small red ball") { window.promptPanel()->setRequest(smallRequest(prompt)); }

    void show() {
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
    }
    QAction* action(const char* id) { return window.actions().find(QString::fromLatin1(id)); }
};

}  // namespace timeripple::ui
