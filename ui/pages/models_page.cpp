#include "ui/pages/models_page.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QListWidget>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/delegates/two_line_delegate.h"
#include "ui/models/model_library.h"
#include "ui/pages/model_details.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {
namespace {

constexpr int kListWidth = 340;
constexpr int kFoldersHeight = 96;

}  // namespace

ModelsPage::ModelsPage(ModelLibrary* library, QWidget* parent)
    : QWidget(parent), library_(library), devices_{engine::cpu_device()}, details_(new QScrollArea(this)) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    setFocusPolicy(Qt::ClickFocus);
    auto* left = new QWidget(this);
    left->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(kSpaceLarge, kSpaceLarge, kSpaceLarge, kSpaceLarge);
    column->setSpacing(kSpace);
    column->addWidget(makeList(), 1);
    column->addWidget(makeFolders());
    auto* rule = new QFrame(this);
    rule->setFrameShape(QFrame::VLine);
    rule->setObjectName(QStringLiteral("upright"));
    details_->setWidgetResizable(true);
    details_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    details_->setFocusPolicy(Qt::NoFocus);
    details_->setFrameShape(QFrame::NoFrame);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(left);
    row->addWidget(rule);
    row->addWidget(details_, 1);

    connect(list_->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& current) {
        if (current.isValid()) wanted_ = current.data(ModelLibrary::PathRole).toString();
        showDetails();
    });
    connect(list_, &QListView::doubleClicked, this, [this] {
        const int at = library_->rowOf(selected());
        if (at >= 0 && library_->at(at).runs()) Q_EMIT modelChosen(selected());
    });
    connect(library_, &QAbstractItemModel::rowsInserted, this, [this] {
        if (const int at = library_->rowOf(wanted_); at >= 0 && !list_->currentIndex().isValid()) {
            list_->setCurrentIndex(library_->index(at));
        }
        showStatus();
    });
    connect(library_, &ModelLibrary::scanFinished, this, [this] {
        if (!list_->currentIndex().isValid() && library_->rowCount() > 0) list_->setCurrentIndex(library_->index(0));
        showStatus();
    });
    connect(library_, &ModelLibrary::folderFailed, this, [this](const QString&, const QString& problem) {
        folder_problems_ << problem;
        showStatus();
    });
}

QWidget* ModelsPage::makeList() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpaceSmall);
    auto* head = new QHBoxLayout;
    head->addWidget(makeHeading(tr("Models"), box));
    head->addStretch(1);
    status_ = makeLabel(QString(), "caption", box);
    head->addWidget(status_);
    auto* again = new QPushButton(tr("Search again"), box);
    again->setProperty("flat", true);
    connect(again, &QPushButton::clicked, this, &ModelsPage::rescan);
    head->addWidget(again);
    list_ = new QListView(box);
    list_->setModel(library_);
    list_->setItemDelegate(new TwoLineDelegate(ModelLibrary::SubtitleRole, ModelLibrary::RunsRole, list_));
    list_->setMouseTracking(true);
    list_->setMinimumWidth(kListWidth - 2 * kSpaceLarge);  // the column is as wide, or wider where words are longer
    list_->setAccessibleName(tr("Models on this machine"));
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    column->addLayout(head);
    column->addWidget(list_, 1);
    return box;
}

QWidget* ModelsPage::makeFolders() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace);
    column->addWidget(makeHeading(tr("Folders searched"), box));
    folders_ = new QListWidget(box);
    folders_->setFixedHeight(kFoldersHeight);
    folders_->setTextElideMode(Qt::ElideMiddle);
    folders_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    folders_->setAccessibleName(tr("Folders searched for models"));
    problems_ = makeLabel(QString(), "hint", box);
    problems_->setWordWrap(true);
    problems_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    problems_->hide();
    auto* add = new QPushButton(tr("Add…"), box);
    add->setAccessibleName(tr("Add a folder to search"));
    remove_ = new QPushButton(tr("Remove"), box);
    remove_->setAccessibleName(tr("Take the folder off the list"));
    remove_->setToolTip(tr("The folder itself stays as it is"));
    remove_->setEnabled(false);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpace);
    buttons->addWidget(add);
    buttons->addWidget(remove_);
    buttons->addStretch(1);
    column->addWidget(folders_);
    column->addWidget(problems_);
    column->addLayout(buttons);
    connect(add, &QPushButton::clicked, this, &ModelsPage::chooseFolder);
    connect(remove_, &QPushButton::clicked, this, &ModelsPage::removeFolder);
    connect(folders_, &QListWidget::currentRowChanged, this, [this](int row) { remove_->setEnabled(row >= 0); });
    return box;
}

void ModelsPage::setFolders(const QStringList& folders) {
    folders_->clear();
    for (const QString& folder : folders) {
        auto* item = new QListWidgetItem(folder, folders_);
        item->setToolTip(folder);
    }
}

QStringList ModelsPage::folders() const {
    QStringList all;
    for (int i = 0; i < folders_->count(); ++i) all << folders_->item(i)->text();
    return all;
}

void ModelsPage::chooseFolder() {
    auto* dialog = new QFileDialog(this, tr("Search this folder for models"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        if (folders().contains(folder)) return;
        setFolders(folders() << folder);
        Q_EMIT foldersChanged(folders());
        rescan();
    });
    dialog->open();
}

void ModelsPage::removeFolder() {
    delete folders_->takeItem(folders_->currentRow());
    Q_EMIT foldersChanged(folders());
    rescan();
}

void ModelsPage::rescan() {
    folder_problems_.clear();
    library_->scan(folders());
    showStatus();
}

void ModelsPage::setChosen(const QString& path, const engine::GenerationRequest& request) {
    chosen_ = path;
    request_ = request;
    if (isVisible()) showDetails();
}

void ModelsPage::setDevices(const std::vector<engine::DeviceInfo>& devices) {
    devices_.clear();
    for (const auto& device : devices) {
        if (device.note.empty()) devices_.push_back(device);
    }
    if (devices_.empty()) devices_.push_back(engine::cpu_device());
    if (isVisible()) showDetails();
}

void ModelsPage::select(const QString& path) {
    wanted_ = path;
    if (const int row = library_->rowOf(path); row >= 0) list_->setCurrentIndex(library_->index(row));
}

QString ModelsPage::selected() const { return list_->currentIndex().data(ModelLibrary::PathRole).toString(); }

void ModelsPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!was_shown_) {
        was_shown_ = true;
        wanted_ = chosen_;
        rescan();
        Q_EMIT firstShown();
    }
    showDetails();
}

void ModelsPage::showDetails() {
    // The old view may be the sender of what led here.
    if (QWidget* old = details_->takeWidget()) old->deleteLater();
    const QModelIndex index = list_->currentIndex();
    if (!index.isValid()) return;
    const ModelEntry& entry = library_->at(index.row());
    const bool chosen = entry.path == chosen_;
    auto* details = new ModelDetails(entry, chosen ? request_ : entry.info.defaults, chosen, devices_);
    details_->setWidget(details);
    const QString path = entry.path;
    connect(details, &ModelDetails::useRequested, this, [this, path] { Q_EMIT modelChosen(path); });
    connect(details, &ModelDetails::settingsRequested, this,
            [this, path](const engine::GenerationRequest& request) { Q_EMIT settingsChosen(path, request); });
}

void ModelsPage::showStatus() {
    const int count = library_->rowCount();
    status_->setText(library_->scanning() ? tr("Searching…") : tr("%n found", nullptr, count));
    problems_->setText(folder_problems_.join(QLatin1Char('\n')));
    problems_->setVisible(!folder_problems_.isEmpty());
}

}  // namespace timeripple::ui
