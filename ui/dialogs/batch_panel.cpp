#include "ui/dialogs/batch_panel.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QShortcut>
#include <QSpinBox>
#include <QVBoxLayout>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {
namespace {

constexpr int kWidth = 380;
constexpr int kMaxSeeds = 100;

}  // namespace

std::vector<engine::GenerationRequest> batchOf(const engine::GenerationRequest& base, const QString& prompts, int seeds) {
    std::vector<engine::GenerationRequest> requests;
    for (const QString& line : prompts.split(QLatin1Char('\n'))) {
        const QString prompt = line.simplified();
        if (prompt.isEmpty()) continue;
        for (int i = 0; i < seeds; ++i) {
            engine::GenerationRequest request = base;
            request.prompt = prompt.toStdString();
            request.seed = base.seed + std::uint64_t(i);
            requests.push_back(std::move(request));
        }
    }
    return requests;
}

BatchPanel::BatchPanel(QWidget* parent) : QFrame(parent, Qt::Popup) {
    setObjectName(QStringLiteral("card"));
    setMinimumWidth(kWidth);
    prompts_ = new QPlainTextEdit(this);
    prompts_->setAccessibleName(tr("Prompts, one a line"));
    prompts_->setTabChangesFocus(true);
    prompts_->setFixedHeight(120);
    seeds_ = new QSpinBox(this);
    seeds_->setRange(1, kMaxSeeds);
    seeds_->setAccessibleName(tr("Seeds for each prompt"));
    count_ = makeLabel(QString(), "caption", this);
    count_->setWordWrap(true);
    add_ = new QPushButton(tr("Add to the queue"), this);
    add_->setProperty("primary", true);
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace);
    row->addWidget(makeLabel(tr("Seeds for each"), "label", this));
    row->addWidget(seeds_);
    row->addStretch(1);
    auto* end = new QHBoxLayout;
    end->setSpacing(kSpace);
    end->addWidget(count_, 1);
    end->addWidget(add_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpaceLarge, kSpace, kSpaceLarge, kSpaceLarge);
    column->setSpacing(kSpace);
    column->addWidget(makeHeading(tr("Batch"), this));
    column->addWidget(makeLabel(tr("Prompts, one a line"), "label", this));
    column->addWidget(prompts_);
    column->addLayout(row);
    column->addLayout(end);
    connect(prompts_, &QPlainTextEdit::textChanged, this, &BatchPanel::showCount);
    connect(seeds_, &QSpinBox::valueChanged, this, &BatchPanel::showCount);
    auto choose = [this] {
        const auto all = requests();
        if (all.empty() || all.size() > std::size_t(kMaxBatch)) return;
        hide();
        Q_EMIT chosen(all);
    };
    connect(add_, &QPushButton::clicked, this, choose);
    connect(new QShortcut(QKeySequence(QStringLiteral("Ctrl+Return")), this), &QShortcut::activated, this, choose);
    showCount();
}

void BatchPanel::open(const engine::GenerationRequest& request, const QPoint& above) {
    base_ = request;
    prompts_->setPlainText(QString::fromStdString(request.prompt).simplified());
    adjustSize();
    move(above.x() - width(), above.y() - height() - kSpaceSmall);
    show();
    prompts_->setFocus(Qt::PopupFocusReason);
    prompts_->selectAll();
}

std::vector<engine::GenerationRequest> BatchPanel::requests() const {
    return batchOf(base_, prompts_->toPlainText(), seeds_->value());
}

void BatchPanel::showCount() {
    const int runs = int(requests().size());
    count_->setText(runs == 0            ? tr("Write at least one prompt.")
                    : runs > kMaxBatch   ? tr("%1 runs; at most %2 at once.").arg(runs).arg(kMaxBatch)
                    : runs == 1          ? tr("1 run")
                    : seeds_->value() > 1 ? tr("%1 runs, seeds from %2 on").arg(runs).arg(base_.seed)
                                          : tr("%1 runs").arg(runs));
    add_->setEnabled(runs > 0 && runs <= kMaxBatch);
}

}  // namespace timeripple::ui
