#pragma once
// What differs between two requests: for tables, and as lines a person can read.

#include <QStringList>
#include <QVector>

#include "engine/api/generation_request.h"

namespace timeripple::ui {

struct SettingDifference {
    QString name;
    QString left;
    QString right;
};

// All that affects the pixels, in the order of the left panel; equal settings are left out.
QVector<SettingDifference> settingDifferences(const engine::GenerationRequest& a, const engine::GenerationRequest& b);
// The same as "steps 24, 30".
QStringList requestDifferences(const engine::GenerationRequest& a, const engine::GenerationRequest& b);

}  // namespace timeripple::ui
