#pragma once
// The clips of this session, newest first. A clip made with its twin knows it by id.

#include <QAbstractListModel>
#include <QImage>
#include <optional>
#include <vector>

#include "engine/api/clip.h"
#include "ui/session/run_record.h"

namespace timeripple::ui {

struct ClipEntry {
    quint64 id = 0;
    RunRecordPtr run;  // its clip is set
    QImage thumbnail;
    std::optional<engine::ClipQuality> quality;  // against its dense twin
    quint64 twin_id = 0;
    QString source_path;  // of an opened file

    const engine::Clip& clip() const { return *run->clip; }
};

class ClipListModel final : public QAbstractListModel {
    Q_OBJECT
  public:
    enum Role { IdRole = Qt::UserRole + 1, CaptionRole, PromptRole };
    static constexpr int kThumbnailPixels = 192;

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    quint64 add(const RunRecordPtr& run, const QString& source_path = {});
    void setQuality(quint64 id, quint64 dense_twin_id, const engine::ClipQuality& quality);
    void setTwin(quint64 id, quint64 twin_id);
    void remove(quint64 id);
    // Null if there is no such clip. The pointer holds until the model changes.
    const ClipEntry* find(quint64 id) const;
    const ClipEntry& at(int row) const { return entries_[std::size_t(row)]; }
    int rowOf(quint64 id) const;

  private:
    std::vector<ClipEntry> entries_;
    quint64 last_id_ = 0;
};

// "31.8 dB 2.2x", "dense", "Balanced": what stands under a thumbnail.
QString captionOf(const ClipEntry& entry);

}  // namespace timeripple::ui
