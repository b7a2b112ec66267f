#include "ui/session/pair_result.h"

#include <QCoreApplication>

#include "ui/session/request_differences.h"
#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(PairResult)
};

QString deviceText(const engine::Provenance& made) {
    const QString name = QString::fromStdString(made.device_name);
    if (name.isEmpty()) return Words::tr("an unknown device");
    return made.threads > 0 ? Words::tr("%1, %2 threads").arg(name).arg(made.threads) : name;
}

bool sameDevice(const engine::Provenance& a, const engine::Provenance& b) {
    return !a.device_name.empty() && a.device_name == b.device_name && a.threads == b.threads;
}

// Whether the clips differ in attention alone: only then the factor is that of the method.
bool onlyAttentionDiffers(engine::GenerationRequest a, const engine::GenerationRequest& b) {
    a.attention = b.attention;
    a.ripple = b.ripple;
    a.preset_name = b.preset_name;
    return settingDifferences(a, b).isEmpty();
}

}  // namespace

PairResult pairResult(const ClipEntry& reference, const ClipEntry& candidate) {
    const engine::Clip &a = reference.clip(), &b = candidate.clip();
    PairResult result;
    result.measured = candidate.quality && candidate.twin_id == reference.id;
    QStringList headline;
    const double ta = a.times.denoising, tb = b.times.denoising;
    if (ta > 0 && tb > 0) {
        const QString times = Words::tr("Denoising %1 left, %2 right").arg(secondsText(ta), secondsText(tb));
        if (sameDevice(a.provenance, b.provenance)) {
            headline << (ta >= tb ? Words::tr("%1 faster").arg(factorText(ta / tb)) : Words::tr("%1 slower").arg(factorText(tb / ta)));
            const bool here = reference.run->of_this_session && candidate.run->of_this_session;
            result.details << times + (here ? Words::tr("; both measured in this session on %1") : Words::tr("; as kept with the clips, on %1"))
                                          .arg(deviceText(b.provenance));
            if (!onlyAttentionDiffers(a.request, b.request)) {
                result.details << Words::tr("More than attention differs: the factor is not that of the method.");
            }
        } else {
            result.details << times;
            result.details << Words::tr("Made on %1 and on %2: times of different devices give no factor.")
                                  .arg(deviceText(a.provenance), deviceText(b.provenance));
        }
    } else {
        result.details << Words::tr("Times are not known.");
    }
    if (result.measured) {
        const engine::ClipQuality& q = *candidate.quality;
        headline << Words::tr("%1 mean").arg(decibelText(q.mean_psnr_db))
                 << Words::tr("%1 worst frame %2").arg(decibelText(q.worst_psnr_db)).arg(q.worst_frame + 1);
        result.details << Words::tr("SSIM %1 mean").arg(QString::number(q.mean_ssim, 'f', 4));
    }
    const RunSavings savings = candidate.run->savings();
    if (savings.score && savings.attention) {
        result.details << Words::tr("Score savings %1, attention savings %2, over all steps")
                              .arg(percentText(*savings.score), percentText(*savings.attention));
    }
    result.headline = headline.isEmpty() ? Words::tr("Not measured") : headline.join(QStringLiteral(", "));
    return result;
}

}  // namespace timeripple::ui
