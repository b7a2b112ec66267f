#include "ui/dialogs/export_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QSpinBox>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/settings/app_settings.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {
namespace {

enum Content { kClip = 0, kPair = 1 };
constexpr int kMaxLoops = 100;

// Words of the prompt as a file name: letters, digits and dashes.
QString fileNameOf(const engine::GenerationRequest& request) {
    static const QRegularExpression kOther(QStringLiteral("[^\\w]+"), QRegularExpression::UseUnicodePropertiesOption);
    QString name = QString::fromStdString(request.prompt).toLower().replace(kOther, QStringLiteral("-")).left(48);
    while (name.startsWith(QLatin1Char('-'))) name.remove(0, 1);
    while (name.endsWith(QLatin1Char('-'))) name.chop(1);
    return (name.isEmpty() ? QStringLiteral("clip") : name) + QStringLiteral("-%1").arg(request.seed);
}

}  // namespace

ExportPanel::ExportPanel(GenerationSession* session, ClipListModel* clips, AppSettings* settings, QWidget* parent)
    : QDialog(parent), session_(session), clips_(clips), settings_(settings) {
    setWindowTitle(tr("Export"));
    setModal(false);
    setMinimumWidth(460);
    clip_name_ = makeLabel(QString(), "label", this);
    clip_name_->setWordWrap(true);
    content_ = new QComboBox(this);
    content_->addItems({tr("The clip"), tr("Side by side with its dense twin")});
    content_->setAccessibleName(tr("What to export"));
    format_ = new QComboBox(this);
    format_->addItems({tr("MP4, H.264: plays everywhere"), tr("MKV, FFV1: lossless"), tr("PNG pictures in a folder: lossless")});
    format_->setAccessibleName(tr("Format"));
    crf_ = new QSpinBox(this);
    crf_->setRange(0, 51);
    crf_->setValue(18);
    crf_->setAccessibleName(tr("Quality (CRF)"));
    crf_->setToolTip(tr("H.264 quality, 0 to 51: lower is better and larger; 18 is hard to tell from the original"));
    loops_ = new QSpinBox(this);
    loops_->setRange(1, kMaxLoops);
    loops_->setSuffix(tr(" times"));
    loops_->setSpecialValueText(tr("once"));
    loops_->setAccessibleName(tr("Repeat"));
    recipe_ = new QCheckBox(tr("Settings inside the file"), this);
    recipe_->setToolTip(tr("Dropping the file on this window brings all settings back"));
    recipe_->setChecked(true);
    prompt_ = new QCheckBox(tr("The prompt too"), this);
    prompt_->setChecked(true);
    path_ = new QLineEdit(this);
    path_->setAccessibleName(tr("File"));
    auto* browse_button = new QPushButton(tr("Choose…"), this);
    browse_button->setAccessibleName(tr("Choose the file"));
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
    folder_ = new QPushButton(tr("Open the folder"), this);
    folder_->hide();

    auto rowLabel = [this](const QString& text) {
        QLabel* label = makeLabel(text, "label", this);
        label->setMinimumHeight(kControlHeight);
        return label;
    };
    auto* form = new QFormLayout;
    form->setSpacing(kSpace);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->addRow(rowLabel(tr("Clip")), clip_name_);
    form->addRow(rowLabel(tr("Content")), content_);
    form->addRow(rowLabel(tr("Format")), format_);
    form->addRow(rowLabel(tr("Quality")), crf_);
    form->addRow(rowLabel(tr("Repeat")), loops_);
    auto* checks = new QHBoxLayout;
    checks->setSpacing(kSpaceLarge);
    checks->addWidget(recipe_);
    checks->addWidget(prompt_);
    checks->addStretch(1);
    form->addRow(rowLabel(tr("Include")), checks);
    auto* file = new QHBoxLayout;
    file->setSpacing(kSpace);
    file->addWidget(path_, 1);
    file->addWidget(browse_button);
    form->addRow(rowLabel(tr("File")), file);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpace);
    buttons->addWidget(folder_);
    buttons->addStretch(1);
    buttons->addWidget(cancel_);
    buttons->addWidget(start_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(18, 18, 18, 18);
    column->setSpacing(kSpaceLarge);
    column->addLayout(form);
    column->addWidget(bar_);
    column->addWidget(message_);
    column->addStretch(1);
    column->addLayout(buttons);

    connect(format_, &QComboBox::currentIndexChanged, this, [this] {
        suggestPath();
        refresh();
    });
    connect(content_, &QComboBox::currentIndexChanged, this, [this] { suggestPath(); });
    connect(recipe_, &QCheckBox::toggled, prompt_, &QCheckBox::setEnabled);
    connect(path_, &QLineEdit::textChanged, this, [this] { refresh(); });
    connect(browse_button, &QPushButton::clicked, this, &ExportPanel::browse);
    connect(start_, &QPushButton::clicked, this, &ExportPanel::start);
    connect(cancel_, &QPushButton::clicked, this, [this] {
        if (job_ != 0) {
            session_->cancel(job_);
        } else {
            hide();
        }
    });
    connect(folder_, &QPushButton::clicked, this,
            [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(path_->text()).absolutePath())); });
    connect(session, &GenerationSession::exportProgressed, this, [this](quint64 id, int done, int total) {
        if (id != job_) return;
        bar_->setRange(0, std::max(1, total));
        bar_->setValue(done);
        message_->setText(tr("Frame %1 of %2").arg(done).arg(total));
    });
    connect(session, &GenerationSession::exportFinished, this, [this](quint64 id, const QString& path) {
        if (id != job_) return;
        end(tr("Written: %1").arg(QDir::toNativeSeparators(path)), true);
        Q_EMIT exported(path);
    });
    connect(session, &GenerationSession::jobFailed, this, [this](quint64 id, const engine::Error& error) {
        if (id != job_) return;
        end(error.code == engine::ErrorCode::Cancelled ? tr("Cancelled. Nothing was written.") : QString::fromStdString(error.message),
            false);
    });
    refresh();
}

QString ExportPanel::suffix() const {
    constexpr const char* kSuffixes[] = {".mp4", ".mkv", ""};
    return QString::fromLatin1(kSuffixes[std::clamp(format_->currentIndex(), 0, 2)]);
}

void ExportPanel::setClip(quint64 id) {
    if (job_ != 0) return;
    clip_ = id;
    const ClipEntry* entry = clips_->find(id);
    clip_name_->setText(entry ? QStringLiteral("%1 · %2").arg(captionOf(*entry), QString::fromStdString(entry->clip().request.prompt))
                              : tr("none"));
    const bool paired = entry && entry->twin_id != 0 && clips_->find(entry->twin_id);
    if (!paired) content_->setCurrentIndex(kClip);
    content_->setEnabled(paired);
    content_->setToolTip(paired ? QString() : tr("Made by Compare: a clip and its dense twin"));
    message_->clear();
    folder_->hide();
    bar_->reset();
    suggestPath();
    refresh();
}

void ExportPanel::suggestPath() {
    const ClipEntry* entry = clips_->find(clip_);
    if (!entry) return;
    QString name = fileNameOf(entry->clip().request);
    if (content_->currentIndex() == kPair) name += QStringLiteral("-side-by-side");
    QString folder = settings_->exportFolder();
    if (folder.isEmpty()) folder = QDir::homePath();
    path_->setText(QDir(folder).filePath(name + suffix()));
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

void ExportPanel::start() {
    const ClipEntry* entry = clips_->find(clip_);
    if (!entry || job_ != 0) return;
    const engine::Clip& clip = entry->clip();
    engine::ExportOptions options;
    options.format = engine::ExportFormat(format_->currentIndex());
    options.crf = crf_->value();
    options.loops = loops_->value();
    options.embed_recipe = recipe_->isChecked();
    options.embed_prompt = prompt_->isChecked();
    std::optional<engine::Recipe> recipe;
    if (options.embed_recipe) {
        recipe = engine::recipe_of(clip);
        recipe->quality = entry->quality;
    }
    const ClipEntry* twin = content_->currentIndex() == kPair ? clips_->find(entry->twin_id) : nullptr;
    const QString path = path_->text().trimmed();
    if (twin) {
        // The dense one stands on the left.
        const bool is_dense = clip.request.attention == engine::AttentionMode::Dense;
        const auto left = is_dense ? clip.frames : twin->clip().frames;
        const auto right = is_dense ? twin->clip().frames : clip.frames;
        job_ = session_->exportPair(left, right, std::move(recipe), path, options);
    } else {
        job_ = session_->exportFrames(clip.frames, std::move(recipe), path, options);
    }
    settings_->setExportFolder(QFileInfo(path).absolutePath());
    folder_->hide();
    message_->setText(tr("Writing"));
    bar_->setRange(0, 1);
    bar_->setValue(0);
    refresh();
}

void ExportPanel::end(const QString& message, bool good) {
    job_ = 0;
    message_->setText(message);
    if (!good) bar_->reset();
    folder_->setVisible(good);
    refresh();
}

void ExportPanel::refresh() {
    const bool ready = clips_->find(clip_) != nullptr && !path_->text().trimmed().isEmpty();
    start_->setEnabled(ready && job_ == 0);
    cancel_->setText(job_ != 0 ? tr("Cancel") : tr("Close"));
    crf_->setEnabled(format_->currentIndex() == 0);
}

}  // namespace timeripple::ui
