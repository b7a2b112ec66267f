// Every text goes through tr(), fits when it is 40 % longer, and is there in German.
#include <QAbstractButton>
#include <QDockWidget>
#include <QFile>
#include <QLabel>
#include <QLocale>
#include <QMenuBar>
#include <QRegularExpression>
#include <QTabBar>
#include <QXmlStreamReader>

#include "tests/ui/pseudo_locale.h"
#include "tests/ui/ui_test_support.h"
#include "ui/dialogs/diagnostics_panel.h"
#include "ui/dialogs/export_panel.h"
#include "ui/dialogs/shortcut_sheet.h"
#include "ui/main_window/dock_layout.h"
#include "ui/models/model_library.h"
#include "ui/settings/languages.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/measurement_text.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/panel_scroll.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

QString describe(QWidget* widget, const QString& text) {
    return QStringLiteral("%1 '%2' in %3: %4 x %5, wants %6 x %7")
        .arg(QString::fromLatin1(widget->metaObject()->className()), text.left(60),
             QString::fromLatin1(widget->parentWidget() ? widget->parentWidget()->metaObject()->className() : "nothing"))
        .arg(widget->width())
        .arg(widget->height())
        .arg(widget->sizeHint().width())
        .arg(widget->sizeHint().height());
}

// Labels and buttons that are shown, and do not have the room for their text.
QStringList clipped(QWidget* root) {
    QStringList found;
    for (QWidget* widget : root->findChildren<QWidget*>()) {
        if (!widget->isVisible() || qobject_cast<ElidedLabel*>(widget)) continue;  // those end in dots, on purpose
        if (auto* panel = qobject_cast<PanelScroll*>(widget); panel && panel->widget()->width() > panel->viewport()->width()) {
            found << QStringLiteral("a panel is cut at the right: %1 of %2 pixels").arg(panel->viewport()->width()).arg(panel->widget()->width());
        }
        if (auto* label = qobject_cast<QLabel*>(widget)) {
            if (label->text().isEmpty()) continue;
            if (label->wordWrap()) {
                const int needed = label->heightForWidth(label->width());
                if (needed > label->height() + 1) found << describe(label, label->text()) + QStringLiteral(", at this width %1").arg(needed);
            } else if (label->sizeHint().width() > label->width()) {
                found << describe(label, label->text());
            }
        } else if (auto* button = qobject_cast<QAbstractButton*>(widget)) {
            if (!button->text().isEmpty() && button->sizeHint().width() > button->width()) found << describe(button, button->text());
        }
    }
    return found;
}

// What a list says once it is read changes layouts, and those act by events of their own.
void settle(TestStudio& studio) {
    const auto* models = studio.window.findChild<ModelLibrary*>();
    QTRY_VERIFY(!models || !models->scanning());
    for (int i = 0; i < 4; ++i) QCoreApplication::processEvents();
}

bool isWord(const QString& text) {
    static const QRegularExpression kWord(QStringLiteral("[A-Za-z]{3}"));
    return kWord.match(text).hasMatch();
}

struct PseudoStudio {
    PseudoLocale language;
    bool installed = QCoreApplication::installTranslator(&language);
    Theme theme{*qApp};  // its style sheet has the measures
    TestStudio studio;
    ~PseudoStudio() { QCoreApplication::removeTranslator(&language); }
};

}  // namespace

class TestTranslation : public QObject {
    Q_OBJECT

    // Every page and every panel, one after the other.
    void everyView(TestStudio& studio, const std::function<void(const QString&)>& look) {
        Pages* pages = studio.window.pages();
        for (int i = 0; i < pages->count(); ++i) {
            pages->setCurrentIndex(i);
            settle(studio);
            look(QStringLiteral("page ") + pages->currentId());
        }
        for (QDockWidget* dock : studio.window.docks().all()) {
            studio.window.docks().reveal(dock->objectName());
            settle(studio);
            look(QStringLiteral("panel ") + dock->objectName());
        }
    }

  private Q_SLOTS:
    void nothing_is_clipped_in_a_long_language() {
        PseudoStudio pseudo;
        TestStudio& studio = pseudo.studio;
        studio.window.resize(1440, 900);
        studio.show();
        QStringList wrong;
        everyView(studio, [&](const QString& where) {
            for (const QString& each : clipped(&studio.window)) wrong << where + QStringLiteral(": ") + each;
        });
        // With a run behind it, and a comparison.
        QSignalSpy compared(&studio.workspace, &Workspace::comparisonReady);
        studio.action("run.compare")->trigger();
        QVERIFY(compared.wait(kPatienceMs));
        everyView(studio, [&](const QString& where) {
            for (const QString& each : clipped(&studio.window)) wrong << where + QStringLiteral(" after a run: ") + each;
        });
        studio.action("help.diagnostics")->trigger();
        studio.action("help.keys")->trigger();
        studio.action("file.export")->trigger();
        QCoreApplication::processEvents();
        for (QWidget* panel : studio.window.findChildren<QDialog*>()) {
            if (!panel->isVisible()) continue;
            for (const QString& each : clipped(panel)) wrong << panel->windowTitle() + QStringLiteral(": ") + each;
        }
        wrong.removeDuplicates();
        for (const QString& each : wrong) qInfo("%s", qPrintable(each));
        QVERIFY(wrong.isEmpty());
    }

    void every_text_is_translatable() {
        PseudoStudio pseudo;
        TestStudio& studio = pseudo.studio;
        studio.window.resize(1440, 900);
        studio.show();
        QSet<QString> plain;
        everyView(studio, [&](const QString&) {
            for (auto* widget : studio.window.findChildren<QWidget*>()) {
                QStringList texts{widget->toolTip(), widget->accessibleName()};
                if (auto* button = qobject_cast<QAbstractButton*>(widget)) texts << button->text();
                if (auto* label = qobject_cast<QLabel*>(widget)) texts << label->text();
                if (auto* bar = qobject_cast<QTabBar*>(widget)) {
                    for (int i = 0; i < bar->count(); ++i) texts << bar->tabText(i);
                }
                if (widget->objectName().startsWith(QLatin1String("qt_"))) continue;
                for (const QString& text : texts) {
                    if (isWord(text) && !text.contains(PseudoLocale::kMark, Qt::CaseInsensitive)) plain << text;
                }
            }
        });
        for (const auto& entry : studio.window.actions().entries()) {
            if (!entry.name.contains(PseudoLocale::kMark) && !entry.id.startsWith(QLatin1String("language."))) plain << entry.name;
        }
        // What is not ours to translate: names of machines and models, sentences of the engine, paths.
        const QString device = QString::fromStdString(engine::cpu_device().name);
        const QStringList names{"Pond", "scheduler", "tokenizer", "transformer", "text_encoder", "vae"};
        QStringList wrong;
        for (const QString& text : plain) {
            if (text == device || names.contains(text) || text.startsWith(QLatin1String("Wan2.1")) || text.startsWith(QLatin1Char('/')) || text.startsWith(QLatin1String("Careful"))) continue;
            wrong << text;
        }
        for (const QString& each : wrong) qInfo("not translatable: %s", qPrintable(each));
        QVERIFY(wrong.isEmpty());
    }

    void german_is_whole() {
        QFile file(QStringLiteral(TIMERIPPLE_SOURCE_DIR "/resources/translations/studio_de.ts"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QXmlStreamReader xml(&file);
        static const QRegularExpression kPlace(QStringLiteral("%L?\\d|%n"));
        auto places = [](const QString& text) {
            QStringList all;
            for (auto it = kPlace.globalMatch(text); it.hasNext();) all << it.next().captured();
            all.sort();
            all.removeDuplicates();
            return all;
        };
        QString source;
        int texts = 0;
        while (!xml.atEnd()) {
            xml.readNext();
            if (!xml.isStartElement()) continue;
            if (xml.name() == QLatin1String("source")) source = xml.readElementText();
            if (xml.name() != QLatin1String("translation")) continue;
            ++texts;
            QVERIFY2(xml.attributes().value(QLatin1String("type")) != QLatin1String("unfinished"), qPrintable(source));
            const QString german = xml.readElementText(QXmlStreamReader::IncludeChildElements);
            QVERIFY2(!german.trimmed().isEmpty(), qPrintable(source));
            QCOMPARE(places(german), places(source));
        }
        QVERIFY(!xml.hasError());
        QVERIFY(texts > 250);
    }

    void the_window_speaks_german() {
        bool known = false;
        for (const Language& language : languages()) known = known || language.code == QLatin1String("de");
        if (!known) QSKIP("Built without lrelease.");
        speak(*qApp, QStringLiteral("de"));
        {
            TestStudio studio;
            QCOMPARE(studio.window.menuBar()->actions().first()->text().remove(QLatin1Char('&')), QStringLiteral("Datei"));
            QCOMPARE(studio.action("run.generate")->text(), QStringLiteral("Erzeugen"));
        }
        speak(*qApp, QStringLiteral("en"));
        TestStudio studio;
        QCOMPARE(studio.window.menuBar()->actions().first()->text().remove(QLatin1Char('&')), QStringLiteral("File"));
    }

    // As spin boxes do beside them.
    void numbers_are_written_as_the_country_does() {
        QCOMPARE(percentText(0.784), QStringLiteral("78.4 %"));
        QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
        QCOMPARE(percentText(0.784), QStringLiteral("78,4 %"));
        QCOMPARE(secondsText(1.5), QStringLiteral("1,50 s"));
        QCOMPARE(decimalText(12345.6, 1), QStringLiteral("12345,6"));
        engine::RippleMeasurement measured;
        measured.clips = 6, measured.psnr_mean_db = 33.7, measured.psnr_min_db = 27.2, measured.speedup_denoising = 1.57;
        measured.device_name = "AMD EPYC, 2 cores", measured.threads = 2;
        QCOMPARE(measurementText(measured), QStringLiteral("33,7 dB mean, 27,2 dB worst of 6 clips, 1,57× faster (AMD EPYC, 2 cores, 2 threads)"));
        QLocale::setDefault(QLocale::c());
    }
};

QTEST_MAIN(TestTranslation)
#include "tst_translation.moc"
