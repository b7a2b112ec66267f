#pragma once
// What may honestly be said about two clips: the result card as values, so that its words are tested.

#include <QString>
#include <QStringList>

#include "ui/models/clip_list_model.h"

namespace timeripple::ui {

struct PairResult {
    QString headline;       // "2.1× faster, 34.2 dB mean, 31.9 dB worst frame 23"
    QStringList details;    // times, where and when they were taken, SSIM, savings
    bool measured = false;  // the candidate's quality is against this reference
};

// A factor is given only where both clips were denoised on one device with as many threads, over the same steps; it says over how
// many where those are not all (a fork), whether both were made in this session, one after the other, and whether more than attention
// differs.
PairResult pairResult(const ClipEntry& reference, const ClipEntry& candidate);

}  // namespace timeripple::ui
