#include "ui/dialogs/shortcut_sheet.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QUndoStack>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/main_window/actions.h"
#include "ui/session/undo_step.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/accessible_role.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {
namespace {

constexpr int kColumns = 3;
constexpr int kColumnWidth = 320;

}  // namespace

ShortcutSheet::ShortcutSheet(Actions& actions, QUndoStack& undo, QWidget* parent) : QDialog(parent), actions_(actions), undo_(undo) {
    setWindowTitle(tr("Keys"));
    setModal(false);
    search_ = new QLineEdit(this);
    search_->setPlaceholderText(tr("Search"));
    search_->setAccessibleName(tr("Search the keys"));
    search_->setClearButtonEnabled(true);
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(makeSheet());
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(20, 16, 12, 12);
    all->setSpacing(kSpaceLarge);
    all->addWidget(search_);
    all->addWidget(scroll, 1);
    all->addWidget(makeEditor());
    resize(kColumns * kColumnWidth + 60, 640);
    connect(search_, &QLineEdit::textChanged, this, &ShortcutSheet::filter);
    connect(&actions, &Actions::keysChanged, this, &ShortcutSheet::showKeys);
    // The keys of the window do not reach into a window of its own.
    connect(new QShortcut(QKeySequence(QKeySequence::Undo), this), &QShortcut::activated, &undo_, &QUndoStack::undo);
    connect(new QShortcut(QKeySequence(QStringLiteral("Ctrl+Shift+Z")), this), &QShortcut::activated, &undo_, &QUndoStack::redo);
    showKeys();
}

// Groups go into the shortest column, so that the columns end at about the same height.
QWidget* ShortcutSheet::makeSheet() {
    auto* sheet = new QWidget(this);
    sheet->setProperty("surface", "panel");
    auto* columns = new QHBoxLayout(sheet);
    columns->setContentsMargins(0, 0, kSpace, 0);
    columns->setSpacing(28);
    QVBoxLayout* column[kColumns];
    int height[kColumns] = {};
    for (auto& each : column) {
        each = new QVBoxLayout;
        each->setSpacing(kSpaceLarge);
        columns->addLayout(each, 1);
    }
    for (const QString& group : actions_.groups()) {
        auto* box = new QWidget(sheet);
        auto* grid = new QGridLayout(box);
        grid->setContentsMargins(0, 0, 0, 0);
        grid->setHorizontalSpacing(kSpace);
        grid->setVerticalSpacing(2);
        grid->setColumnStretch(0, 1);
        grid->addWidget(makeHeading(QString(group).replace(QLatin1Char('/'), QStringLiteral(" › ")), box), 0, 0, 1, 2);
        int rows = 1;
        for (const auto& entry : actions_.entries()) {
            if (entry.group != group) continue;
            auto* name = makeLabel(entry.name, "text", box);
            name->setWordWrap(true);
            auto* key = new QPushButton(box);
            key->setProperty("flat", true);
            connect(key, &QPushButton::clicked, this, [this, id = entry.id] { edit(id); });
            grid->addWidget(name, rows, 0);
            grid->addWidget(key, rows, 1, Qt::AlignRight);
            rows_.insert(entry.id, {name, key, box});
            ++rows;
        }
        const auto shortest = std::min_element(std::begin(height), std::end(height)) - std::begin(height);
        column[shortest]->addWidget(box);
        height[shortest] += rows + 1;
    }
    for (auto* each : column) each->addStretch(1);
    return sheet;
}

QWidget* ShortcutSheet::makeEditor() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, kSpace, 0);
    column->setSpacing(kSpaceSmall);
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace);
    edited_name_ = makeLabel(QString(), "label", box);
    edit_ = new QKeySequenceEdit(box);
    setAccessibleRole(edit_, QAccessible::HotkeyField);
    edit_->setAccessibleName(tr("New key"));
    edit_->setMaximumWidth(180);
    for (QLineEdit* line : edit_->findChildren<QLineEdit*>()) line->setAccessibleName(tr("New key"));
    default_ = new QPushButton(tr("Default"), box);
    default_->setAccessibleName(tr("Default key of this action"));
    none_ = new QPushButton(tr("No key"), box);
    auto* all = new QPushButton(tr("All keys as at first"), box);
    row->addWidget(edited_name_);
    row->addWidget(edit_);
    row->addWidget(default_);
    row->addWidget(none_);
    row->addStretch(1);
    row->addWidget(all);
    message_ = makeLabel(QString(), "hint", box);
    message_->setWordWrap(true);
    column->addLayout(row);
    column->addWidget(message_);
    connect(edit_, &QKeySequenceEdit::editingFinished, this, [this] {
        // One chord; more would be a secret.
        if (!edit_->keySequence().isEmpty()) tryKey(QKeySequence(edit_->keySequence()[0]));
    });
    connect(default_, &QPushButton::clicked, this, [this] {
        for (const auto& entry : actions_.entries()) {
            if (entry.id == edited_) {
                tryKey(entry.default_key);
                return;
            }
        }
    });
    connect(none_, &QPushButton::clicked, this, [this] { tryKey({}); });
    connect(all, &QPushButton::clicked, this, [this] {
        change(tr("All keys as at first"), [this] { actions_.resetKeys(); });
        message_->clear();
    });
    return box;
}

void ShortcutSheet::edit(const QString& id) {
    edited_ = id;
    message_->clear();
    showKeys();
    edit_->setFocus(Qt::OtherFocusReason);
}

bool ShortcutSheet::tryKey(const QKeySequence& key) {
    if (edited_.isEmpty()) return false;
    const QString other = actions_.conflictOf(edited_, key);
    if (other.isEmpty()) {
        message_->clear();
        change(tr("Change a key"), [this, key] { actions_.setKey(edited_, key); });
        return true;
    }
    message_->setText(tr("%1 belongs to “%2”. Choose another key, or take it from there first.")
                          .arg(key.toString(QKeySequence::NativeText), other));
    showKeys();
    return false;
}

void ShortcutSheet::change(const QString& name, const std::function<void()>& change) {
    const auto before = actions_.ownKeys();
    change();
    const auto after = actions_.ownKeys();
    if (before == after) return;
    const QPointer<Actions> actions(&actions_);  // the steps outlive a window
    auto show = [actions](const QMap<QString, QString>& keys) {
        if (actions) actions->setOwnKeys(keys);
    };
    undo_.push(new UndoStep(name, [show, after] { show(after); }, [show, before] { show(before); }));
}

QString ShortcutSheet::message() const { return message_->text(); }

void ShortcutSheet::showKeys() {
    edited_name_->setText(edited_.isEmpty() ? tr("Click a key to change it.") : QString());
    for (QWidget* part : std::initializer_list<QWidget*>{edit_, default_, none_}) part->setEnabled(!edited_.isEmpty());
    for (const auto& entry : actions_.entries()) {
        const auto row = rows_.constFind(entry.id);
        if (row == rows_.cend()) continue;
        const QString key = entry.key().toString(QKeySequence::NativeText);
        row->key->setText(key.isEmpty() ? QStringLiteral("–") : key);
        row->key->setAccessibleName(key.isEmpty() ? tr("Give “%1” a key").arg(entry.name)
                                                  : tr("Change the key of “%1”: %2").arg(entry.name, key));
        if (entry.id != edited_) continue;
        edited_name_->setText(tr("Press the new key of “%1”").arg(entry.name));
        edit_->setKeySequence(entry.key());
    }
}

void ShortcutSheet::filter(const QString& words) {
    QHash<QWidget*, bool> any;
    for (const Row& row : std::as_const(rows_)) {
        const bool fits = row.name->text().contains(words, Qt::CaseInsensitive) || row.key->text().contains(words, Qt::CaseInsensitive);
        row.name->setVisible(fits);
        row.key->setVisible(fits);
        any[row.group] = any.value(row.group) || fits;
    }
    for (auto it = any.cbegin(); it != any.cend(); ++it) it.key()->setVisible(it.value());
}

}  // namespace timeripple::ui
