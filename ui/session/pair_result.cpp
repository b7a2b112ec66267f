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
    a.attention_changes = b.attention_changes;
    a.ripple = b.ripple;
    a.preset_name = b.preset_name;
    return settingDifferences(a, b).isEmpty();
}

// Steps that the times of a clip cover. A fork, or a run that went on from a checkpoint, did not make the earlier ones itself.
int timedSteps(const engine::Clip& clip) { return clip.request.steps - clip.resumed_step; }

QString stepsText(int steps) { return steps == 1 ? Words::tr("1 step") : Words::tr("%1 steps").arg(steps); }

// The factor of the times, where they may be set against each other; else empty and a sentence why.
QString factorOf(const engine::Clip& a, const engine::Clip& b, QStringList& details) {
    if (!sameDevice(a.provenance, b.provenance)) {
        details << Words::tr("Made on %1 and on %2: times of different devices give no factor.")
                       .arg(deviceText(a.provenance), deviceText(b.provenance));
        return {};
    }
    if (a.resumed_step != b.resumed_step) {
        details << Words::tr("These times are of %1 left and of %2 right, since a run went on from a checkpoint: they give no factor.")
                       .arg(stepsText(timedSteps(a)), stepsText(timedSteps(b)));
        return {};
    }
    const QString speed = speedText(a.times.denoising / b.times.denoising);
    return a.resumed_step == 0 ? speed : Words::tr("%1 over %2").arg(speed, stepsText(timedSteps(b)));
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
        QStringList why_not;
        if (const QString factor = factorOf(a, b, why_not); !factor.isEmpty()) {
            headline << factor;
            const bool here = reference.run->of_this_session && candidate.run->of_this_session;
            result.details << times + (here ? Words::tr("; both measured in this session on %1") : Words::tr("; as kept with the clips, on %1"))
                                          .arg(deviceText(b.provenance));
            if (!onlyAttentionDiffers(a.request, b.request)) {
                result.details << Words::tr("More than attention differs: the factor is not that of the method.");
            }
        } else {
            result.details << times << why_not;
        }
    } else {
        result.details << Words::tr("Times are not known.");
    }
    if (result.measured) {
        const engine::ClipQuality& q = *candidate.quality;
        headline << Words::tr("%1 mean").arg(decibelText(q.mean_psnr_db))
                 << Words::tr("%1 worst frame %2").arg(decibelText(q.worst_psnr_db)).arg(q.worst_frame + 1);
        result.details << Words::tr("SSIM %1 mean").arg(decimalText(q.mean_ssim, 4));
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
