#include "ui/models/clip_list_model.h"

#include <QDateTime>
#include <QTimer>
#include <algorithm>

#include "ui/library/library.h"
#include "ui/widgets/frame_image.h"
#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

constexpr int kThumbnailsInMemory = 500;
constexpr std::size_t kSummariesAtOnce = 128;

// The clip without what is large, its savings as they were.
RunRecordPtr lightRecord(const engine::Clip& clip, const RunSavings& savings) {
    auto light = std::make_shared<engine::Clip>();
    light->request = clip.request;
    light->provenance = clip.provenance;
    light->times = clip.times;
    light->resumed_step = clip.resumed_step;
    light->peak_memory_bytes = clip.peak_memory_bytes;
    auto record = RunRecord::ofClip(light);
    record->kept_savings = savings;
    return record;
}

ClipEntry entryOf(const ClipSummary& summary) {
    engine::Clip clip;
    clip.request = summary.recipe.request;
    clip.provenance = summary.recipe.provenance;
    clip.times = summary.recipe.times;
    clip.resumed_step = summary.recipe.resumed_step;
    RunSavings savings;
    if (summary.recipe.median_ripple_step_seconds > 0) {
        savings.score = summary.recipe.score_savings;
        savings.attention = summary.recipe.attention_savings;
    }
    if (summary.factor > 0) savings.measured_factor = summary.factor;
    savings.dense_step_seconds = summary.recipe.median_dense_step_seconds;
    savings.ripple_step_seconds = summary.recipe.median_ripple_step_seconds;
    ClipEntry entry;
    entry.id = summary.id;
    entry.run = lightRecord(clip, savings);
    entry.quality = summary.recipe.quality;
    entry.twin_id = summary.twin_id;
    entry.source_path = summary.source_path;
    entry.rating = summary.rating;
    entry.group = summary.group;
    entry.created_ms = summary.created_ms;
    entry.trashed = summary.trashed_ms != 0;
    entry.kept = true;
    return entry;
}

std::size_t bytesOf(const ClipEntry& entry) {
    std::size_t bytes = entry.loaded() ? entry.clip().frames->rgb.size() : 0;
    for (const auto& [step, map] : entry.run->token_maps) bytes += map->bytes();
    return bytes;
}

}  // namespace

ClipListModel::ClipListModel(Library* library, QObject* parent)
    : QAbstractListModel(parent), library_(library), thumbnails_(kThumbnailsInMemory) {
    if (!library_) return;
    connect(library_, &Library::listed, this, [this](const HistoryFilter& filter, const std::vector<HistoryRow>& rows) {
        if (filter == filter_) setRows(rows);
    });
    connect(library_, &Library::summariesRead, this, &ClipListModel::takeSummaries);
    connect(library_, &Library::clipRead, this, &ClipListModel::takeRecord);
    connect(library_, &Library::clipNotRead, this, &ClipListModel::loadFailed);
    connect(library_, &Library::thumbnailRead, this, [this](quint64 id, const QImage& image) {
        asked_thumbnails_.remove(id);
        if (image.isNull()) return;
        thumbnails_.insert(id, new QImage(image));
        rowChanged(id);
    });
}

int ClipListModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(rows_.size()); }

int ClipListModel::groupStart(int row) const {
    while (row > 0 && rows_[std::size_t(row) - 1].group == rows_[std::size_t(row)].group) --row;
    return row;
}

int ClipListModel::groupEnd(int row) const {
    const quint64 group = rows_[std::size_t(row)].group;
    while (row < rowCount() && rows_[std::size_t(row)].group == group) ++row;
    return row;
}

QVariant ClipListModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    if (role == IdRole) return idAt(index.row());
    if (role == GroupIndexRole) return index.row() - groupStart(index.row());
    if (role == GroupSizeRole) return groupEnd(index.row()) - groupStart(index.row());
    const ClipEntry* entry = find(idAt(index.row()));
    if (!entry) {
        want(idAt(index.row()));
        return role == Qt::AccessibleTextRole ? QVariant(tr("Clip, being read")) : QVariant();
    }
    const auto& request = entry->clip().request;
    const QString prompt = QString::fromStdString(request.prompt);
    switch (role) {
        case Qt::DisplayRole:
        case CaptionRole:
            return captionOf(*entry);
        case Qt::DecorationRole: {
            if (const QImage* image = thumbnails_.object(entry->id)) return *image;
            if (library_ && !asked_thumbnails_.contains(entry->id)) {
                asked_thumbnails_ << entry->id;
                library_->readThumbnail(entry->id);
            }
            return {};
        }
        case Qt::ToolTipRole:
            return tr("%1\n%2 × %3, %4 frames, %5 steps, seed %6")
                .arg(prompt.isEmpty() ? tr("(no prompt)") : prompt)
                .arg(request.width)
                .arg(request.height)
                .arg(request.frames)
                .arg(request.steps)
                .arg(request.seed);
        case Qt::AccessibleTextRole:
            return entry->rating > 0 ? tr("Clip: %1, %2, rated %3 of 5").arg(prompt, captionOf(*entry)).arg(entry->rating)
                                     : tr("Clip: %1, %2").arg(prompt, captionOf(*entry));
        case PromptRole:
            return prompt;
        case RatingRole:
            return entry->rating;
        case GroupTextRole: {
            const int size = groupEnd(index.row()) - groupStart(index.row());
            const QString name = prompt.isEmpty() ? tr("(no prompt)") : prompt.simplified();
            return size > 1 ? tr("%1 · %2 seeds").arg(name).arg(size) : name;
        }
        default:
            return {};
    }
}

quint64 ClipListModel::add(const RunRecordPtr& run, const QString& source_path, quint64 id) {
    ClipEntry entry;
    entry.id = id != 0 ? id : newLibraryId();
    entry.run = run;
    entry.source_path = source_path;
    entry.group = groupOf(run->clip->request);
    entry.created_ms = QDateTime::currentMSecsSinceEpoch();
    const auto& frames = run->clip->frames;
    if (frames && frames->frames > 0) {
        const QImage image = imageOfFrame(frames, frames->frames / 2)
                                 .scaled(kThumbnailPixels, kThumbnailPixels, Qt::KeepAspectRatio, Qt::SmoothTransformation);
        thumbnails_.insert(entry.id, new QImage(image));
    }
    const HistoryRow row{entry.id, entry.group};
    entries_[entry.id] = std::move(entry);
    in_memory_.push_back(row.id);
    if (filter_ != HistoryFilter{}) {
        refresh();
        return row.id;
    }
    // Its group becomes the newest.
    const auto same = std::find_if(rows_.begin(), rows_.end(), [&](const HistoryRow& r) { return r.group == row.group; });
    if (same != rows_.end() && same != rows_.begin()) {
        const int first = int(same - rows_.begin()), end = groupEnd(first);
        beginMoveRows({}, first, end - 1, {}, 0);
        std::rotate(rows_.begin(), rows_.begin() + first, rows_.begin() + end);
        endMoveRows();
    }
    beginInsertRows({}, 0, 0);
    rows_.insert(rows_.begin(), row);
    endInsertRows();
    forgetOldFrames();
    return row.id;
}

int ClipListModel::rowOf(quint64 id) const {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [id](const HistoryRow& row) { return row.id == id; });
    return found == rows_.end() ? -1 : int(found - rows_.begin());
}

std::vector<quint64> ClipListModel::groupOfClip(quint64 id) const {
    std::vector<quint64> ids;
    const int row = rowOf(id);
    if (row < 0) return ids;
    for (int i = groupStart(row); i < groupEnd(row); ++i) ids.push_back(idAt(i));
    return ids;
}

const ClipEntry* ClipListModel::find(quint64 id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second;
}

const ClipEntry& ClipListModel::at(int row) const {
    static const ClipEntry kUnknown = [] {
        ClipEntry unknown;
        unknown.run = RunRecord::ofClip(std::make_shared<engine::Clip>());
        return unknown;
    }();
    const ClipEntry* entry = find(idAt(row));
    return entry ? *entry : kUnknown;
}

void ClipListModel::setTwin(quint64 id, quint64 twin_id) {
    const auto found = entries_.find(id);
    if (found != entries_.end()) found->second.twin_id = twin_id;
    if (library_) library_->setTwin(id, twin_id);
}

void ClipListModel::setQuality(quint64 id, quint64 dense_twin_id, const engine::ClipQuality& quality) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    ClipEntry& entry = found->second;
    entry.quality = quality;
    entry.twin_id = dense_twin_id;
    if (const ClipEntry* twin = find(dense_twin_id)) entry.run->twin_dense_step_seconds = twin->run->savings().dense_step_seconds;
    if (library_) library_->setQuality(id, dense_twin_id, quality, entry.run->savings().measured_factor.value_or(0.0));
    rowChanged(id);
}

void ClipListModel::setRating(quint64 id, int rating) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.rating == rating) return;
    found->second.rating = rating;
    if (library_) library_->setRating(id, rating);
    rowChanged(id);
    if (filter_.rating > 0) refresh();
}

void ClipListModel::setKept(quint64 id) {
    const auto found = entries_.find(id);
    if (found != entries_.end()) found->second.kept = true;
    forgetOldFrames();
}

void ClipListModel::remove(quint64 id) {
    const int row = rowOf(id);
    if (row < 0) return;
    beginRemoveRows({}, row, row);
    rows_.erase(rows_.begin() + row);
    if (!library_) {  // else it may come back, and whoever shows it goes on
        entries_.erase(id);
        std::erase(in_memory_, id);
    }
    endRemoveRows();
}

void ClipListModel::setFilter(const HistoryFilter& filter) {
    if (filter == filter_) return;
    filter_ = filter;
    refresh();
}

void ClipListModel::refresh() {
    if (library_) library_->list(filter_);
}

void ClipListModel::setRows(const std::vector<HistoryRow>& rows) {
    if (rows == rows_) return;
    beginResetModel();
    rows_ = rows;
    endResetModel();
}

void ClipListModel::want(quint64 id) const {
    if (!library_ || asked_.contains(id)) return;
    asked_ << id;
    // All that a view asks for while it paints goes in one request.
    if (wishes_.empty()) {
        auto* self = const_cast<ClipListModel*>(this);
        QTimer::singleShot(0, self, [self] { self->sendWishes(); });
    }
    wishes_.push_back(id);
}

void ClipListModel::sendWishes() {
    // Scrolling fast asks for many: the last ones are what is on the screen now. The others are asked again when seen.
    if (wishes_.size() > kSummariesAtOnce) {
        for (auto id = wishes_.begin(); id != wishes_.end() - std::ptrdiff_t(kSummariesAtOnce); ++id) asked_.remove(*id);
        wishes_.erase(wishes_.begin(), wishes_.end() - std::ptrdiff_t(kSummariesAtOnce));
    }
    library_->readSummaries(wishes_);
    wishes_.clear();
}

void ClipListModel::readSummary(quint64 id) {
    if (find(id)) {
        Q_EMIT known(id);
    } else {
        want(id);
    }
}

void ClipListModel::takeSummaries(const std::vector<ClipSummary>& clips) {
    int first = rowCount(), last = -1;
    for (const auto& clip : clips) {
        asked_.remove(clip.id);
        if (!entries_.contains(clip.id)) entries_[clip.id] = entryOf(clip);
        const int row = rowOf(clip.id);
        if (row < 0) continue;
        first = std::min(first, row);
        last = std::max(last, row);
    }
    if (last >= first) Q_EMIT dataChanged(index(first), index(last));
    for (const auto& clip : clips) Q_EMIT known(clip.id);
}

void ClipListModel::load(quint64 id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    if (found->second.loaded()) {
        std::erase(in_memory_, id);
        in_memory_.push_back(id);
        Q_EMIT loaded(id);
    } else if (library_) {
        library_->readClip(summaryOf(found->second));
    }
}

void ClipListModel::takeRecord(quint64 id, const RunRecordPtr& record) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    if (!found->second.loaded()) {
        record->kept_savings = found->second.run->savings();
        record->twin_dense_step_seconds = found->second.run->twin_dense_step_seconds;
        found->second.run = record;
        in_memory_.push_back(id);
        forgetOldFrames();
    }
    Q_EMIT loaded(id);
    rowChanged(id);
}

void ClipListModel::forgetOldFrames() {
    std::size_t total = 0;
    for (const quint64 id : in_memory_) total += bytesOf(entries_.at(id));
    // The newest stay in any case: they are on the screen.
    for (std::size_t i = 0; total > kMaxClipBytesInMemory && i + 2 < in_memory_.size();) {
        ClipEntry& entry = entries_.at(in_memory_[i]);
        if (!entry.kept) {
            ++i;
            continue;
        }
        total -= bytesOf(entry);
        entry.run = lightRecord(entry.clip(), entry.run->savings());
        in_memory_.erase(in_memory_.begin() + std::ptrdiff_t(i));
    }
}

void ClipListModel::rowChanged(quint64 id) {
    const int row = rowOf(id);
    if (row >= 0) Q_EMIT dataChanged(index(row), index(row));
}

QString captionOf(const ClipEntry& entry) {
    const auto& request = entry.clip().request;
    const QString name = attentionText(request);
    if (engine::attention_at(request, request.steps).mode == engine::AttentionMode::Dense) return name;
    const auto factor = entry.run->savings().measured_factor;
    const QString speed = factor ? factorText(*factor) : QString();
    if (entry.quality) return decibelText(entry.quality->mean_psnr_db) + QLatin1Char(' ') + speed;
    // The number first: it is what must not be cut where there is little room.
    return QStringLiteral("%1 %2").arg(speed, name.isEmpty() ? ClipListModel::tr("ripple") : name).trimmed();
}

ClipSummary summaryOf(const ClipEntry& entry) {
    ClipSummary summary;
    summary.id = entry.id;
    summary.created_ms = entry.created_ms;
    summary.group = entry.group;
    summary.rating = entry.rating;
    summary.twin_id = entry.twin_id;
    summary.source_path = entry.source_path;
    summary.recipe = engine::recipe_of(entry.clip());
    summary.recipe.quality = entry.quality;
    summary.factor = entry.run->savings().measured_factor.value_or(0.0);
    return summary;
}

}  // namespace timeripple::ui
