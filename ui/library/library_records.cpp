#include "ui/library/library_records.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QRandomGenerator>
#include <QStringList>
#include <QtEndian>
#include <atomic>

#include "engine/api/setting_names.h"

namespace timeripple::ui {

quint64 newLibraryId() {
    constexpr quint64 kCounterBits = 20;
    static std::atomic<quint64> counter = QRandomGenerator::global()->generate();
    const quint64 count = counter.fetch_add(1) & ((1u << kCounterBits) - 1);
    return (quint64(QDateTime::currentMSecsSinceEpoch()) << kCounterBits) | count;
}

quint64 groupOf(const engine::GenerationRequest& request) {
    engine::GenerationRequest same = request;
    same.seed = 0;
    const QByteArray hash = QCryptographicHash::hash(QByteArray::fromStdString(engine::to_json(same)), QCryptographicHash::Sha1);
    return qFromLittleEndian<quint64>(hash.constData()) >> 1;  // SQLite's integers are signed
}

QString searchTextOf(const ClipSummary& clip) {
    const auto& r = clip.recipe.request;
    auto word = [](std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); };
    QStringList words{QString::fromStdString(r.prompt), QString::fromStdString(r.negative_prompt)};
    words << QStringLiteral("seed %1").arg(r.seed) << QStringLiteral("%1 steps").arg(r.steps)
          << QStringLiteral("%1x%2").arg(r.width).arg(r.height) << QStringLiteral("%1 frames").arg(r.frames)
          << QStringLiteral("guidance %1").arg(r.guidance_scale) << word(engine::word_of(r.scheduler))
          << word(engine::word_of(r.attention)) << word(engine::word_of(r.precision)) << QString::fromStdString(r.preset_name)
          << QString::fromStdString(clip.recipe.provenance.model_name)
          << QString::fromStdString(clip.recipe.provenance.device_name);
    return QLatin1Char('\n') + words.join(QLatin1Char('\n')).toLower() + QLatin1Char('\n');
}

}  // namespace timeripple::ui
