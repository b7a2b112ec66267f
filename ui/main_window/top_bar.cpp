#include "ui/main_window/top_bar.h"

#include <QComboBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>

#include "engine/api/device_info.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {

TopBar::TopBar(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, kSpaceLarge, 0);
    row->setSpacing(kSpace);
    models_ = new QComboBox(this);
    models_->setAccessibleName(tr("Model"));
    models_->setToolTip(tr("The model that makes the clips"));
    models_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    row->addWidget(makeLabel(tr("Model"), "label", this));
    row->addWidget(models_);
    row->addWidget(makeLabel(QString::fromStdString(engine::cpu_device().name), "label", this));
    connect(models_, &QComboBox::activated, this, [this](int index) {
        const QVariant path = models_->itemData(index);
        if (path.isValid()) {
            Q_EMIT modelChosen(path.toString());
        } else {
            Q_EMIT folderWanted();
        }
    });
}

void TopBar::setModels(const QStringList& folders, const QString& chosen) {
    const QSignalBlocker quiet(models_);
    models_->clear();
    models_->addItem(tr("Pond · built in"), QString());
    for (const QString& folder : folders) models_->addItem(QFileInfo(folder).fileName(), folder);
    models_->addItem(tr("Choose a folder…"));
    models_->setCurrentIndex(std::max(0, models_->findData(chosen)));
}

}  // namespace timeripple::ui
