// What a run measured, in a compact form: a head, then each part compressed by itself.
#include <QDataStream>
#include <QIODevice>
#include <limits>

#include "ui/library/clip_folder.h"

namespace timeripple::ui {
namespace {

constexpr quint32 kMagic = 0x54525242;  // TRRB
constexpr quint32 kVersion = 2;  // 1: maps without Delta of single layers and heads
constexpr int kCompression = 1;  // maps fall to a fifth and less; a higher level is slower and hardly smaller
constexpr qint64 kMaxItems = qint64(1) << 26;

template <typename T>
void putVector(QDataStream& out, const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    out << qint64(values.size());
    const qint64 bytes = qint64(values.size() * sizeof(T));
    const char* data = reinterpret_cast<const char*>(values.data());
    for (qint64 at = 0; at < bytes; at += std::numeric_limits<int>::max()) {
        out.writeRawData(data + at, int(std::min<qint64>(bytes - at, std::numeric_limits<int>::max())));
    }
}

template <typename T>
bool takeVector(QDataStream& in, std::vector<T>* values) {
    qint64 count = 0;
    in >> count;
    if (in.status() != QDataStream::Ok || count < 0 || count > kMaxItems) return false;
    if (count * qint64(sizeof(T)) > in.device()->bytesAvailable()) return false;
    values->resize(std::size_t(count));
    const int bytes = int(count * qint64(sizeof(T)));
    return in.readRawData(reinterpret_cast<char*>(values->data()), bytes) == bytes;
}

template <typename Write>
QByteArray part(Write write) {
    QByteArray plain;
    QDataStream out(&plain, QIODevice::WriteOnly);
    out.setVersion(QDataStream::Qt_6_4);
    write(out);
    return qCompress(plain, kCompression);
}

template <typename Read>
bool readPart(QDataStream& from, Read read) {
    QByteArray packed;
    from >> packed;
    if (from.status() != QDataStream::Ok) return false;
    const QByteArray plain = qUncompress(packed);
    QDataStream in(plain);
    in.setVersion(QDataStream::Qt_6_4);
    return read(in) && in.status() == QDataStream::Ok;
}

void put(QDataStream& out, const engine::StepStats& step) {
    out << qint32(step.step) << qint32(step.steps) << step.threshold << step.dense << step.seconds << qint32(step.layers.size());
    for (const auto& layer : step.layers) {
        out << double(layer.attention_seconds) << double(layer.overhead_seconds);
        putVector(out, layer.heads);
    }
}

bool take(QDataStream& in, engine::StepStats* step) {
    qint32 number = 0, steps = 0, layers = 0;
    in >> number >> steps >> step->threshold >> step->dense >> step->seconds >> layers;
    if (in.status() != QDataStream::Ok || layers < 0 || layers > 10'000) return false;
    step->step = number;
    step->steps = steps;
    step->layers.resize(std::size_t(layers));
    for (auto& layer : step->layers) {
        double attention = 0.0, overhead = 0.0;
        in >> attention >> overhead;
        layer.attention_seconds = float(attention);
        layer.overhead_seconds = float(overhead);
        if (!takeVector(in, &layer.heads)) return false;
    }
    return true;
}

void put(QDataStream& out, const engine::TokenMap& map) {
    out << qint32(map.step) << qint32(map.grid[0]) << qint32(map.grid[1]) << qint32(map.grid[2]) << qint32(map.layers) << qint32(map.heads);
    putVector(out, map.mean_share);
    putVector(out, map.origin);
    putVector(out, map.mean_delta);
    putVector(out, map.mean_merged);
    putVector(out, map.delta);
}

bool take(QDataStream& in, quint32 version, engine::TokenMap* map) {
    qint32 step = 0, t = 0, y = 0, x = 0, layers = 0, heads = 0;
    in >> step >> t >> y >> x >> layers >> heads;
    map->step = step;
    map->grid = {t, y, x};
    map->layers = layers;
    map->heads = heads;
    if (!takeVector(in, &map->mean_share) || !takeVector(in, &map->origin)) return false;
    if (!takeVector(in, &map->mean_delta) || !takeVector(in, &map->mean_merged)) return false;
    if (version >= 2 && !takeVector(in, &map->delta)) return false;
    // Views index by grid, layers and heads: the counts have to agree with them.
    if (t < 0 || y < 0 || x < 0 || layers < 0 || heads < 0) return false;
    const std::size_t tokens = map->tokens();
    const std::size_t calls = std::size_t(layers) * std::size_t(heads);
    auto none_or = [](const auto& values, std::size_t count) { return values.empty() || values.size() == count; };
    return map->mean_share.size() == 2 * engine::kOrigins * tokens && none_or(map->origin, calls * 2 * tokens) &&
           none_or(map->mean_delta, 2 * tokens) && none_or(map->mean_merged, 2 * tokens) && none_or(map->delta, calls * 2 * tokens);
}

void put(QDataStream& out, const engine::FrameSequence& frames) {
    out << qint32(frames.frames) << qint32(frames.height) << qint32(frames.width) << frames.fps;
    putVector(out, frames.rgb);
}

bool take(QDataStream& in, engine::FrameSequence* frames) {
    qint32 count = 0, height = 0, width = 0;
    in >> count >> height >> width >> frames->fps;
    if (count < 0 || height < 0 || width < 0 || count > 100'000 || height > 100'000 || width > 100'000) return false;
    frames->frames = count;
    frames->height = height;
    frames->width = width;
    return takeVector(in, &frames->rgb) && frames->rgb.size() == frames->frame_bytes() * std::size_t(count);
}

}  // namespace

QByteArray packRun(const RunRecord& record) {
    QByteArray packed;
    QDataStream out(&packed, QIODevice::WriteOnly);
    out.setVersion(QDataStream::Qt_6_4);
    out << kMagic << kVersion << part([&](QDataStream& to) {
        to << qint32(record.steps.size());
        for (const auto& step : record.steps) put(to, step);
    });
    out << qint32(record.token_maps.size());
    for (const auto& [step, map] : record.token_maps) out << part([&](QDataStream& to) { put(to, *map); });
    out << qint32(record.previews.size());
    for (const auto& [step, frames] : record.previews) {
        out << part([&](QDataStream& to) {
            to << qint32(step);
            put(to, *frames);
        });
    }
    return packed;
}

bool unpackRun(const QByteArray& packed, RunRecord* into) {
    QDataStream in(packed);
    in.setVersion(QDataStream::Qt_6_4);
    quint32 magic = 0, version = 0;
    in >> magic >> version;
    if (magic != kMagic || version < 1 || version > kVersion) return false;
    RunRecord read;
    const bool steps_good = readPart(in, [&](QDataStream& from) {
        qint32 count = 0;
        from >> count;
        if (count < 0 || count > 100'000) return false;
        for (qint32 i = 0; i < count; ++i) {
            engine::StepStats step;
            if (!take(from, &step)) return false;
            read.steps.push_back(std::move(step));
        }
        return true;
    });
    if (!steps_good) return false;
    qint32 maps = 0;
    in >> maps;
    for (qint32 i = 0; i < maps; ++i) {
        auto map = std::make_shared<engine::TokenMap>();
        if (!readPart(in, [&](QDataStream& from) { return take(from, version, map.get()); })) return false;
        read.token_maps[map->step] = map;
    }
    qint32 previews = 0;
    in >> previews;
    for (qint32 i = 0; i < previews; ++i) {
        auto frames = std::make_shared<engine::FrameSequence>();
        qint32 step = 0;
        const bool good = readPart(in, [&](QDataStream& from) {
            from >> step;
            return take(from, frames.get());
        });
        if (!good) return false;
        read.previews[step] = frames;
    }
    into->steps = std::move(read.steps);
    into->token_maps = std::move(read.token_maps);
    into->previews = std::move(read.previews);
    return true;
}

}  // namespace timeripple::ui
