#include "ui/docks/queue_panel.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QVBoxLayout>

#include "ui/delegates/job_delegate.h"
#include "ui/models/job_queue_model.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {

QueuePanel::QueuePanel(JobQueueModel* queue, QWidget* parent) : QWidget(parent), queue_(queue), view_(new QListView(this)) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    view_->setModel(queue);
    view_->setItemDelegate(new JobDelegate(view_));
    view_->setMouseTracking(true);
    view_->setContextMenuPolicy(Qt::CustomContextMenu);
    view_->setAccessibleName(tr("Queue"));
    view_->setToolTip(tr("Delete takes a run out of the queue"));
    view_->installEventFilter(this);
    count_ = makeLabel(QString(), "caption", this);
    empty_ = makeLabel(tr("Generate adds a run; while one works, the next waits here."), "caption", this);
    empty_->setWordWrap(true);
    auto* head = new QHBoxLayout;
    head->addWidget(makeHeading(tr("Queue"), this));
    head->addStretch(1);
    head->addWidget(count_);
    auto* column = new QVBoxLayout(this);
    // Rows have room for their highlight on both sides, so that their text lines up with the heading.
    column->setContentsMargins(kSpaceLarge - kSpaceSmall, kSpace, kSpaceLarge - kSpaceSmall, kSpaceSmall);
    head->setContentsMargins(kSpaceSmall, 0, kSpaceSmall, 0);
    empty_->setContentsMargins(kSpaceSmall, 0, 0, 0);
    column->setSpacing(kSpaceSmall);
    column->addLayout(head);
    column->addWidget(empty_);
    column->addWidget(view_, 1);
    column->addStretch(0);
    connect(queue, &JobQueueModel::countChanged, this, &QueuePanel::showCount);
    connect(view_, &QListView::customContextMenuRequested, this, &QueuePanel::showMenu);
    showCount();
}

void QueuePanel::showCount() {
    const int jobs = queue_->rowCount();
    view_->setVisible(jobs > 0);
    empty_->setVisible(jobs == 0);
    count_->setText(jobs == 0 ? QString() : jobs == 1 ? tr("1 run") : tr("%1 runs").arg(jobs));
}

void QueuePanel::showMenu(const QPoint& at) {
    QModelIndex index = view_->indexAt(at);
    if (!index.isValid()) index = view_->currentIndex();  // by the menu key
    const QueuedJob* job = queue_->find(index.data(JobQueueModel::IdRole).toULongLong());
    if (!job) return;
    const quint64 id = job->id;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (job->state == JobState::Failed) menu->addAction(tr("Try again"), this, [this, id] { Q_EMIT retryRequested(id); });
    menu->addAction(job->state == JobState::Running ? tr("Cancel") : tr("Remove"), this, [this, id] { Q_EMIT removeRequested(id); });
    menu->popup(view_->viewport()->mapToGlobal(at));
}

bool QueuePanel::eventFilter(QObject* object, QEvent* event) {
    if (object == view_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const quint64 id = view_->currentIndex().data(JobQueueModel::IdRole).toULongLong();
        if (key->key() == Qt::Key_Delete && id != 0) {
            Q_EMIT removeRequested(id);
            return true;
        }
    }
    return QWidget::eventFilter(object, event);
}

}  // namespace timeripple::ui
