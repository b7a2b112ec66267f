#pragma once
// The languages of the window, and which one it speaks.

#include <QList>
#include <QString>

class QCoreApplication;

namespace timeripple::ui {

struct Language {
    QString code;  // "de"
    QString name;  // in itself: "Deutsch"
};

// English, which the sources are written in, and each resources/translations/studio_<code>.ts.
QList<Language> languages();

// Makes texts that are looked up from now on appear in this language; empty: the desktop's, where we speak it. What already stands
// keeps its texts. Returns the code that it came to.
QString speak(QCoreApplication& application, const QString& code);

}  // namespace timeripple::ui
