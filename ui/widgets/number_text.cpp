#include "ui/widgets/number_text.h"

#include <QCoreApplication>
#include <cmath>

#include "engine/api/clip.h"

namespace timeripple::ui {
namespace {

constexpr double kAsFast = 0.995;  // 1.00 in two places; what is below is slower

}  // namespace

QString percentText(double share) { return QStringLiteral("%1 %").arg(share * 100.0, 0, 'f', 1); }

QString factorText(double factor) {
    if (factor >= kAsFast || factor <= 0) return QStringLiteral("%1×").arg(factor, 0, 'f', 2);
    return QCoreApplication::translate("Numbers", "%1× slower").arg(1.0 / factor, 0, 'f', 2);
}

QString speedText(double factor) {
    if (factor < kAsFast) return factorText(factor);
    if (factor < 1.005) return QCoreApplication::translate("Numbers", "as fast");
    return QCoreApplication::translate("Numbers", "%1× faster").arg(factor, 0, 'f', 2);
}

QString decibelText(double db) {
    if (db >= engine::ClipQuality::kIdenticalDb) return QCoreApplication::translate("Numbers", "identical");
    return QStringLiteral("%1 dB").arg(db, 0, 'f', 1);
}

QString durationText(double seconds) {
    const auto whole = std::llround(std::max(0.0, seconds));
    if (whole >= 3600) {
        return QStringLiteral("%1:%2:%3")
            .arg(whole / 3600)
            .arg(whole / 60 % 60, 2, 10, QLatin1Char('0'))
            .arg(whole % 60, 2, 10, QLatin1Char('0'));
    }
    return QStringLiteral("%1:%2").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0'));
}

QString secondsText(double seconds) {
    return QStringLiteral("%1 s").arg(seconds, 0, 'f', seconds < 0.0995 ? 3 : seconds < 9.995 ? 2 : 1);
}

QString attentionText(const engine::GenerationRequest& request) {
    const engine::AttentionChange last = engine::attention_at(request, request.steps);
    if (last.mode == engine::AttentionMode::Dense) return QCoreApplication::translate("Numbers", "dense");
    return presetText(last.preset_name);
}

QString presetText(const std::string& name) {
    return name.empty() ? QString() : QCoreApplication::translate("timeripple::ui::AttentionSection", name.c_str());  // as on its segments
}

QString bytesText(double bytes) {
    if (bytes < 1e9) return QStringLiteral("%1 MB").arg(bytes / 1e6, 0, 'f', 0);
    return QStringLiteral("%1 GB").arg(bytes / 1e9, 0, 'f', 1);
}

}  // namespace timeripple::ui
