#include "ui/dialogs/shortcut_sheet.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QMap>
#include <QVBoxLayout>

#include "ui/main_window/actions.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {

ShortcutSheet::ShortcutSheet(const Actions& actions, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Keys"));
    setModal(false);
    QStringList groups;
    QMap<QString, QList<std::pair<QString, QString>>> rows;
    for (const auto& entry : actions.entries()) {
        const QKeySequence key = entry.plain_key.isEmpty() ? entry.action->shortcut() : entry.plain_key;
        if (key.isEmpty()) continue;
        if (!groups.contains(entry.group)) groups << entry.group;
        QString name = entry.action->text().section(QLatin1Char('\t'), 0, 0);
        name.remove(QLatin1Char('&'));
        name.remove(QStringLiteral("…"));
        rows[entry.group].append({name, key.toString(QKeySequence::NativeText)});
    }
    auto* columns = new QHBoxLayout;
    columns->setSpacing(32);
    QVBoxLayout* column = nullptr;
    for (int g = 0; g < groups.size(); ++g) {
        if (g % 2 == 0) {
            column = new QVBoxLayout;
            column->setSpacing(kSpace);
            columns->addLayout(column);
        }
        column->addWidget(makeHeading(groups[g], this));
        auto* grid = new QGridLayout;
        grid->setHorizontalSpacing(24);
        grid->setVerticalSpacing(kSpaceSmall);
        int row = 0;
        for (const auto& [name, key] : rows[groups[g]]) {
            grid->addWidget(makeLabel(name, "text"), row, 0);
            grid->addWidget(makeLabel(key, "label"), row, 1, Qt::AlignRight);
            ++row;
        }
        column->addLayout(grid);
        column->addSpacing(kSpaceLarge);
        if (g % 2 == 1 || g + 1 == groups.size()) column->addStretch(1);
    }
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(20, 20, 20, 12);
    all->addLayout(columns);
}

}  // namespace timeripple::ui
