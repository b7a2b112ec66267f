#pragma once
// Names that replace nothing.

#include <QString>

namespace timeripple::ui {

// "Fish", or the first of "Fish 2", "Fish 3", ... that is not `taken`.
template <typename Taken>
QString freeName(const QString& name, Taken taken) {
    QString free = name;
    for (int number = 2; taken(free); ++number) free = QStringLiteral("%1 %2").arg(name).arg(number);
    return free;
}

}  // namespace timeripple::ui
