#pragma once
// The models on this machine: Pond, and what lies in the folders that are searched. A thread of its own walks and reads headers;
// rows appear as they are found. GUI thread, except for that thread.

#include <QAbstractListModel>
#include <QStringList>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/api/model_info.h"
#include "ui/session/job_thread.h"

namespace timeripple::ui {

struct ModelEntry {
    QString path;  // as chosen; empty: the built-in model
    engine::ModelInfo info;
    std::optional<engine::Error> error;  // nothing can be said about the path

    bool runs() const { return !error && info.supported; }
    QString problem() const;
};

class ModelLibrary final : public QAbstractListModel {
    Q_OBJECT
  public:
    enum Role { PathRole = Qt::UserRole + 1, SubtitleRole, RunsRole };

    explicit ModelLibrary(QObject* parent = nullptr);
    ~ModelLibrary() override;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    const ModelEntry& at(int row) const { return entries_[std::size_t(row)]; }
    int rowOf(const QString& path) const;

    // Forgets what was found and searches `folders`; Pond is there again at once when its headers are read.
    void scan(const QStringList& folders);
    bool scanning() const { return scanning_; }

  Q_SIGNALS:
    void scanFinished();
    void folderFailed(const QString& folder, const QString& problem);

  private:
    void post(std::function<void()> call);
    void append(ModelEntry entry);

    std::vector<ModelEntry> entries_;
    std::stop_source stop_;
    quint64 round_ = 0;  // answers of an earlier search are dropped
    bool scanning_ = false;
    JobThread thread_;
};

// "Wan2.1 · 17.2 GB · apache-2.0"
QString subtitleOf(const ModelEntry& entry);
double bytesOf(const engine::ModelInfo& info);

}  // namespace timeripple::ui
