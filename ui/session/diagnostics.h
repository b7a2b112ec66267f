#pragma once
// What helps to find a fault, as text: versions, devices, screen, settings, the last log. Without prompts, names and paths unless
// the user wants them in. No widgets.

#include <QMap>
#include <QString>

#include "engine/api/device_info.h"
#include "engine/api/generation_request.h"
#include "engine/api/result.h"

namespace timeripple::ui {

struct DiagnosticsInput {
    std::vector<engine::DeviceInfo> devices;
    engine::GenerationRequest request;  // as in the left panel
    QString model_name;
    QString log_folder;
    bool with_private = false;  // prompts, paths and names of files, the name of the account and the machine
};

// File name -> text: report.txt, settings.json, timeripple.log.
QMap<QString, QString> diagnosticsOf(const DiagnosticsInput& input);
// Writes them into a new folder below `parent`, named after the time; its path, or the error with the way out.
engine::Result<QString> writeDiagnostics(const DiagnosticsInput& input, const QString& parent);

// Home folder, account, machine and every path outside of the system replaced.
QString withoutPrivate(QString text);

}  // namespace timeripple::ui
