#pragma once
// A language that nobody speaks: every text of the sources with accents and 40 % longer. What comes out without accents was not
// translatable; what does not fit would not fit in German or Finnish.

#include <QTranslator>

namespace timeripple::ui {

class PseudoLocale final : public QTranslator {
  public:
    static constexpr QChar kMark = u'ö';  // ends every text

    bool isEmpty() const override { return false; }

    QString translate(const char*, const char* source, const char*, int) const override {
        const QString text = QString::fromUtf8(source);
        QString changed;
        for (qsizetype i = 0; i < text.size(); ++i) {
            if (text[i] == u'%' && i + 1 < text.size()) {  // %1, %n, %L1 stay
                changed += text[i++];
                if (text[i] == u'L' && i + 1 < text.size()) changed += text[i++];
                changed += text[i];
            } else if (text[i] == u'(' && text.indexOf(u'*', i) == i + 1) {  // (*.png *.json)
                const qsizetype end = text.indexOf(u')', i);
                changed += text.mid(i, end - i + 1);
                i = end;
            } else {
                changed += accented(text[i]);
            }
        }
        QString end;
        while (end.size() < text.size() * 2 / 5) end += QStringLiteral("lŏng")[end.size() % 4];
        return changed + (end.size() > 3 ? QStringLiteral(" ") + end : end) + kMark;
    }

  private:
    static QChar accented(QChar letter) {
        static const QString kFrom = QStringLiteral("aeiounscAEIOUNSC"), kTo = QStringLiteral("áéíóúñšçÁÉÍÓÚÑŠÇ");
        const qsizetype at = kFrom.indexOf(letter);
        return at < 0 ? letter : kTo[at];
    }
};

}  // namespace timeripple::ui
