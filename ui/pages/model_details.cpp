#include "ui/pages/model_details.h"

#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "engine/api/model_scan.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

using Change = engine::FittingSettings::Change;

QLabel* wrapped(const QString& text, const char* role) {
    QLabel* label = makeLabel(text, role);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

QString sizeText(const engine::GenerationRequest& r) {
    return ModelDetails::tr("%1 × %2, %3 frames").arg(r.width).arg(r.height).arg(r.frames);
}

QString fittingText(const engine::FittingSettings& fitting) {
    switch (fitting.change) {
        case Change::Tiles:
            return ModelDetails::tr("Decode in tiles");
        case Change::HalfPrecision:
            return ModelDetails::tr("Compute in bf16");
        case Change::SmallerPicture:
        case Change::ShorterClip:
            break;
    }
    return sizeText(fitting.request);
}

QString parameterText(std::int64_t count) {
    if (count >= 1'000'000'000) return ModelDetails::tr("%1 billion parameters").arg(decimalText(double(count) / 1e9, 2));
    if (count >= 1'000'000) return ModelDetails::tr("%1 million parameters").arg(decimalText(double(count) / 1e6, 1));
    return count > 0 ? ModelDetails::tr("%1 parameters").arg(count) : QString();
}

}  // namespace

ModelDetails::ModelDetails(const ModelEntry& entry, const engine::GenerationRequest& request, bool chosen,
                           const std::vector<engine::DeviceInfo>& devices, QWidget* parent)
    : QWidget(parent) {
    setProperty("surface", "panel");
    const engine::ModelInfo& info = entry.info;
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 20);
    column->setSpacing(kSpace);
    auto* head = new QHBoxLayout;
    head->addWidget(wrapped(info.name.empty() ? entry.path : QString::fromStdString(info.name), "big"), 1);
    auto* use = new QPushButton(chosen ? tr("In use") : tr("Use this model"), this);
    use->setProperty("primary", true);
    use->setEnabled(entry.runs() && !chosen);
    connect(use, &QPushButton::clicked, this, &ModelDetails::useRequested);
    head->addWidget(use, 0, Qt::AlignTop);
    column->addLayout(head);
    column->addWidget(wrapped(subtitleOf(entry), "label"));
    column->addWidget(wrapped(entry.path.isEmpty() ? tr("Built in: %1").arg(QString::fromStdString(info.path)) : entry.path, "caption"));
    if (!entry.problem().isEmpty()) addProblem(column, entry);
    if (!info.components.empty()) addParts(column, info);
    if (info.layers > 0) addMemory(column, info, request, chosen, devices);
    column->addStretch(1);
}

void ModelDetails::addProblem(QVBoxLayout* column, const ModelEntry& entry) {
    column->addSpacing(kSpaceSmall);
    column->addWidget(makeHeading(tr("Why it cannot run")));
    auto* row = new QHBoxLayout;
    row->addWidget(wrapped(entry.problem(), "hint"), 1);
    auto* copy = new QPushButton(tr("Copy"), this);
    copy->setAccessibleName(tr("Copy why it cannot run"));
    row->addWidget(copy, 0, Qt::AlignTop);
    column->addLayout(row);
    const QString all = entry.path + QLatin1Char('\n') + entry.problem() +
                        (entry.error ? QLatin1Char('\n') + QString::fromStdString(entry.error->detail) : QString());
    connect(copy, &QPushButton::clicked, this, [all] { QApplication::clipboard()->setText(all); });
}

void ModelDetails::addParts(QVBoxLayout* column, const engine::ModelInfo& info) {
    column->addSpacing(kSpaceSmall);
    column->addWidget(makeHeading(tr("Parts")));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(20);
    grid->setVerticalSpacing(kSpaceSmall);
    grid->setColumnStretch(3, 1);
    for (const auto& part : info.components) {
        const int row = grid->rowCount();
        grid->addWidget(makeLabel(QString::fromStdString(part.name), "text"), row, 0);
        grid->addWidget(makeLabel(part.file_bytes > 0 ? bytesText(double(part.file_bytes)) : QString(), "label"), row, 1, Qt::AlignRight);
        grid->addWidget(makeLabel(QString::fromStdString(part.dtype), "label"), row, 2);
        if (part.problem.empty()) {
            grid->addWidget(makeLabel(parameterText(part.parameters), "label"), row, 3);
        } else {
            grid->addWidget(wrapped(QString::fromStdString(part.problem), "hint"), row, 3);
        }
    }
    column->addLayout(grid);
}

void ModelDetails::addMemory(QVBoxLayout* column, const engine::ModelInfo& info, const engine::GenerationRequest& request, bool chosen,
                             const std::vector<engine::DeviceInfo>& devices) {
    const engine::MemoryEstimate estimate = engine::estimate_memory(info, request);
    column->addSpacing(kSpaceSmall);
    column->addWidget(makeHeading(tr("Memory, estimated")));
    column->addWidget(wrapped((chosen ? tr("With the settings on the left: %1.") : tr("With the model's own settings: %1.")).arg(sizeText(request)),
                              "caption"));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(kSpaceLarge);
    grid->setVerticalSpacing(kSpace);
    grid->setColumnStretch(1, 1);
    double room = double(estimate.peak());
    for (const auto& device : devices) room = std::max(room, double(device.free_memory_bytes));
    const std::pair<QString, std::uint64_t> phases[] = {{tr("Reading the prompt"), estimate.text_encoding},
                                                        {tr("Denoising"), estimate.denoising},
                                                        {tr("Decoding"), estimate.decoding}};
    auto add_bar = [&](const QString& name, double bytes, const char* role) {
        const int row = grid->rowCount();
        auto* bar = new QProgressBar(this);
        bar->setRange(0, 1000);
        bar->setValue(int(bytes / room * 1000));
        bar->setTextVisible(false);
        bar->setAccessibleName(tr("%1: %2").arg(name, bytesText(bytes)));
        grid->addWidget(makeLabel(name, role), row, 0);
        grid->addWidget(bar, row, 1);
        grid->addWidget(makeLabel(bytesText(bytes), "text"), row, 2, Qt::AlignRight);
    };
    for (const auto& [name, bytes] : phases) add_bar(name, double(bytes), "text");
    for (const auto& device : devices) add_bar(tr("Free: %1").arg(QString::fromStdString(device.name)), double(device.free_memory_bytes), "label");
    column->addLayout(grid);

    for (const auto& device : devices) {
        const bool fits = estimate.peak() <= device.free_memory_bytes;
        const QString name = QString::fromStdString(device.name);
        column->addSpacing(kSpaceSmall);
        column->addWidget(wrapped(fits ? tr("Fits on %1: the most it needs at a time is about %2.").arg(name, bytesText(double(estimate.peak())))
                                       : tr("Does not fit on %1: about %2 are missing.")
                                             .arg(name, bytesText(double(estimate.peak() - device.free_memory_bytes))),
                                  fits ? "good" : "hint"));
        if (fits) continue;
        const auto fitting = engine::fitting_settings(info, request, device.free_memory_bytes);
        if (fitting.empty()) {
            column->addWidget(wrapped(tr("No smaller setting would fit; choose a smaller model."), "caption"));
            continue;
        }
        auto* row = new QHBoxLayout;
        row->addWidget(makeLabel(tr("Would fit:"), "label"));
        for (const auto& settings : fitting) {
            auto* button = new QPushButton(fittingText(settings), this);
            button->setToolTip(tr("Use this model with this setting"));
            connect(button, &QPushButton::clicked, this, [this, wanted = settings.request] { Q_EMIT settingsRequested(wanted); });
            row->addWidget(button);
        }
        row->addStretch(1);
        column->addLayout(row);
    }
}

}  // namespace timeripple::ui
