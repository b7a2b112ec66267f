// The File menu: open, model, export, quit.
#include <QFileDialog>
#include <QStatusBar>

#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/window_parts.h"
#include "ui/settings/app_settings.h"

namespace timeripple::ui {
namespace {

void chooseOpen(MainWindow& window) {
    auto* dialog = new QFileDialog(&window, MainWindow::tr("Open a clip or recipe"), window.settings().exportFolder(),
                                   MainWindow::tr("Clips and recipes (*.mp4 *.mkv *.webm *.mov *.png *.json);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    QObject::connect(dialog, &QFileDialog::fileSelected, &window, &MainWindow::openPath);
    dialog->open();
}

void saveFramePicture(MainWindow& window) {
    const QImage picture = shownPicture(window);
    if (picture.isNull()) {
        window.showMessage(MainWindow::tr("There is no picture to save yet."));
        return;
    }
    auto* dialog = new QFileDialog(&window, MainWindow::tr("Save this frame"),
                                   window.settings().exportFolder() + QStringLiteral("/frame.png"), MainWindow::tr("PNG (*.png)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    QObject::connect(dialog, &QFileDialog::fileSelected, &window, [&window, picture](const QString& path) {
        window.showMessage(picture.save(path, "PNG") ? MainWindow::tr("Written: %1").arg(path)
                                                     : MainWindow::tr("%1 could not be written.").arg(path));
    });
    dialog->open();
}

}  // namespace

void addFileActions(MainWindow& window) {
    const QString file = MainWindow::tr("File");
    MainWindow* w = &window;
    window.addAction(file, "file.open", MainWindow::tr("Open a clip or recipe…"), QKeySequence::Open, [w] { chooseOpen(*w); });
    window.addAction(file, "file.model", MainWindow::tr("Choose a model folder…"), QKeySequence(QStringLiteral("Ctrl+M")),
                     [w] { w->chooseModelFolder(); });
    window.addAction(file, "file.export", MainWindow::tr("Export…"), QKeySequence(QStringLiteral("Ctrl+E")),
                     [w] { w->showExport(w->shownClip()); });
    window.addAction(file, "file.frame", MainWindow::tr("Save this frame as a picture…"), QKeySequence(QStringLiteral("Ctrl+Shift+S")),
                     [w] { saveFramePicture(*w); });
}

void addQuit(MainWindow& window) {
    window.actions().beginSection();
    window.addAction(MainWindow::tr("File"), "file.quit", MainWindow::tr("Quit"), QKeySequence(QStringLiteral("Ctrl+Q")),
                     [w = &window] { w->close(); });
}

}  // namespace timeripple::ui
