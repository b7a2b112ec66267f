#include "ui/docks/history_panel.h"

#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QVBoxLayout>

#include "ui/delegates/clip_delegate.h"
#include "ui/models/clip_list_model.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {

HistoryPanel::HistoryPanel(ClipListModel* clips, QWidget* parent) : QWidget(parent), clips_(clips), view_(new QListView(this)) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    view_->setModel(clips);
    view_->setItemDelegate(new ClipDelegate(view_));
    view_->setFlow(QListView::LeftToRight);
    view_->setWrapping(false);
    view_->setSpacing(2);
    view_->setMouseTracking(true);
    view_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    view_->setContextMenuPolicy(Qt::CustomContextMenu);
    view_->setAccessibleName(tr("Clips of this session"));
    auto* empty = makeLabel(tr("Clips appear here."), "caption", this);
    auto* column = new QVBoxLayout(this);
    auto* heading = makeHeading(tr("History"), this);
    column->setContentsMargins(kSpaceLarge - 3, kSpace, 0, kSpaceSmall);  // thumbnails have a margin of 3
    heading->setContentsMargins(3, 0, 0, 0);
    empty->setContentsMargins(3, 0, 0, 0);
    column->setSpacing(kSpaceSmall);
    column->addWidget(heading);
    column->addWidget(empty);
    column->addWidget(view_, 1);
    view_->setVisible(false);
    auto show_empty = [this, empty] {
        const bool none = clips_->rowCount() == 0;
        empty->setVisible(none);
        view_->setVisible(!none);
    };
    column->addStretch(0);
    connect(clips, &QAbstractItemModel::rowsInserted, this, show_empty);
    connect(clips, &QAbstractItemModel::rowsRemoved, this, show_empty);
    connect(view_, &QListView::clicked, this, [this](const QModelIndex& index) {
        Q_EMIT clipActivated(index.data(ClipListModel::IdRole).toULongLong());
    });
    connect(view_, &QListView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT clipActivated(index.data(ClipListModel::IdRole).toULongLong());
    });
    connect(view_, &QListView::customContextMenuRequested, this, &HistoryPanel::showMenu);
}

quint64 HistoryPanel::currentClip() const { return view_->currentIndex().data(ClipListModel::IdRole).toULongLong(); }

void HistoryPanel::setCurrentClip(quint64 id) {
    const int row = clips_->rowOf(id);
    if (row >= 0) view_->setCurrentIndex(clips_->index(row));
}

void HistoryPanel::showMenu(const QPoint& at) {
    QModelIndex index = view_->indexAt(at);
    if (!index.isValid()) index = view_->currentIndex();  // by the menu key
    const quint64 id = index.data(ClipListModel::IdRole).toULongLong();
    if (id == 0) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Show"), this, [this, id] { Q_EMIT clipActivated(id); });
    menu->addAction(tr("Use these settings"), this, [this, id] { Q_EMIT restoreRequested(id); });
    menu->addAction(tr("Compare with the clip on show"), this, [this, id] { Q_EMIT compareRequested(id); });
    menu->addAction(tr("Export…"), this, [this, id] { Q_EMIT exportRequested(id); });
    menu->addSeparator();
    menu->addAction(tr("Remove from the list"), this, [this, id] { Q_EMIT removeRequested(id); });
    menu->popup(view_->viewport()->mapToGlobal(at));
}

}  // namespace timeripple::ui
