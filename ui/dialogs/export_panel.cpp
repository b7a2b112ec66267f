#include "ui/dialogs/export_panel.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QStandardItemModel>
#include <QVBoxLayout>

#include "engine/api/run_stats.h"
#include "ui/session/reveal_file.h"
#include "ui/settings/app_settings.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/file_handle.h"
#include "ui/widgets/frame_image.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

constexpr int kMaxLoops = 100;
constexpr int kFieldWidth = 366;
constexpr double kScales[] = {0.5, 1.0, 2.0, 3.0, 4.0};

}  // namespace

ExportPanel::ExportPanel(GenerationSession* session, ClipListModel* clips, AppSettings* settings, QWidget* parent)
    : QDialog(parent), session_(session), clips_(clips), settings_(settings) {
    setWindowTitle(tr("Export"));
    setModal(false);
    auto* form = new QFormLayout;
    buildForm(form);
    bar_ = new QProgressBar(this);
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Progress of the export"));
    message_ = makeLabel(QString(), "caption", this);
    message_->setWordWrap(true);
    message_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    message_->setAccessibleName(tr("State of the export"));
    start_ = new QPushButton(tr("Export"), this);
    start_->setProperty("primary", true);
    start_->setDefault(true);
    cancel_ = new QPushButton(tr("Close"), this);
    outcome_ = new QWidget(this);
    outcome_->setLayout(buildOutcome());
    outcome_->hide();
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpace);
    buttons->addStretch(1);
    buttons->addWidget(cancel_);
    buttons->addWidget(start_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(18, 18, 18, 18);
    column->setSpacing(kSpaceLarge);
    column->addLayout(form);
    column->addWidget(bar_);
    column->addWidget(message_);
    column->addWidget(outcome_);
    column->addStretch(1);
    column->addLayout(buttons);
    connect(start_, &QPushButton::clicked, this, &ExportPanel::start);
    connect(cancel_, &QPushButton::clicked, this, [this] {
        if (job_ != 0) {
            session_->cancel(job_);
        } else {
            hide();
        }
    });
    connectSession();
    refresh();
}

void ExportPanel::buildForm(QFormLayout* form) {
    clip_name_ = makeLabel(QString(), "label", this);
    clip_name_->setWordWrap(true);
    content_ = new QComboBox(this);
    content_->setAccessibleName(tr("What to export"));
    content_->setMinimumWidth(kFieldWidth);  // the panel is as wide as this, or wider where words are longer
    labels_ = new QCheckBox(tr("Names and numbers in the picture"), this);
    labels_->setToolTip(tr("What each side is, its time, PSNR of every frame"));
    format_ = new QComboBox(this);
    format_->setAccessibleName(tr("Format"));
    for (const FormatChoice& choice : formatChoices()) format_->addItem(choice.name);
    crf_ = new QSpinBox(this);
    crf_->setRange(0, 51);
    crf_->setValue(18);
    crf_->setPrefix(QStringLiteral("CRF "));
    crf_->setAccessibleName(tr("Quality (CRF)"));
    crf_->setToolTip(tr("On H.264's scale, 0 to 51: lower is better and larger; 18 is hard to tell from the original"));
    scale_ = new QComboBox(this);
    scale_->setAccessibleName(tr("Size"));
    scale_->setToolTip(tr("Of each picture; a second picture and what is written come on top"));
    loops_ = new QSpinBox(this);
    loops_->setRange(1, kMaxLoops);
    loops_->setSuffix(tr(" times"));
    loops_->setSpecialValueText(tr("once"));
    loops_->setAccessibleName(tr("Repeat"));
    ping_pong_ = new QCheckBox(tr("There and back"), this);
    forever_ = new QCheckBox(tr("Without end"), this);
    forever_->setToolTip(tr("WebP and GIF begin again at their end"));
    forever_->setChecked(true);
    recipe_ = new QCheckBox(tr("Settings inside the file"), this);
    recipe_->setToolTip(tr("Dropping the file on this window brings all settings back"));
    recipe_->setChecked(true);
    prompt_ = new QCheckBox(tr("The prompt too"), this);
    prompt_->setChecked(true);
    path_ = new QLineEdit(this);
    path_->setAccessibleName(tr("File"));
    auto* browse_button = new QPushButton(tr("Choose…"), this);
    browse_button->setAccessibleName(tr("Choose the file"));

    auto rowLabel = [this](const QString& text) {
        QLabel* label = makeLabel(text, "label", this);
        label->setMinimumHeight(kControlHeight);
        return label;
    };
    auto rowOf = [](std::initializer_list<QWidget*> widgets) {
        auto* row = new QHBoxLayout;
        row->setSpacing(kSpaceLarge);
        for (QWidget* widget : widgets) row->addWidget(widget);
        row->addStretch(1);
        return row;
    };
    form->setSpacing(kSpace);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->addRow(rowLabel(tr("Clip")), clip_name_);
    form->addRow(rowLabel(tr("Content")), content_);
    form->addRow(rowLabel(QString()), labels_);
    form->addRow(rowLabel(tr("Format")), format_);
    form->addRow(rowLabel(tr("Quality")), rowOf({crf_}));
    form->addRow(rowLabel(tr("Size")), rowOf({scale_}));
    form->addRow(rowLabel(tr("Repeat")), rowOf({loops_, ping_pong_, forever_}));
    form->addRow(rowLabel(tr("Include")), rowOf({recipe_, prompt_}));
    auto* file = new QHBoxLayout;
    file->setSpacing(kSpace);
    file->addWidget(path_, 1);
    file->addWidget(browse_button);
    form->addRow(rowLabel(tr("File")), file);
    taken_ = makeLabel(tr("There is a file of this name; Export replaces it."), "hint", this);
    taken_->hide();
    form->addRow(QString(), taken_);

    connect(content_, &QComboBox::currentIndexChanged, this, [this] {
        suggestLabels();
        suggestPath();
        refresh();
    });
    connect(format_, &QComboBox::currentIndexChanged, this, [this] {
        suggestPath();
        refresh();
    });
    connect(labels_, &QCheckBox::clicked, this, [this] { labels_chosen_ = true; });
    connect(recipe_, &QCheckBox::toggled, this, &ExportPanel::refresh);
    connect(path_, &QLineEdit::textChanged, this, [this] { refresh(); });
    connect(browse_button, &QPushButton::clicked, this, &ExportPanel::browse);
}

// What can be done with a file that was written.
QHBoxLayout* ExportPanel::buildOutcome() {
    handle_ = new FileHandle(this);
    auto* reveal = new QPushButton(tr("Show in folder"), this);
    auto* copy = new QPushButton(tr("Copy"), this);
    copy->setToolTip(tr("The file to the clipboard, to be pasted into a folder or a message"));
    copy->setAccessibleName(tr("Copy the file"));
    connect(reveal, &QPushButton::clicked, this, [this] { revealFile(handle_->path()); });
    connect(copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setMimeData(mimeOfFile(handle_->path())); });
    auto* row = new QHBoxLayout;
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace);
    row->addWidget(handle_, 1);
    row->addWidget(reveal);
    row->addWidget(copy);
    return row;
}

void ExportPanel::connectSession() {
    connect(session_, &GenerationSession::exportProgressed, this, [this](quint64 id, int done, int total) {
        if (id == job_) showProgress(done, total);
    });
    connect(session_, &GenerationSession::exportFinished, this, [this](quint64 id, const QString& path) {
        if (id != job_) return;
        const ClipEntry* entry = clips_->find(clip_);
        handle_->setFile(path, entry && entry->clip().frames ? imageOfFrame(entry->clip().frames, entry->clip().frames->frames / 2) : QImage());
        end(tr("Written: %1 (%2)").arg(QDir::toNativeSeparators(path), QLocale().formattedDataSize(sizeOnDisk(path), 1, QLocale::DataSizeSIFormat)), true);
        Q_EMIT exported(path);
    });
    connect(session_, &GenerationSession::jobFailed, this, [this](quint64 id, const engine::Error& error) {
        if (id != job_) return;
        end(error.code == engine::ErrorCode::Cancelled ? tr("Cancelled. Nothing was written.") : QString::fromStdString(error.message),
            false);
    });
}

FormatChoice ExportPanel::formatChoice() const { return formatChoices()[std::max(0, format_->currentIndex())]; }

ExportContent ExportPanel::content() const { return ExportContent(content_->currentData().toInt()); }

QString ExportPanel::suffix() const {
    return isMoving(content()) ? QString::fromLatin1(formatChoice().suffix) : suffixOf(content());
}

void ExportPanel::setClip(quint64 id, quint64 reference) {
    if (job_ != 0) return;
    clip_ = id;
    const ClipEntry* entry = clips_->find(id);
    reference_ = reference != 0 ? reference : entry ? entry->twin_id : 0;
    // Of a dense clip and its twin the accelerated one stands on the right.
    if (const ClipEntry* other = clips_->find(reference_); reference == 0 && entry && other &&
                                                            entry->clip().request.attention == engine::AttentionMode::Dense &&
                                                            other->clip().request.attention != engine::AttentionMode::Dense) {
        std::swap(clip_, reference_);
        entry = other;
    }
    clip_name_->setText(entry ? QStringLiteral("%1 · %2").arg(captionOf(*entry), QString::fromStdString(entry->clip().request.prompt))
                              : tr("none"));
    message_->clear();
    outcome_->hide();
    bar_->reset();
    fillContents();
    const int kept = scale_->currentIndex() >= 0 ? scale_->currentIndex() : 1;
    scale_->clear();
    for (double scale : kScales) {
        const auto& request = entry ? entry->clip().request : engine::GenerationRequest();
        scale_->addItem(tr("%1 %: %2 × %3").arg(int(scale * 100)).arg(int(request.width * scale)).arg(int(request.height * scale)));
    }
    scale_->setCurrentIndex(kept);
    suggestLabels();
    suggestPath();
    refresh();
}

void ExportPanel::fillContents() {
    const ClipEntry* entry = clips_->find(clip_);
    const ExportContent wanted = content_->count() > 0 ? content() : ExportContent::Clip;
    const QSignalBlocker quiet(content_);
    content_->clear();
    if (!entry) return;
    for (const ContentChoice& choice : contentChoices(*entry, clips_->find(reference_))) {
        content_->addItem(choice.name, int(choice.content));
        auto* item = qobject_cast<QStandardItemModel*>(content_->model())->item(content_->count() - 1);
        item->setEnabled(choice.possible);
        if (!choice.possible) item->setToolTip(tr("Compare makes a clip and its dense twin; a heatmap comes with every accelerated run"));
        if (choice.possible && choice.content == wanted) content_->setCurrentIndex(content_->count() - 1);
    }
}

void ExportPanel::setContent(ExportContent content) {
    const int index = content_->findData(int(content));
    if (index >= 0) content_->setCurrentIndex(index);
}

void ExportPanel::setFormat(engine::ExportFormat format) {
    for (int i = 0; i < formatChoices().size(); ++i) {
        if (formatChoices()[i].format == format) format_->setCurrentIndex(i);
    }
}

void ExportPanel::suggestPath() {
    const ClipEntry* entry = clips_->find(clip_);
    if (!entry) return;
    QString folder = settings_->exportFolder();
    if (folder.isEmpty()) folder = QDir::homePath();
    path_->setText(freePath(folder, fileNameOf(entry->clip().request, content()), suffix()));
}

// A clip alone stays as it is, so that it can be opened and compared again; what is made to be shown says what it shows.
void ExportPanel::suggestLabels() {
    if (!labels_chosen_) labels_->setChecked(content() != ExportContent::Clip);
}

void ExportPanel::setPath(const QString& path) {
    path_->setText(path);
    refresh();
}

QString ExportPanel::path() const { return path_->text(); }

void ExportPanel::browse() {
    auto* dialog = new QFileDialog(this, tr("Export to"), path_->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& chosen) {
        const bool bare = !suffix().isEmpty() && QFileInfo(chosen).suffix().isEmpty();
        path_->setText(bare ? chosen + suffix() : chosen);
    });
    dialog->open();
}

engine::ExportOptions ExportPanel::options() const {
    engine::ExportOptions options;
    options.format = formatChoice().format;
    options.crf = crf_->value();
    options.loops = loops_->value();
    options.ping_pong = ping_pong_->isChecked();
    options.play_forever = forever_->isChecked();
    options.embed_recipe = recipe_->isChecked();
    options.embed_prompt = prompt_->isChecked();
    return options;
}

void ExportPanel::start() {
    const ClipEntry* entry = clips_->find(clip_);
    if (!entry || job_ != 0) return;
    const QString path = path_->text().trimmed();
    outcome_->hide();
    message_->setText(tr("Writing"));
    bar_->setRange(0, 0);
    since_start_.start();
    if (isMoving(content())) {
        const Composition composition =
            compositionOf(content(), *entry, clips_->find(reference_), labels_->isChecked(), kScales[std::max(0, scale_->currentIndex())]);
        std::optional<engine::Recipe> recipe;
        if (recipe_->isChecked()) recipe = recipeOf(*entry);
        job_ = session_->exportSource(sourceOf(composition), std::move(recipe), path, options());
    } else {
        const HeatmapFigure figure = figureOf(*entry);
        const bool table = content() == ExportContent::MapTable;
        job_ = session_->writeFile(path, [figure, path, table] {
            return table ? engine::save_text(heatmapCsv(figure), path.toStdString()) : saveFigure(figure, path);
        });
    }
    settings_->setExportFolder(QFileInfo(path).absolutePath());
    refresh();
}

void ExportPanel::showProgress(int done, int total) {
    bar_->setRange(0, std::max(1, total));
    bar_->setValue(done);
    QString text = tr("Frame %1 of %2").arg(done).arg(total);
    // The first frames open the encoder and say little.
    const double elapsed = double(since_start_.elapsed()) / 1000.0;
    if (done >= total) {
        text += tr(", checking the file");
    } else if (elapsed > 0.5 && done > 2) {
        text += tr(", %1 left").arg(durationText(elapsed / done * (total - done)));
    }
    message_->setText(text);
}

void ExportPanel::end(const QString& message, bool good) {
    job_ = 0;
    bar_->setRange(0, 1);
    bar_->setValue(good ? 1 : 0);
    message_->setText(message);
    outcome_->setVisible(good);
    refresh();
}

void ExportPanel::refresh() {
    const bool ready = clips_->find(clip_) != nullptr && !path_->text().trimmed().isEmpty();
    const bool moving = isMoving(content());
    start_->setEnabled(ready && job_ == 0);
    // What this panel wrote last may be written again without a word.
    const QString path = path_->text().trimmed();
    taken_->setVisible(ready && job_ == 0 && path != handle_->path() && QFileInfo::exists(path));
    cancel_->setText(job_ != 0 ? tr("Cancel") : tr("Close"));
    for (QWidget* widget : std::initializer_list<QWidget*>{format_, scale_, loops_, ping_pong_, labels_, recipe_}) widget->setEnabled(moving);
    crf_->setEnabled(moving && formatChoice().has_quality);
    forever_->setEnabled(moving && formatChoice().may_loop_forever);
    prompt_->setEnabled(moving && recipe_->isChecked());
}

}  // namespace timeripple::ui
