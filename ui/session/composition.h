#pragma once
// One or two clips and the heatmap as labelled pictures, frame by frame, for export. Values only: composed on any thread.

#include <QImage>
#include <QString>
#include <vector>

#include "engine/api/clip_export.h"
#include "engine/api/reuse_stats.h"

namespace timeripple::ui {

struct Composition {
    enum class Layout { Clip, SideBySide, Wipe, MapBeside, MapOver };

    Layout layout = Layout::Clip;
    engine::FrameSequencePtr left;   // the clip; of a pair the reference
    engine::FrameSequencePtr right;  // SideBySide and Wipe only, of equal size and length
    engine::TokenMapPtr map;         // MapBeside and MapOver only
    // Burnt in under (wipe, over) the pictures; nothing where empty.
    QString left_label;
    QString right_label;
    QString numbers;               // "2.1× faster, 34.2 dB mean"
    std::vector<double> psnr_db;   // of every frame, on the right; nothing where empty
    double scale = 1.0;            // pixels of the file per pixel of the clip
};

// The size of every composed frame.
QSize sizeOf(const Composition& composition);
// Frame 0..left->frames-1, Format_RGB888.
QImage composeFrame(const Composition& composition, int frame);
// The composition as what export_frames() reads; keeps the clips alive.
engine::FrameSource sourceOf(const Composition& composition);

}  // namespace timeripple::ui
