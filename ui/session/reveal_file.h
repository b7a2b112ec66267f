#pragma once
// A written file outside of this program: shown in the file manager, on the clipboard.

#include <QMimeData>
#include <QString>

namespace timeripple::ui {

// Selected in the desktop's file manager (org.freedesktop.FileManager1); where there is none, its folder is opened. Returns at
// once.
void revealFile(const QString& path);
// The file as a URL and as text: for the clipboard and for a drag.
QMimeData* mimeOfFile(const QString& path);

}  // namespace timeripple::ui
