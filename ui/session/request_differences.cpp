#include "ui/session/request_differences.h"

#include <QCoreApplication>

namespace timeripple::ui {
namespace {

QString text(const char* word) { return QCoreApplication::translate("RequestDifferences", word); }

QString attentionText(const engine::GenerationRequest& request) {
    if (request.attention == engine::AttentionMode::Dense) return text("dense");
    const QString name = QString::fromStdString(request.preset_name);
    return name.isEmpty() ? text("ripple") : name;
}

}  // namespace

QStringList requestDifferences(const engine::GenerationRequest& a, const engine::GenerationRequest& b) {
    QStringList lines;
    auto add = [&lines](const QString& name, const QString& left, const QString& right) {
        if (left != right) lines << QStringLiteral("%1 %2, %3").arg(name, left, right);
    };
    auto quoted = [](const std::string& value) { return QStringLiteral("\"%1\"").arg(QString::fromStdString(value)); };
    add(text("attention"), attentionText(a), attentionText(b));
    if (a.attention == b.attention && a.attention == engine::AttentionMode::Ripple) {
        add(text("threshold"), QString::number(a.ripple.schedule.theta_max, 'f', 2),
            QString::number(b.ripple.schedule.theta_max, 'f', 2));
    }
    add(text("prompt"), quoted(a.prompt), quoted(b.prompt));
    add(text("without"), quoted(a.negative_prompt), quoted(b.negative_prompt));
    add(text("size"), QStringLiteral("%1 × %2").arg(a.width).arg(a.height), QStringLiteral("%1 × %2").arg(b.width).arg(b.height));
    add(text("frames"), QString::number(a.frames), QString::number(b.frames));
    add(text("steps"), QString::number(a.steps), QString::number(b.steps));
    add(text("guidance"), QString::number(a.guidance_scale), QString::number(b.guidance_scale));
    add(text("shift"), QString::number(a.flow_shift), QString::number(b.flow_shift));
    add(text("seed"), QString::number(a.seed), QString::number(b.seed));
    add(text("model"), QString::fromStdString(a.model_path), QString::fromStdString(b.model_path));
    add(text("threads"), QString::number(a.threads), QString::number(b.threads));
    return lines;
}

}  // namespace timeripple::ui
