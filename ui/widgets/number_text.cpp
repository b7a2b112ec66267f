#include "ui/widgets/number_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>
#include <cmath>

#include "engine/api/clip.h"

namespace timeripple::ui {
namespace {

constexpr double kAsFast = 0.995;  // 1.00 in two places; what is below is slower

}  // namespace

QString decimalText(double value, int decimals) {
    QLocale locale;
    locale.setNumberOptions(QLocale::OmitGroupSeparator);
    return locale.toString(value, 'f', decimals);
}

QString percentText(double share) { return QStringLiteral("%1 %").arg(decimalText(share * 100.0, 1)); }

QString factorText(double factor) {
    if (factor >= kAsFast || factor <= 0) return QStringLiteral("%1×").arg(decimalText(factor, 2));
    return QCoreApplication::translate("Numbers", "%1× slower").arg(decimalText(1.0 / factor, 2));
}

QString speedText(double factor) {
    if (factor < kAsFast) return factorText(factor);
    if (factor < 1.005) return QCoreApplication::translate("Numbers", "as fast");
    return QCoreApplication::translate("Numbers", "%1× faster").arg(decimalText(factor, 2));
}

QString decibelText(double db) {
    if (db >= engine::ClipQuality::kIdenticalDb) return QCoreApplication::translate("Numbers", "identical");
    return QStringLiteral("%1 dB").arg(decimalText(db, 1));
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
    return QStringLiteral("%1 s").arg(decimalText(seconds, seconds < 0.0995 ? 3 : seconds < 9.995 ? 2 : 1));
}

QString unbroken(QString text) {
    for (const char* unit : {"%", "dB", "s", "MB", "GB"}) {
        text.replace(QRegularExpression(QStringLiteral("(?<=\\d) (?=%1(?!\\w))").arg(QLatin1String(unit))), QString(QChar::Nbsp));
    }
    return text;
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
    if (bytes < 1e9) return QStringLiteral("%1 MB").arg(decimalText(bytes / 1e6, 0));
    return QStringLiteral("%1 GB").arg(decimalText(bytes / 1e9, 1));
}

}  // namespace timeripple::ui
