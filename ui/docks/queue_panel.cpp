#include "ui/docks/queue_panel.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/delegates/job_delegate.h"
#include "ui/models/job_queue_model.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

constexpr int kBarSteps = 1000;
constexpr int kBarHeight = 3;

}  // namespace

QueuePanel::QueuePanel(JobQueueModel* queue, QWidget* parent) : QWidget(parent), queue_(queue), view_(new QListView(this)) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    count_ = new ElidedLabel(this);
    count_->setProperty("role", "caption");
    empty_ = makeLabel(tr("Generate adds a run; while one works, the next waits here."), "caption", this);
    empty_->setWordWrap(true);
    batch_ = new QPushButton(tr("Batch"), this);
    batch_->setToolTip(tr("Several seeds or prompts at once"));
    pause_ = new QPushButton(tr("Pause queue"), this);
    pause_->setCheckable(true);
    pause_->setToolTip(tr("No further run begins; the one that works goes on to its end"));
    for (QPushButton* button : {batch_, pause_}) button->setProperty("flat", true);
    total_ = new QProgressBar(this);
    total_->setRange(0, kBarSteps);
    total_->setTextVisible(false);
    total_->setFixedHeight(kBarHeight);
    total_->setAccessibleName(tr("Progress of the whole queue"));
    view_->setModel(queue);
    view_->setItemDelegate(new JobDelegate(view_));
    view_->setMouseTracking(true);
    view_->setDragEnabled(true);
    view_->setAcceptDrops(true);
    view_->setDropIndicatorShown(true);
    view_->setDragDropMode(QAbstractItemView::InternalMove);
    view_->setDefaultDropAction(Qt::MoveAction);
    view_->setContextMenuPolicy(Qt::CustomContextMenu);
    view_->setAccessibleName(tr("Queue"));
    view_->setToolTip(tr("Delete takes a run out of the queue, Alt with Up or Down moves it"));
    view_->installEventFilter(this);
    auto* head = new QHBoxLayout;
    head->setSpacing(kSpace);
    head->addWidget(makeHeading(tr("Queue"), this));
    head->addWidget(count_, 1);
    head->addWidget(batch_);
    head->addWidget(pause_);
    auto* column = new QVBoxLayout(this);
    // Rows have room for their highlight on both sides, so that their text lines up with the heading.
    column->setContentsMargins(kSpaceLarge - kSpaceSmall, kSpace - 3, kSpaceLarge - kSpaceSmall, kSpaceSmall);
    head->setContentsMargins(kSpaceSmall, 0, kSpaceSmall, 0);
    empty_->setContentsMargins(kSpaceSmall, 0, 0, 0);
    column->setSpacing(kSpaceSmall);
    column->addLayout(head);
    column->addWidget(total_);
    column->addWidget(empty_);
    column->addWidget(view_, 1);
    column->addStretch(0);
    connect(queue, &JobQueueModel::countChanged, this, &QueuePanel::showCount);
    connect(queue, &QAbstractItemModel::dataChanged, this, &QueuePanel::showCount);
    connect(pause_, &QPushButton::clicked, this, &QueuePanel::pauseRequested);
    connect(batch_, &QPushButton::clicked, this, &QueuePanel::batchRequested);
    auto tell_failure = [this](const QModelIndex& index) {
        const QueuedJob* job = queue_->find(index.data(JobQueueModel::IdRole).toULongLong());
        if (job && job->error) Q_EMIT failureWanted(job->id);
    };
    connect(view_, &QListView::clicked, this, tell_failure);
    connect(view_, &QListView::activated, this, tell_failure);
    connect(view_, &QListView::customContextMenuRequested, this, &QueuePanel::showMenu);
    showCount();
}

void QueuePanel::showCount() {
    const int jobs = queue_->rowCount();
    view_->setVisible(jobs > 0);
    empty_->setVisible(jobs == 0);
    total_->setVisible(jobs > 0);
    total_->setValue(qRound(queue_->fractionOfAll() * kBarSteps));
    pause_->setChecked(queue_->paused());
    pause_->setText(queue_->paused() ? tr("Resume queue") : tr("Pause queue"));
    int failed = 0;
    for (int row = 0; row < jobs; ++row) failed += queue_->at(row).state == JobState::Failed;
    const int to_come = jobs - failed;
    QStringList parts;
    if (to_come > 0) parts << (to_come == 1 ? tr("1 run") : tr("%1 runs").arg(to_come));
    const double seconds = queue_->remainingSeconds();
    if (to_come > 0 && queue_->paused() && !queue_->running()) {
        parts << tr("paused");
    } else if (to_come > 0 && seconds > 0) {
        parts << tr("about %1 in all").arg(durationText(seconds));
    }
    if (failed > 0) parts << tr("%1 failed").arg(failed);
    count_->setText(parts.join(QStringLiteral(", ")));
}

void QueuePanel::showMenu(const QPoint& at) {
    QModelIndex index = view_->indexAt(at);
    if (!index.isValid()) index = view_->currentIndex();  // by the menu key
    const QueuedJob* job = queue_->find(index.data(JobQueueModel::IdRole).toULongLong());
    if (!job) return;
    const quint64 id = job->id;
    const int row = index.row();
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (job->state == JobState::Failed) menu->addAction(tr("Try again"), this, [this, id] { Q_EMIT retryRequested(id); });
    menu->addAction(tr("Use these settings"), this, [this, id] { Q_EMIT settingsRequested(id); });
    if (row > 0) {
        menu->addAction(tr("To the front"), this, [this, id] { Q_EMIT moveRequested(id, 0); });
        menu->addAction(tr("Up"), this, [this, id, row] { Q_EMIT moveRequested(id, row - 1); });
    }
    if (row + 1 < queue_->rowCount()) menu->addAction(tr("Down"), this, [this, id, row] { Q_EMIT moveRequested(id, row + 1); });
    menu->addSeparator();
    menu->addAction(job->state == JobState::Running ? tr("Cancel") : tr("Remove"), this, [this, id] { Q_EMIT removeRequested(id); });
    menu->popup(view_->viewport()->mapToGlobal(at));
}

bool QueuePanel::onKey(int key, Qt::KeyboardModifiers modifiers) {
    const QModelIndex index = view_->currentIndex();
    const quint64 id = index.data(JobQueueModel::IdRole).toULongLong();
    if (id == 0) return false;
    if (key == Qt::Key_Delete) {
        Q_EMIT removeRequested(id);
        return true;
    }
    if (modifiers.testFlag(Qt::AltModifier) && (key == Qt::Key_Up || key == Qt::Key_Down)) {
        Q_EMIT moveRequested(id, index.row() + (key == Qt::Key_Up ? -1 : 1));
        return true;
    }
    return false;
}

bool QueuePanel::eventFilter(QObject* object, QEvent* event) {
    if (object == view_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (onKey(key->key(), key->modifiers())) return true;
    }
    return QWidget::eventFilter(object, event);
}

}  // namespace timeripple::ui
