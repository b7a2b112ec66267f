#include "ui/docks/history_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

#include "ui/delegates/clip_delegate.h"
#include "ui/models/clip_list_model.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {
namespace {

constexpr int kTypingMs = 180;  // the search begins when the fingers rest
constexpr int kHoverFrameMs = 130;
constexpr int kMaxRating = 5;
constexpr int kGood = 4;
enum Shown { kAll, kDense, kAccelerated, kRated, kBest, kTrash };

}  // namespace

HistoryPanel::HistoryPanel(ClipListModel* clips, QWidget* parent)
    : QWidget(parent), clips_(clips), view_(new QListView(this)), delegate_(new ClipDelegate(view_)) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    QWidget* head = makeHead();
    view_->setModel(clips);
    view_->setItemDelegate(delegate_);
    view_->setFlow(QListView::LeftToRight);
    view_->setWrapping(false);
    view_->setUniformItemSizes(true);  // thousands are laid out at once
    view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view_->setMouseTracking(true);
    view_->setResizeMode(QListView::Adjust);
    view_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    view_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view_->setContextMenuPolicy(Qt::CustomContextMenu);
    view_->setAccessibleName(tr("Clips"));
    view_->installEventFilter(this);
    view_->viewport()->installEventFilter(this);
    empty_ = makeLabel(QString(), "caption", this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpaceLarge - 3, kSpace - 3, 0, 0);  // thumbnails have a margin of 3
    empty_->setContentsMargins(3, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(head);
    column->addWidget(empty_);
    column->addWidget(view_, 1);
    column->addStretch(0);
    typing_.setSingleShot(true);
    typing_.setInterval(kTypingMs);
    hover_clock_.setInterval(kHoverFrameMs);
    connect(&typing_, &QTimer::timeout, this, &HistoryPanel::applyFilter);
    connect(&hover_clock_, &QTimer::timeout, this, [this] {
        if (hover_frames_.empty()) return;
        hover_frame_ = (hover_frame_ + 1) % hover_frames_.size();
        delegate_->setPlaying(hovered_, hover_frames_[hover_frame_]);
        if (const int row = clips_->rowOf(hovered_); row >= 0) view_->update(clips_->index(row));
    });
    connect(clips, &QAbstractItemModel::rowsInserted, this, &HistoryPanel::showState);
    connect(clips, &QAbstractItemModel::rowsRemoved, this, &HistoryPanel::showState);
    connect(clips, &QAbstractItemModel::modelReset, this, [this] {
        stopHover();
        showState();
        setCurrentClip(current_);
    });
    auto activate = [this](const QModelIndex& index) {
        if (const quint64 id = index.data(ClipListModel::IdRole).toULongLong()) Q_EMIT clipActivated(id);
    };
    connect(view_, &QListView::clicked, this, activate);
    connect(view_, &QListView::activated, this, activate);
    connect(view_, &QListView::entered, this, &HistoryPanel::hoverOver);
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& index) {
        if (index.isValid()) current_ = index.data(ClipListModel::IdRole).toULongLong();
    });
    connect(view_, &QListView::customContextMenuRequested, this, &HistoryPanel::showMenu);
    showState();
}

QWidget* HistoryPanel::makeHead() {
    auto* head = new QWidget(this);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(3, 0, kSpaceLarge, 0);
    row->setSpacing(kSpace);
    search_ = new QLineEdit(head);
    search_->setPlaceholderText(tr("Search  Ctrl+F"));
    search_->setAccessibleName(tr("Search the history"));
    search_->setToolTip(tr("Words of prompts and settings, for example: fish seed 5, 24 steps, balanced"));
    search_->setClearButtonEnabled(true);
    search_->setMaximumWidth(220);
    search_->setMinimumWidth(90);
    search_->installEventFilter(this);
    show_ = new QComboBox(head);
    show_->setAccessibleName(tr("Which clips"));
    show_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    show_->setMinimumContentsLength(9);
    show_->addItems({tr("All clips"), tr("Dense"), tr("Accelerated"), tr("Rated"), tr("Rated %1 and better").arg(kGood), tr("Trash")});
    show_->view()->setMinimumWidth(show_->view()->sizeHintForColumn(0) + 2 * kSpaceLarge);
    empty_trash_ = new QPushButton(tr("Empty the trash"), head);
    empty_trash_->setToolTip(tr("Moves the files of these clips to the desktop's trash"));
    row->addWidget(makeHeading(tr("History"), head));
    row->addStretch(1);
    row->addWidget(empty_trash_);
    row->addWidget(show_);
    row->addWidget(search_, 1);
    connect(search_, &QLineEdit::textEdited, &typing_, qOverload<>(&QTimer::start));
    connect(search_, &QLineEdit::returnPressed, this, &HistoryPanel::applyFilter);
    connect(search_, &QLineEdit::textChanged, this, [this](const QString& text) {
        if (text.isEmpty()) applyFilter();
    });
    connect(show_, &QComboBox::activated, this, &HistoryPanel::applyFilter);
    connect(empty_trash_, &QPushButton::clicked, this, &HistoryPanel::emptyTrashRequested);
    return head;
}

bool HistoryPanel::inTrash() const { return show_->currentIndex() == kTrash; }

void HistoryPanel::applyFilter() {
    typing_.stop();
    HistoryFilter filter;
    filter.words = search_->text().simplified();
    switch (show_->currentIndex()) {
        case kDense:
            filter.show = HistoryFilter::Show::Dense;
            break;
        case kAccelerated:
            filter.show = HistoryFilter::Show::Accelerated;
            break;
        case kRated:
            filter.rating = 1;
            break;
        case kBest:
            filter.rating = kGood;
            break;
        case kTrash:
            filter.show = HistoryFilter::Show::Trash;
            break;
        default:
            break;
    }
    clips_->setFilter(filter);
    showState();
}

void HistoryPanel::showState() {
    const bool none = clips_->rowCount() == 0;
    const bool filtered = clips_->filter() != HistoryFilter{};
    empty_->setText(inTrash() ? tr("The trash is empty.") : filtered ? tr("No clip is like that.") : tr("Clips appear here."));
    empty_->setVisible(none);
    view_->setVisible(!none);
    empty_trash_->setVisible(inTrash() && !none);
}

quint64 HistoryPanel::currentClip() const { return view_->currentIndex().data(ClipListModel::IdRole).toULongLong(); }

std::vector<quint64> HistoryPanel::selectedClips() const {
    std::vector<quint64> ids;
    for (const QModelIndex& index : view_->selectionModel()->selectedIndexes()) ids.push_back(index.data(ClipListModel::IdRole).toULongLong());
    return ids;
}

void HistoryPanel::setCurrentClip(quint64 id) {
    current_ = id;
    const int row = clips_->rowOf(id);
    if (row >= 0 && view_->currentIndex().row() != row) view_->setCurrentIndex(clips_->index(row));
}

void HistoryPanel::focusSearch() {
    search_->setFocus(Qt::ShortcutFocusReason);
    search_->selectAll();
}

void HistoryPanel::hoverOver(const QModelIndex& index) {
    const quint64 id = index.data(ClipListModel::IdRole).toULongLong();
    if (id == hovered_) return;
    stopHover();
    hovered_ = id;
    if (id != 0) Q_EMIT hoverWanted(id);
}

void HistoryPanel::showHover(quint64 id, const std::vector<QImage>& frames) {
    if (id != hovered_ || frames.size() < 2) return;
    hover_frames_ = frames;
    hover_frame_ = 0;
    hover_clock_.start();
}

void HistoryPanel::stopHover() {
    hover_clock_.stop();
    hover_frames_.clear();
    delegate_->setPlaying(0, {});
    if (const int row = hovered_ != 0 ? clips_->rowOf(hovered_) : -1; row >= 0) view_->update(clips_->index(row));
    hovered_ = 0;
}

void HistoryPanel::addRatings(QMenu* menu, quint64 id) {
    auto* ratings = menu->addMenu(tr("Rate"));
    const ClipEntry* entry = clips_->find(id);
    for (int rating = 0; rating <= kMaxRating; ++rating) {
        auto* action = ratings->addAction(rating == 0 ? tr("No rating") : QString(rating, QChar(0x2605)), this,
                                          [this, id, rating] { Q_EMIT ratingChosen(id, rating); });
        action->setCheckable(true);
        action->setChecked(entry && entry->rating == rating);
    }
}

void HistoryPanel::showMenu(const QPoint& at) {
    QModelIndex index = view_->indexAt(at);
    if (!index.isValid()) index = view_->currentIndex();  // by the menu key
    const quint64 id = index.data(ClipListModel::IdRole).toULongLong();
    if (id == 0) return;
    std::vector<quint64> ids = selectedClips();
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids = {id};
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (inTrash()) {
        menu->addAction(tr("Put back"), this, [this, ids] { Q_EMIT unremoveRequested(ids); });
        menu->popup(view_->viewport()->mapToGlobal(at));
        return;
    }
    menu->addAction(tr("Show"), this, [this, id] { Q_EMIT clipActivated(id); });
    menu->addAction(tr("Use these settings"), this, [this, id] { Q_EMIT restoreRequested(id); });
    menu->addAction(tr("Run again"), this, [this, id] { Q_EMIT rerunRequested(id, false); });
    menu->addAction(tr("Same with another seed"), this, [this, id] { Q_EMIT rerunRequested(id, true); });
    if (ids.size() == 2) {
        menu->addAction(tr("Compare these two"), this, [this, ids] { Q_EMIT pairRequested(ids[0], ids[1]); });
    } else {
        menu->addAction(tr("Compare with the clip on show"), this, [this, id] { Q_EMIT compareRequested(id); });
    }
    addRatings(menu, id);
    menu->addAction(tr("Copy as command line"), this, [this, id] { Q_EMIT commandRequested(id); });
    menu->addAction(tr("Export…"), this, [this, id] { Q_EMIT exportRequested(id); });
    if (const auto group = clips_->groupOfClip(id); group.size() > 1 && ids.size() == 1) {
        menu->addAction(tr("Choose all %1 of this group").arg(group.size()), this, [this, id] {
            QItemSelection all;
            for (const quint64 one : clips_->groupOfClip(id)) {
                const QModelIndex at_row = clips_->index(clips_->rowOf(one));
                all.select(at_row, at_row);
            }
            view_->selectionModel()->select(all, QItemSelectionModel::ClearAndSelect);
        });
    }
    menu->addSeparator();
    menu->addAction(ids.size() == 1 ? tr("Delete") : tr("Delete %1 clips").arg(ids.size()), this,
                    [this, ids] { Q_EMIT removeRequested(ids); });
    menu->popup(view_->viewport()->mapToGlobal(at));
}

bool HistoryPanel::onKey(int key) {
    const auto ids = selectedClips();
    if (ids.empty()) return false;
    if (key == Qt::Key_Delete) {
        if (!inTrash()) Q_EMIT removeRequested(ids);
        return true;
    }
    if (key < Qt::Key_0 || key > Qt::Key_0 + kMaxRating) return false;
    for (const quint64 id : ids) Q_EMIT ratingChosen(id, key - Qt::Key_0);
    return true;
}

bool HistoryPanel::eventFilter(QObject* object, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (object == view_ && key->modifiers() == Qt::NoModifier && onKey(key->key())) return true;
        if (object == search_ && key->key() == Qt::Key_Down) {
            view_->setFocus(Qt::OtherFocusReason);
            return true;
        }
    }
    if (object == view_->viewport()) {
        if (event->type() == QEvent::Leave) stopHover();
        if (event->type() == QEvent::Wheel && !view_->isWrapping()) {
            // A strip goes sideways, whatever wheel is turned.
            const auto* wheel = static_cast<QWheelEvent*>(event);
            if (wheel->angleDelta().x() == 0) {
                auto* bar = view_->horizontalScrollBar();
                bar->setValue(bar->value() - wheel->angleDelta().y());
                return true;
            }
        }
    }
    return QWidget::eventFilter(object, event);
}

void HistoryPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    // Two rows fit: a field that scrolls down instead of a strip that scrolls sideways.
    const int row = view_->sizeHintForIndex(clips_->index(0)).height();
    const bool field = row > 0 && height() > 2 * row + 40;
    if (field == view_->isWrapping()) return;
    view_->setWrapping(field);
    view_->setVerticalScrollBarPolicy(field ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
    view_->setHorizontalScrollBarPolicy(field ? Qt::ScrollBarAlwaysOff : Qt::ScrollBarAsNeeded);
}

}  // namespace timeripple::ui
