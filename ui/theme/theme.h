#pragma once
// Applies palette, style sheet and font, and follows the desktop's light or dark setting. Fusion style everywhere, because the
// platform styles of Qt 6.4 know no colour scheme.

#include <QObject>
#include <QPalette>

class QApplication;
class QDBusVariant;

namespace timeripple::ui {

struct ThemeTokens;

enum class ThemeChoice { Desktop, Light, Dark };

class Theme final : public QObject {
    Q_OBJECT
  public:
    // Reads the desktop's palette first: call before any other style is set.
    explicit Theme(QApplication& application, QObject* parent = nullptr);

    ThemeChoice choice() const { return choice_; }
    void setChoice(ThemeChoice choice);
    bool dark() const { return dark_; }

    // Asks the desktop portal for its colour scheme and listens for changes; asynchronous, silent where there is no portal.
    // Call it once the window stands: connecting to the session bus takes time.
    void watchDesktop();

    static QPalette paletteFor(const ThemeTokens& tokens);
    static QString styleSheetFor(const ThemeTokens& tokens);

  Q_SIGNALS:
    void changed();

  private Q_SLOTS:
    void onPortalSettingChanged(const QString& group, const QString& key, const QDBusVariant& value);

  private:
    void setDesktopDark(bool dark);
    void apply();

    QApplication& application_;
    ThemeChoice choice_ = ThemeChoice::Desktop;
    bool desktop_dark_ = true;
    bool dark_ = true;
    bool applied_ = false;
};

}  // namespace timeripple::ui
