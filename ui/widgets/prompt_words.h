#pragma once
// Chips act on the prompt as text. Pure functions.

#include <QString>
#include <QStringList>

namespace timeripple::ui {

// Whether the prompt holds the phrase as whole words, whatever the case.
bool promptHolds(const QString& prompt, const QString& phrase);
// Adds the phrase, or takes it out if it is there. A phrase of the same group that is there already is replaced, so that
// "blue" takes the place of "orange".
QString promptToggled(const QString& prompt, const QString& phrase, const QStringList& group);

}  // namespace timeripple::ui
