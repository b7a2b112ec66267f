#pragma once
// The history: all kept clips that the filter shows, the newest group first, runs that differ in nothing but the seed side by side.
// Every clip has its row at once; what the row says, its thumbnail and its frames come from the library when somebody looks.

#include <QAbstractListModel>
#include <QCache>
#include <QImage>
#include <QSet>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/api/clip.h"
#include "ui/library/library_records.h"
#include "ui/session/run_record.h"

namespace timeripple::ui {

class Library;

struct ClipEntry {
    quint64 id = 0;
    RunRecordPtr run;  // its clip is set; without frames, statistics and maps until loaded()
    std::optional<engine::ClipQuality> quality;  // against its dense twin
    quint64 twin_id = 0;
    QString source_path;  // of an opened file
    int rating = 0;
    quint64 group = 0;
    qint64 created_ms = 0;
    bool trashed = false;
    bool kept = false;  // the library has its files: frames may leave the memory again

    const engine::Clip& clip() const { return *run->clip; }
    bool loaded() const { return run->clip->frames != nullptr; }
};

class ClipListModel final : public QAbstractListModel {
    Q_OBJECT
  public:
    enum Role {
        IdRole = Qt::UserRole + 1,
        CaptionRole,
        PromptRole,
        RatingRole,
        GroupIndexRole,  // how many of its group stand before it
        GroupSizeRole,
        GroupTextRole
    };

    // Without a library: what is added, as it is added.
    explicit ClipListModel(QObject* parent = nullptr) : ClipListModel(nullptr, parent) {}
    ClipListModel(Library* library, QObject* parent);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    // A finished run or an opened file; `id` is that of its run, 0: a new one.
    quint64 add(const RunRecordPtr& run, const QString& source_path = {}, quint64 id = 0);
    void setQuality(quint64 id, quint64 dense_twin_id, const engine::ClipQuality& quality);
    void setTwin(quint64 id, quint64 twin_id);
    void setRating(quint64 id, int rating);
    void setKept(quint64 id);
    // Out of the list; the library decides what becomes of it.
    void remove(quint64 id);
    void setFilter(const HistoryFilter& filter);
    const HistoryFilter& filter() const { return filter_; }
    // Asks the library for the rows again.
    void refresh();

    // Null if there is no such clip or nothing is known of it yet. The pointer holds until the model changes.
    const ClipEntry* find(quint64 id) const;
    // Not read yet: an empty entry with id 0.
    const ClipEntry& at(int row) const;
    quint64 idAt(int row) const { return rows_[std::size_t(row)].id; }
    int rowOf(quint64 id) const;  // -1: not shown by the filter
    std::vector<quint64> groupOfClip(quint64 id) const;

    // Brings frames, statistics and maps into memory: loaded(id) or loadFailed(id) follows, at once if they are there.
    void load(quint64 id);
    // What the row says, before anybody scrolled there: known(id) follows.
    void readSummary(quint64 id);

  Q_SIGNALS:
    void loaded(quint64 id);
    void loadFailed(quint64 id, const timeripple::engine::Error& error);
    void known(quint64 id);

  private:
    void want(quint64 id) const;
    void sendWishes();
    void setRows(const std::vector<HistoryRow>& rows);
    void takeSummaries(const std::vector<ClipSummary>& clips);
    void takeRecord(quint64 id, const RunRecordPtr& record);
    void forgetOldFrames();
    void rowChanged(quint64 id);
    int groupStart(int row) const;
    int groupEnd(int row) const;  // one past its last

    Library* library_;
    HistoryFilter filter_;
    std::vector<HistoryRow> rows_;
    std::unordered_map<quint64, ClipEntry> entries_;
    std::vector<quint64> in_memory_;  // clips with frames, the one loaded last at the end
    mutable QCache<quint64, QImage> thumbnails_;
    mutable QSet<quint64> asked_thumbnails_;
    mutable std::vector<quint64> wishes_;  // summaries that a view looked for
    mutable QSet<quint64> asked_;
};

// "31.8 dB 2.2x", "dense", "Balanced": what stands under a thumbnail.
QString captionOf(const ClipEntry& entry);
// Everything that the library keeps of it.
ClipSummary summaryOf(const ClipEntry& entry);

// Frames in memory are given back beyond this, of clips that the library can bring again.
inline constexpr std::size_t kMaxClipBytesInMemory = std::size_t(1) << 30;

}  // namespace timeripple::ui
