#include "ui/models/model_library.h"

#include <QFileInfo>

#include "engine/api/model_scan.h"
#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

ModelEntry inspected(const QString& path) {
    ModelEntry entry;
    entry.path = path;
    auto place = path.isEmpty() ? engine::builtin_model_path() : engine::Result<std::string>(path.toStdString());
    if (!place) {
        entry.error = place.error();
        return entry;
    }
    auto info = engine::inspect_model(*place);
    if (info) {
        entry.info = std::move(info).value();
    } else {
        entry.error = info.error();
    }
    return entry;
}

}  // namespace

QString ModelEntry::problem() const { return QString::fromStdString(error ? error->message : info.problem); }

double bytesOf(const engine::ModelInfo& info) {
    double bytes = 0;
    for (const auto& part : info.components) bytes += double(part.file_bytes);
    return bytes;
}

QString subtitleOf(const ModelEntry& entry) {
    QStringList parts;
    if (!entry.info.family.empty()) parts << QString::fromStdString(entry.info.family);
    if (const double bytes = bytesOf(entry.info); bytes > 0) parts << bytesText(bytes);
    if (!entry.info.licence.empty()) parts << QString::fromStdString(entry.info.licence);
    if (!entry.runs()) parts << ModelLibrary::tr("cannot run");
    return parts.join(QStringLiteral(" · "));
}

ModelLibrary::ModelLibrary(QObject* parent) : QAbstractListModel(parent) {}

// The thread posts to this object: it ends before anything of it is taken down.
ModelLibrary::~ModelLibrary() {
    stop_.request_stop();
    thread_.finish();
}

int ModelLibrary::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(entries_.size()); }

QVariant ModelLibrary::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const ModelEntry& entry = at(index.row());
    switch (role) {
        case Qt::DisplayRole:
            return entry.info.name.empty() ? QFileInfo(entry.path).fileName() : QString::fromStdString(entry.info.name);
        case Qt::ToolTipRole:
            return entry.path.isEmpty() ? tr("Built in") : entry.path;
        case Qt::AccessibleTextRole:
            return index.data(Qt::DisplayRole).toString() + QStringLiteral(", ") + subtitleOf(entry);
        case PathRole:
            return entry.path;
        case SubtitleRole:
            return subtitleOf(entry);
        case RunsRole:
            return entry.runs();
        default:
            return {};
    }
}

int ModelLibrary::rowOf(const QString& path) const {
    for (std::size_t row = 0; row < entries_.size(); ++row) {
        if (entries_[row].path == path) return int(row);
    }
    return -1;
}

void ModelLibrary::post(std::function<void()> call) {
    QMetaObject::invokeMethod(this, std::move(call), Qt::QueuedConnection);
}

void ModelLibrary::append(ModelEntry entry) {
    if (rowOf(entry.path) >= 0) return;  // two of the folders may hold the same
    const int row = int(entries_.size());
    beginInsertRows({}, row, row);
    entries_.push_back(std::move(entry));
    endInsertRows();
}

void ModelLibrary::scan(const QStringList& folders) {
    stop_.request_stop();
    stop_ = {};
    scanning_ = true;
    const quint64 round = ++round_;
    beginResetModel();
    entries_.clear();
    endResetModel();
    thread_.post([this, folders, round, stop = stop_.get_token()] {
        auto show = [this, round](const QString& path) {
            post([this, round, entry = inspected(path)] {
                if (round == round_) append(entry);
            });
        };
        show(QString());
        for (const QString& folder : folders) {
            if (stop.stop_requested()) break;
            auto found = engine::find_models(folder.toStdString(), stop);
            if (!found) {
                post([this, round, folder, problem = QString::fromStdString(found.error().message)] {
                    if (round == round_) Q_EMIT folderFailed(folder, problem);
                });
                continue;
            }
            for (const std::string& place : *found) {
                if (stop.stop_requested()) break;
                show(QString::fromStdString(place));
            }
        }
        post([this, round] {
            if (round != round_) return;
            scanning_ = false;
            Q_EMIT scanFinished();
        });
    });
}

}  // namespace timeripple::ui
