#pragma once
// How the fields of the left panel stand: label and field in a row, and a wheel that scrolls the panel and not its fields.

#include <QWidget>

class QGridLayout;
class QVBoxLayout;

namespace timeripple::ui {

constexpr int kFormLabelWidth = 92;

QGridLayout* makeFormGrid();
void addFormRow(QGridLayout* grid, const QString& text, QWidget* field);
// A column without margins, for a section of the panel.
QVBoxLayout* makeFormColumn(QWidget* section);
// The field may be narrower than its longest text, and the wheel acts on it only while it has the focus: small things that change
// by accident while the panel scrolls are a nuisance.
void calmField(QWidget* field);

}  // namespace timeripple::ui
