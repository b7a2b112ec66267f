#pragma once
// Numbers and names as the window writes them, with units; one place, so that the same thing reads the same everywhere.

#include <QString>
#include <string>

#include "engine/api/generation_request.h"

namespace timeripple::ui {

// As the desktop's country writes numbers, as spin boxes do: "0.61" or "0,61".
QString decimalText(double value, int decimals);
QString percentText(double share);          // 0.784 -> "78.4 %"
QString factorText(double factor);          // 2.163 -> "2.16×", 0.48 -> "2.08× slower"
QString speedText(double factor);           // "2.16× faster", "2.08× slower"; "as fast" where neither shows
QString decibelText(double db);             // 31.84 -> "31.8 dB"; identical frames: "identical"
QString durationText(double seconds);       // 74 -> "1:14"
QString secondsText(double seconds);        // 0.6123 -> "0.61 s", 23.4 -> "23.4 s"
QString bytesText(double bytes);            // "0.9 GB"

// The attention of a run in a word, as its last steps have it: a run that was changed on the way or forked is what it became. "dense",
// the name of a preset, or empty for settings of one's own.
QString attentionText(const engine::GenerationRequest& request);

// For labels that wrap: a number and its unit stay in one line.
QString unbroken(QString text);

// The built-in presets in the window's language, others by the name that somebody gave them.
QString presetText(const std::string& name);

}  // namespace timeripple::ui
