#include "ui/settings/languages.h"

#include <QCoreApplication>
#include <QDir>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

// A static library's resources are not registered by themselves. Must stand outside of namespaces.
static void registerTranslations() { Q_INIT_RESOURCE(translations); }

namespace timeripple::ui {
namespace {

QString desktopLanguage() {
    const QString name = QLocale::system().name().section(QLatin1Char('_'), 0, 0);
    for (const Language& language : languages()) {
        if (language.code == name) return name;
    }
    return QStringLiteral("en");
}

// lupdate of Qt 6.4 does not see namespaces that are written `namespace a::b`, and files texts under the bare name of the class;
// the program asks with the full one.
class StudioTranslator final : public QTranslator {
  public:
    using QTranslator::QTranslator;
    QString translate(const char* context, const char* source, const char* remark, int n) const override {
        const char* name = context;
        for (const char* at = context; *at; ++at) {
            if (at[0] == ':' && at[1] == ':') name = at + 2;
        }
        return QTranslator::translate(name, source, remark, n);
    }
};

// One for our texts, one for those of Qt's own dialogs; each is there once.
template <typename Translator>
QTranslator* translatorNamed(QCoreApplication& application, const QString& name) {
    auto* translator = application.findChild<QTranslator*>(name, Qt::FindDirectChildrenOnly);
    if (!translator) {
        translator = new Translator(&application);
        translator->setObjectName(name);
    }
    QCoreApplication::removeTranslator(translator);
    return translator;
}

}  // namespace

QList<Language> languages() {
    registerTranslations();
    QList<Language> all{{QStringLiteral("en"), QStringLiteral("English")}};
    for (const QString& file : QDir(QStringLiteral(":/translations")).entryList({QStringLiteral("studio_*.qm")}, QDir::Files)) {
        const QString code = file.section(QLatin1Char('_'), 1).section(QLatin1Char('.'), 0, 0);
        all.append({code, QLocale(code).nativeLanguageName()});
    }
    return all;
}

QString speak(QCoreApplication& application, const QString& code) {
    const QString spoken = code.isEmpty() ? desktopLanguage() : code;
    QTranslator* ours = translatorNamed<StudioTranslator>(application, QStringLiteral("studio"));
    QTranslator* qts = translatorNamed<QTranslator>(application, QStringLiteral("qtbase"));
    if (ours->load(QStringLiteral(":/translations/studio_%1.qm").arg(spoken))) QCoreApplication::installTranslator(ours);
    if (qts->load(QStringLiteral("qtbase_") + spoken, QLibraryInfo::path(QLibraryInfo::TranslationsPath))) {
        QCoreApplication::installTranslator(qts);
    }
    // Numbers and dates are written as the desktop's country does, not as the language.
    return spoken;
}

}  // namespace timeripple::ui
