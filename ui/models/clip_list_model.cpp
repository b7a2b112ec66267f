#include "ui/models/clip_list_model.h"

#include "ui/widgets/frame_image.h"
#include "ui/widgets/number_text.h"

namespace timeripple::ui {

int ClipListModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(entries_.size()); }

QVariant ClipListModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const ClipEntry& entry = entries_[std::size_t(index.row())];
    const auto& request = entry.clip().request;
    const QString prompt = QString::fromStdString(request.prompt);
    switch (role) {
        case Qt::DisplayRole:
        case CaptionRole:
            return captionOf(entry);
        case Qt::DecorationRole:
            return entry.thumbnail;
        case Qt::ToolTipRole:
            return tr("%1\n%2 × %3, %4 frames, %5 steps, seed %6")
                .arg(prompt.isEmpty() ? tr("(no prompt)") : prompt)
                .arg(request.width)
                .arg(request.height)
                .arg(request.frames)
                .arg(request.steps)
                .arg(request.seed);
        case Qt::AccessibleTextRole:
            return tr("Clip: %1, %2").arg(prompt, captionOf(entry));
        case IdRole:
            return entry.id;
        case PromptRole:
            return prompt;
        default:
            return {};
    }
}

quint64 ClipListModel::add(const RunRecordPtr& run, const QString& source_path) {
    ClipEntry entry;
    entry.id = ++last_id_;
    entry.run = run;
    entry.source_path = source_path;
    const auto& frames = run->clip->frames;
    if (frames && frames->frames > 0) {
        entry.thumbnail = imageOfFrame(frames, frames->frames / 2)
                              .scaled(kThumbnailPixels, kThumbnailPixels, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    }
    beginInsertRows({}, 0, 0);
    entries_.insert(entries_.begin(), std::move(entry));
    endInsertRows();
    return last_id_;
}

int ClipListModel::rowOf(quint64 id) const {
    for (std::size_t row = 0; row < entries_.size(); ++row) {
        if (entries_[row].id == id) return int(row);
    }
    return -1;
}

const ClipEntry* ClipListModel::find(quint64 id) const {
    const int row = rowOf(id);
    return row < 0 ? nullptr : &entries_[std::size_t(row)];
}

void ClipListModel::setTwin(quint64 id, quint64 twin_id) {
    const int row = rowOf(id);
    if (row >= 0) entries_[std::size_t(row)].twin_id = twin_id;
}

void ClipListModel::setQuality(quint64 id, quint64 dense_twin_id, const engine::ClipQuality& quality) {
    const int row = rowOf(id);
    if (row < 0) return;
    ClipEntry& entry = entries_[std::size_t(row)];
    entry.quality = quality;
    entry.twin_id = dense_twin_id;
    if (const ClipEntry* twin = find(dense_twin_id)) {
        entry.run->twin_dense_step_seconds = twin->run->savings().dense_step_seconds;
    }
    Q_EMIT dataChanged(index(row), index(row));
}

void ClipListModel::remove(quint64 id) {
    const int row = rowOf(id);
    if (row < 0) return;
    beginRemoveRows({}, row, row);
    entries_.erase(entries_.begin() + row);
    endRemoveRows();
}

QString captionOf(const ClipEntry& entry) {
    const auto& clip = entry.clip();
    if (clip.request.attention == engine::AttentionMode::Dense) return ClipListModel::tr("dense");
    const auto factor = entry.run->savings().measured_factor;
    const QString speed = factor ? factorText(*factor) : QString();
    if (entry.quality) return decibelText(entry.quality->mean_psnr_db) + QLatin1Char(' ') + speed;
    const QString name = QString::fromStdString(clip.request.preset_name);
    return (name.isEmpty() ? ClipListModel::tr("ripple") : name) + QLatin1Char(' ') + speed;
}

}  // namespace timeripple::ui
