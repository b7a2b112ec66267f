#include "ui/docks/form_rows.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {
namespace {

constexpr int kNarrowestField = 80;

class WheelGuard final : public QObject {
  public:
    using QObject::QObject;
    bool eventFilter(QObject* object, QEvent* event) override {
        auto* widget = qobject_cast<QWidget*>(object);
        if (event->type() == QEvent::Wheel && widget && !widget->hasFocus()) {
            event->ignore();
            return true;
        }
        return false;
    }
};

}  // namespace

QGridLayout* makeFormGrid() {
    auto* grid = new QGridLayout;
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kSpace);
    grid->setVerticalSpacing(kSpace);
    grid->setColumnStretch(1, 1);
    return grid;
}

void addFormRow(QGridLayout* grid, const QString& text, QWidget* field) {
    const int row = grid->rowCount();
    auto* label = makeLabel(text, "label");
    label->setBuddy(field);
    label->setFixedWidth(kFormLabelWidth);
    grid->addWidget(label, row, 0);
    grid->addWidget(field, row, 1);
}

QVBoxLayout* makeFormColumn(QWidget* section) {
    auto* column = new QVBoxLayout(section);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace);
    return column;
}

void calmField(QWidget* field) {
    field->setFocusPolicy(Qt::StrongFocus);
    field->setMinimumWidth(kNarrowestField);
    field->installEventFilter(new WheelGuard(field));
}

}  // namespace timeripple::ui
