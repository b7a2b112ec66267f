#include "ui/session/request_differences.h"

#include <QCoreApplication>
#include <QLocale>

#include "engine/api/setting_names.h"
#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(RequestDifferences)
};

// As it begins; what it became stands in a row of its own.
QString firstAttention(const engine::GenerationRequest& request) {
    if (request.attention == engine::AttentionMode::Dense) return Words::tr("dense");
    const QString name = presetText(request.preset_name);
    return name.isEmpty() ? Words::tr("ripple") : name;
}

// What was changed while it ran, or by a fork.
QString changesText(const engine::GenerationRequest& request) {
    QStringList parts;
    for (const auto& change : request.attention_changes) {
        QString what = QString::fromStdString(change.preset_name);
        if (change.mode == engine::AttentionMode::Dense) what = Words::tr("dense");
        if (what.isEmpty()) what = Words::tr("threshold %1").arg(decimalText(change.ripple.schedule.theta_max, 2));
        parts << Words::tr("%1 from step %2").arg(what).arg(change.from_step);
    }
    return parts.isEmpty() ? Words::tr("none") : parts.join(QStringLiteral(", "));
}

QString numbersText(const std::array<double, engine::kAxes>& values) {
    QStringList parts;
    for (double value : values) parts << QString::number(value);
    return parts.join(QStringLiteral(" · "));
}

QString listText(const std::vector<int>& values) {
    QStringList parts;
    for (int value : values) parts << QString::number(value);
    return parts.isEmpty() ? Words::tr("none") : parts.join(QStringLiteral(", "));
}

QString axesText(const std::array<bool, engine::kAxes>& axes) {
    constexpr const char* kNames[] = {"t", "y", "x"};
    QString result;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) result += axes[axis] ? QLatin1String(kNames[axis]) : QLatin1String();
    return result.isEmpty() ? Words::tr("none") : result;
}

QString wordText(std::string_view word) { return QString::fromUtf8(word.data(), qsizetype(word.size())); }
QString yesNo(bool value) { return value ? Words::tr("yes") : Words::tr("no"); }

// Settings of attention reuse: only where both sides reuse, since a dense run has none.
template <typename Add>
void addRipple(const engine::RippleSettings& a, const engine::RippleSettings& b, Add add) {
    auto number = [](double value) { return decimalText(value, 2); };
    add(Words::tr("threshold"), number(a.schedule.theta_max), number(b.schedule.theta_max));
    add(Words::tr("first threshold"), number(a.schedule.theta_min), number(b.schedule.theta_min));
    add(Words::tr("dense until step"), QString::number(a.schedule.i_min), QString::number(b.schedule.i_min));
    add(Words::tr("full threshold from step"), QString::number(a.schedule.i_max), QString::number(b.schedule.i_max));
    add(Words::tr("last step dense"), yesNo(a.schedule.last_step_dense), yesNo(b.schedule.last_step_dense));
    add(Words::tr("axes"), axesText(a.axes), axesText(b.axes));
    add(Words::tr("granularity"), wordText(word_of(a.granularity)), wordText(word_of(b.granularity)));
    add(Words::tr("stands for a group"), wordText(word_of(a.reference)), wordText(word_of(b.reference)));
    add(Words::tr("query factors t · y · x"), numbersText(a.query_factor), numbersText(b.query_factor));
    add(Words::tr("key factors t · y · x"), numbersText(a.key_factor), numbersText(b.key_factor));
    add(Words::tr("weight of values"), number(a.key_value_weight), number(b.key_value_weight));
    add(Words::tr("first frame exempt"), yesNo(a.exempt_first_frame), yesNo(b.exempt_first_frame));
    add(Words::tr("dense layers"), listText(a.dense_layers), listText(b.dense_layers));
    add(Words::tr("dense heads"), listText(a.dense_heads), listText(b.dense_heads));
    add(Words::tr("exact near field"), yesNo(a.near_field), yesNo(b.near_field));
    add(Words::tr("carried over steps"), wordText(word_of(a.carry)), wordText(word_of(b.carry)));
}

}  // namespace

QVector<SettingDifference> settingDifferences(const engine::GenerationRequest& a, const engine::GenerationRequest& b) {
    QVector<SettingDifference> rows;
    auto add = [&rows](const QString& name, const QString& left, const QString& right) {
        if (left != right) rows.append({name, left, right});
    };
    auto quoted = [](const std::string& value) { return QStringLiteral("\"%1\"").arg(QString::fromStdString(value)); };
    auto number = [](auto value) { return QString::number(value); };
    auto real = [](double value) { return QLocale().toString(value); };
    add(Words::tr("attention"), firstAttention(a), firstAttention(b));
    if (a.attention == b.attention && a.attention == engine::AttentionMode::Ripple) addRipple(a.ripple, b.ripple, add);
    add(Words::tr("changed on the way"), changesText(a), changesText(b));
    add(Words::tr("prompt"), quoted(a.prompt), quoted(b.prompt));
    add(Words::tr("without"), quoted(a.negative_prompt), quoted(b.negative_prompt));
    add(Words::tr("size"), QStringLiteral("%1 × %2").arg(a.width).arg(a.height), QStringLiteral("%1 × %2").arg(b.width).arg(b.height));
    add(Words::tr("frames"), number(a.frames), number(b.frames));
    add(Words::tr("frames a second"), real(a.fps), real(b.fps));
    add(Words::tr("steps"), number(a.steps), number(b.steps));
    add(Words::tr("guidance"), real(a.guidance_scale), real(b.guidance_scale));
    add(Words::tr("shift"), real(a.flow_shift), real(b.flow_shift));
    add(Words::tr("scheduler"), wordText(word_of(a.scheduler)), wordText(word_of(b.scheduler)));
    add(Words::tr("seed"), number(a.seed), number(b.seed));
    add(Words::tr("noise from"), QString::fromStdString(a.initial_latents_path), QString::fromStdString(b.initial_latents_path));
    add(Words::tr("model"), QString::fromStdString(a.model_path), QString::fromStdString(b.model_path));
    add(Words::tr("precision"), wordText(word_of(a.precision)), wordText(word_of(b.precision)));
    add(Words::tr("device"), wordText(word_of(a.device)), wordText(word_of(b.device)));
    auto threads = [](int count) { return count > 0 ? QString::number(count) : Words::tr("as many as cores"); };
    add(Words::tr("threads"), threads(a.threads), threads(b.threads));
    add(Words::tr("decoding in tiles"), yesNo(a.vae_tiling), yesNo(b.vae_tiling));
    return rows;
}

QStringList requestDifferences(const engine::GenerationRequest& a, const engine::GenerationRequest& b) {
    QStringList lines;
    for (const SettingDifference& row : settingDifferences(a, b)) {
        lines << QStringLiteral("%1 %2, %3").arg(row.name, row.left, row.right);
    }
    return lines;
}

}  // namespace timeripple::ui
