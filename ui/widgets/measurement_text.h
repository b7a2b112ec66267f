#pragma once
// What a preset gave, in the window's language and with the country's numbers.

#include <QString>

#include "engine/api/presets.h"

namespace timeripple::ui {

// "33.7 dB mean, 27.2 dB worst of 6 clips, 1.57× faster (AMD EPYC, 2 cores, 2 threads, 2026-11-25)".
QString measurementText(const engine::RippleMeasurement& measured);
// The measurement, or what the preset's author wrote instead.
QString descriptionText(const engine::RipplePreset& preset);

}  // namespace timeripple::ui
