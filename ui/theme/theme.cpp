#include "ui/theme/theme.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusVariant>
#include <QFile>
#include <QFont>
#include <QFontDatabase>
#include <QStyleFactory>

#include "ui/theme/theme_tokens.h"

// A static library's resources are not registered by themselves. Must stand outside of namespaces.
static void registerResources() { Q_INIT_RESOURCE(resources); }

namespace timeripple::ui {
namespace {

constexpr auto kPortalService = "org.freedesktop.portal.Desktop";
constexpr auto kPortalPath = "/org/freedesktop/portal/desktop";
constexpr auto kPortalInterface = "org.freedesktop.portal.Settings";
constexpr auto kAppearance = "org.freedesktop.appearance";
constexpr auto kColourScheme = "color-scheme";
constexpr int kPortalTimeoutMs = 200;

// The portal wraps the answer in one or two variants, by version. 1 means dark, 2 light, 0 no preference.
uint schemeOf(QVariant value) {
    while (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
    return value.toUInt();
}

}  // namespace

Theme::Theme(QApplication& application, QObject* parent) : QObject(parent), application_(application) {
    registerResources();
    desktop_dark_ = application.palette().color(QPalette::Window).lightnessF() < 0.5;
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QFont font = application.font();
    // Where the desktop names no font of its own, Inter is nearer to what the layouts were drawn with.
    if (font.family() == QLatin1String("DejaVu Sans") || font.family() == QLatin1String("Sans Serif")) {
        if (QFontDatabase::hasFamily(QStringLiteral("Inter"))) font.setFamily(QStringLiteral("Inter"));
    }
    font.setPixelSize(kTextPixels);
    application.setFont(font);
    dark_ = desktop_dark_;
    apply();
}

void Theme::setChoice(ThemeChoice choice) {
    choice_ = choice;
    apply();
}

void Theme::setDesktopDark(bool dark) {
    desktop_dark_ = dark;
    apply();
}

void Theme::apply() {
    const bool dark = choice_ == ThemeChoice::Dark || (choice_ == ThemeChoice::Desktop && desktop_dark_);
    if (applied_ && dark == dark_) return;
    applied_ = true;
    dark_ = dark;
    const ThemeTokens& tokens = dark ? darkTokens() : lightTokens();
    application_.setPalette(paletteFor(tokens));
    application_.setStyleSheet(styleSheetFor(tokens));
    Q_EMIT changed();
}

QPalette Theme::paletteFor(const ThemeTokens& t) {
    QPalette p;
    p.setColor(QPalette::Window, t.panel);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.raised);
    p.setColor(QPalette::AlternateBase, t.panel);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::PlaceholderText, t.dim_text);
    p.setColor(QPalette::Button, t.raised);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::BrightText, t.text);
    p.setColor(QPalette::ToolTipBase, t.raised);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::Highlight, t.accent);
    p.setColor(QPalette::HighlightedText, t.on_accent);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::Mid, t.line);
    p.setColor(QPalette::Midlight, t.line);
    p.setColor(QPalette::Dark, t.line);
    p.setColor(QPalette::Light, t.hover);
    p.setColor(QPalette::Shadow, t.window);
    for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        QColor faint = t.dim_text;
        faint.setAlphaF(0.6f);
        p.setColor(QPalette::Disabled, role, faint);
    }
    return p;
}

QString Theme::styleSheetFor(const ThemeTokens& t) {
    registerResources();
    QFile file(QStringLiteral(":/themes/studio.qss"));
    if (!file.open(QIODevice::ReadOnly)) return {};
    QString sheet = QString::fromUtf8(file.readAll());
    const std::pair<const char*, QColor> kNames[] = {
        {"@window", t.window}, {"@panel", t.panel},         {"@raised", t.raised}, {"@hover", t.hover},
        {"@line", t.line},     {"@text", t.text},           {"@dim", t.dim_text},  {"@accent", t.accent},
        {"@canvas", t.canvas}, {"@onaccent", t.on_accent},  {"@good", t.good},     {"@warning", t.warning}};
    for (const auto& [name, colour] : kNames) {
        sheet.replace(QLatin1String(name) + QLatin1Char(';'), colour.name() + QLatin1Char(';'));
    }
    sheet.replace(QLatin1String("@mode"), t.dark ? QLatin1String("dark") : QLatin1String("light"));
    return sheet;
}

void Theme::watchDesktop() {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    bus.connect(QLatin1String(kPortalService), QLatin1String(kPortalPath), QLatin1String(kPortalInterface),
                QStringLiteral("SettingChanged"), this,
                SLOT(onPortalSettingChanged(QString, QString, QDBusVariant)));
    QDBusMessage read = QDBusMessage::createMethodCall(QLatin1String(kPortalService), QLatin1String(kPortalPath),
                                                       QLatin1String(kPortalInterface), QStringLiteral("Read"));
    read << QString::fromLatin1(kAppearance) << QString::fromLatin1(kColourScheme);
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(read, kPortalTimeoutMs), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* done) {
        const QDBusMessage reply = done->reply();
        const uint scheme = reply.type() == QDBusMessage::ReplyMessage ? schemeOf(reply.arguments().value(0)) : 0;
        if (scheme != 0) setDesktopDark(scheme == 1);
        done->deleteLater();
    });
}

void Theme::onPortalSettingChanged(const QString& group, const QString& key, const QDBusVariant& value) {
    if (group != QLatin1String(kAppearance) || key != QLatin1String(kColourScheme)) return;
    if (const uint scheme = schemeOf(value.variant()); scheme != 0) setDesktopDark(scheme == 1);
}

}  // namespace timeripple::ui
