#include "ui/widgets/prompt_words.h"

#include <QRegularExpression>

namespace timeripple::ui {
namespace {

QRegularExpression wordsOf(const QString& phrase) {
    return QRegularExpression(QStringLiteral("(?<![\\w])%1(?![\\w])").arg(QRegularExpression::escape(phrase)),
                              QRegularExpression::CaseInsensitiveOption | QRegularExpression::UseUnicodePropertiesOption);
}

}  // namespace

bool promptHolds(const QString& prompt, const QString& phrase) {
    return !phrase.isEmpty() && wordsOf(phrase).match(prompt).hasMatch();
}

QString promptToggled(const QString& prompt, const QString& phrase, const QStringList& group) {
    if (promptHolds(prompt, phrase)) {
        QString without = prompt;
        return without.remove(wordsOf(phrase)).simplified();
    }
    // The longest first: "dark water" before "water".
    QStringList others = group;
    std::sort(others.begin(), others.end(), [](const QString& a, const QString& b) { return a.size() > b.size(); });
    for (const QString& other : others) {
        const auto match = wordsOf(other).match(prompt);
        if (!match.hasMatch()) continue;
        QString replaced = prompt;
        return replaced.replace(match.capturedStart(), match.capturedLength(), phrase);
    }
    const QString trimmed = prompt.trimmed();
    return trimmed.isEmpty() ? phrase : trimmed + QLatin1Char(' ') + phrase;
}

}  // namespace timeripple::ui
