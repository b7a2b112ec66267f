#include "ui/widgets/measurement_text.h"

#include <QCoreApplication>

#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(MeasurementText)
};

}  // namespace

QString measurementText(const engine::RippleMeasurement& m) {
    const QString clips = m.clips == 1 ? Words::tr("1 clip") : Words::tr("%1 clips").arg(m.clips);
    const QString speed = m.speedup_denoising > 0 ? speedText(m.speedup_denoising) : Words::tr("speed not measured");
    QStringList where{QString::fromStdString(m.device_name)};
    if (m.threads > 0) where << (m.threads == 1 ? Words::tr("1 thread") : Words::tr("%1 threads").arg(m.threads));
    where << QString::fromStdString(m.date);
    where.removeAll(QString());
    const QString text = Words::tr("%1 mean, %2 worst of %3, %4").arg(decibelText(m.psnr_mean_db), decibelText(m.psnr_min_db), clips, speed);
    return where.isEmpty() ? text : QStringLiteral("%1 (%2)").arg(text, where.join(QStringLiteral(", ")));
}

QString descriptionText(const engine::RipplePreset& preset) {
    const bool plain = preset.measured && preset.description == engine::text_of(*preset.measured);
    return plain ? measurementText(*preset.measured) : QString::fromStdString(preset.description);
}

}  // namespace timeripple::ui
