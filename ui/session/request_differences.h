#pragma once
// What differs between two requests, as lines a person can read: "steps 24, 30".

#include <QStringList>

#include "engine/api/generation_request.h"

namespace timeripple::ui {

QStringList requestDifferences(const engine::GenerationRequest& a, const engine::GenerationRequest& b);

}  // namespace timeripple::ui
