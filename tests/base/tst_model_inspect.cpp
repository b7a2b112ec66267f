// What a path is said to be: Pond, broken copies of it, other models, single files; memory, vocabulary, presets.
#include "engine/api/model_info.h"
#include "engine/api/presets.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <functional>

using namespace timeripple::engine;

namespace {

const QString kPond = QStringLiteral(TIMERIPPLE_SOURCE_DIR "/resources/models/pond");

// The folder again, every file a link: as in a hub cache, and cheap.
void link_tree(const QString& from, const QString& to) {
    QVERIFY(QDir().mkpath(to));
    QDirIterator it(from, QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext()) {
        const QString file = it.next();
        const QString target = to + file.mid(from.size());
        QVERIFY(QDir().mkpath(QFileInfo(target).path()));
        QVERIFY(QFile::link(file, target));
    }
}

void replace(const QString& file, const QByteArray& content) {
    QFile::remove(file);
    QVERIFY(QDir().mkpath(QFileInfo(file).path()));
    QFile out(file);
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(content);
}

QByteArray content(const QString& file) {
    QFile in(file);
    return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
}

void set_in_json(const QString& file, const QString& key, const QJsonValue& value) {
    auto object = QJsonDocument::fromJson(content(file)).object();
    object[key] = value;
    replace(file, QJsonDocument(object).toJson());
}

QByteArray safetensors(const QByteArray& header, int bytes) {
    QByteArray file(8, '\0');
    for (int i = 0; i < 8; ++i)
        file[i] = char((quint64(header.size()) >> (8 * i)) & 255);
    return file + header + QByteArray(bytes, '\0');
}

QString text(const std::string& s) {
    return QString::fromStdString(s);
}

}  // namespace

using Change = std::function<void(const QString&)>;
Q_DECLARE_METATYPE(Change)

class TestModelInspect : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase();
    void pond();
    void hubCache();
    void fullSizeWan();
    void brokenFolders_data();
    void brokenFolders();
    void otherFolders();
    void singleFiles_data();
    void singleFiles();
    void nothingThere();
    void digestSeesOtherWeights();
    void memory();
    void unknownWords();
    void presets();

  private:
    QTemporaryDir dir_;
};

void TestModelInspect::initTestCase() {
    qputenv("XDG_STATE_HOME", dir_.filePath("state").toUtf8());
    qputenv("XDG_DATA_HOME", dir_.filePath("data").toUtf8());
    qunsetenv("TIMERIPPLE_RESOURCES");
}

void TestModelInspect::pond() {
    const auto path = builtin_model_path();
    QVERIFY(path.ok());
    QCOMPARE(text(*path), QFileInfo(kPond).canonicalFilePath());
    const auto info = inspect_model(*path);
    QVERIFY(info.ok());
    QVERIFY2(info->supported, info->problem.c_str());
    QCOMPARE(info->name, std::string("Pond"));
    QCOMPARE(info->family, std::string("Wan2.1"));
    QCOMPARE(info->components.size(), std::size_t(5));
    for (const auto& part : info->components)
        QVERIFY2(part.problem.empty() && part.file_bytes + 1 > 0, part.problem.c_str());
    QVERIFY(info->layers > 0 && info->heads > 0 && info->head_dim > 0);
    QCOMPARE(info->components[2].tensors, 15 + 27 * info->layers);
    QVERIFY(validate([&] {
                auto request = info->defaults;
                request.prompt = "a fish";
                return request;
            }())
                .ok());
    QVERIFY(!info->vocabulary.groups.empty());
    QVERIFY(!info->vocabulary.examples.empty());
    QCOMPARE(info->digest.size(), std::size_t(16));
    QCOMPARE(info->digest, inspect_model(*path)->digest);
}

void TestModelInspect::hubCache() {
    const QString cache = dir_.filePath("models--owner--Fine-Model");
    link_tree(kPond, cache + "/snapshots/0123abcd");
    for (const QString& path : {cache, cache + "/snapshots/0123abcd", cache + "/snapshots/0123abcd/",
                                cache + "/snapshots/0123abcd/model_index.json"}) {
        const auto info = inspect_model(path.toStdString());
        QVERIFY(info.ok());
        QVERIFY2(info->supported, info->problem.c_str());
        QCOMPARE(info->name, std::string("Fine-Model"));
        QVERIFY(text(info->path).endsWith("0123abcd"));
    }
}

// The real names and shapes of Wan2.1 T2V 1.3B in sparse files: no weights, 28 GB that take no room.
void TestModelInspect::fullSizeWan() {
    const QString root = dir_.filePath("wan");
    link_tree(kPond, root);
    for (const char* part : {"/transformer", "/text_encoder", "/vae"})
        QDir(root + part).removeRecursively();
    QFile::remove(root + "/pond.json");
    replace(
        root + "/transformer/config.json",
        R"({"_class_name":"WanTransformer3DModel","num_layers":30,"num_attention_heads":12,"attention_head_dim":128,"ffn_dim":8960,
                "in_channels":16,"out_channels":16,"text_dim":4096,"freq_dim":256,"cross_attn_norm":true,"image_dim":null,
                "added_kv_proj_dim":null,"patch_size":[1,2,2],"qk_norm":"rms_norm_across_heads"})");
    replace(
        root + "/text_encoder/config.json",
        R"({"architectures":["UMT5EncoderModel"],"model_type":"umt5","d_model":4096,"d_kv":64,"num_heads":64,"d_ff":10240,
                "num_layers":24,"vocab_size":256384,"relative_attention_num_buckets":32})");
    replace(
        root + "/vae/config.json",
        R"({"_class_name":"AutoencoderKLWan","z_dim":16,"base_dim":96,"dim_mult":[1,2,4,4],"temperal_downsample":[false,true,true]})");
    using Shapes = QList<std::pair<QString, QList<qint64>>>;
    auto write_sparse = [](const QString& path, const Shapes& shapes) {
        QByteArray header = "{";
        qint64 offset = 0;
        for (const auto& [name, shape] : shapes) {
            QStringList extents;
            qint64 bytes = 4;
            for (const qint64 extent : shape) {
                extents << QString::number(extent);
                bytes *= extent;
            }
            if (offset) header += ",";
            header += QString(R"("%1":{"dtype":"F32","shape":[%2],"data_offsets":[%3,%4]})")
                          .arg(name, extents.join(','))
                          .arg(offset)
                          .arg(offset + bytes)
                          .toUtf8();
            offset += bytes;
        }
        replace(path, safetensors(header + "}", 0));
        QVERIFY(QFile::resize(path, QFileInfo(path).size() + offset));
    };
    Shapes dit{{"patch_embedding.weight", {1536, 16, 1, 2, 2}},
               {"patch_embedding.bias", {1536}},
               {"scale_shift_table", {1, 2, 1536}}};
    auto linear = [](Shapes& list, const QString& name, qint64 out, qint64 in) {
        list << std::pair{name + ".weight", QList<qint64>{out, in}} << std::pair{name + ".bias", QList<qint64>{out}};
    };
    linear(dit, "condition_embedder.time_embedder.linear_1", 1536, 256);
    linear(dit, "condition_embedder.time_embedder.linear_2", 1536, 1536);
    linear(dit, "condition_embedder.time_proj", 9216, 1536);
    linear(dit, "condition_embedder.text_embedder.linear_1", 1536, 4096);
    linear(dit, "condition_embedder.text_embedder.linear_2", 1536, 1536);
    linear(dit, "proj_out", 64, 1536);
    for (int n = 0; n < 30; ++n) {
        const QString block = QString("blocks.%1.").arg(n);
        dit << std::pair{block + "scale_shift_table", QList<qint64>{1, 6, 1536}};
        for (const QString& attention : {block + "attn1.", block + "attn2."}) {
            for (const char* name : {"to_q", "to_k", "to_v", "to_out.0"})
                linear(dit, attention + name, 1536, 1536);
            for (const char* name : {"norm_q.weight", "norm_k.weight"})
                dit << std::pair{attention + name, QList<qint64>{1536}};
        }
        dit << std::pair{block + "norm2.weight", QList<qint64>{1536}}
            << std::pair{block + "norm2.bias", QList<qint64>{1536}};
        linear(dit, block + "ffn.net.0.proj", 8960, 1536);
        linear(dit, block + "ffn.net.2", 1536, 8960);
    }
    Shapes text_encoder{{"shared.weight", {256384, 4096}}, {"encoder.final_layer_norm.weight", {4096}}};
    for (int n = 0; n < 24; ++n) {
        const QString layer = QString("encoder.block.%1.layer.").arg(n);
        for (const char* name : {"q", "k", "v", "o"})
            text_encoder << std::pair{layer + "0.SelfAttention." + name + ".weight", QList<qint64>{4096, 4096}};
        text_encoder << std::pair{layer + "0.SelfAttention.relative_attention_bias.weight", QList<qint64>{32, 64}};
        for (const char* name : {"wi_0", "wi_1"})
            text_encoder << std::pair{layer + "1.DenseReluDense." + name + ".weight", QList<qint64>{10240, 4096}};
        text_encoder << std::pair{layer + "1.DenseReluDense.wo.weight", QList<qint64>{4096, 10240}};
        for (const char* part : {"0.layer_norm.weight", "1.layer_norm.weight"})
            text_encoder << std::pair{layer + part, QList<qint64>{4096}};
    }
    write_sparse(root + "/transformer/diffusion_pytorch_model.safetensors", dit);
    write_sparse(root + "/text_encoder/model.safetensors", text_encoder);
    write_sparse(root + "/vae/diffusion_pytorch_model.safetensors",
                 {{"post_quant_conv.weight", {16, 16, 1, 1, 1}},
                  {"decoder.conv_in.weight", {384, 16, 3, 3, 3}},
                  {"decoder.mid_block.attentions.0.to_qkv.weight", {1152, 384, 1, 1}},
                  {"decoder.conv_out.weight", {3, 96, 3, 3, 3}}});
    const auto info = inspect_model(root.toStdString());
    QVERIFY2(info->supported, info->problem.c_str());
    QCOMPARE(info->name, std::string("Wan2.1 T2V 1.3B"));
    QCOMPARE(info->components[2].tensors, 825);
    QCOMPARE(info->components[2].parameters, std::int64_t(1'418'996'800));
    QCOMPARE(info->components[3].tensors, 242);
    QCOMPARE(info->components[3].parameters, std::int64_t(5'680'910'336));
    QCOMPARE(info->defaults.width, 832);
    QCOMPARE(info->defaults.frames, 81);
    QCOMPARE(info->defaults.flow_shift, 3.0);
    auto request = info->defaults;
    request.precision = Precision::BFloat16;
    const auto memory = estimate_memory(*info, request);
    QVERIFY(memory.text_encoding > 11'360'000'000ULL && memory.text_encoding < 12'500'000'000ULL);
    QVERIFY(memory.denoising > 2'840'000'000ULL && memory.denoising < 8'000'000'000ULL);
}

void TestModelInspect::brokenFolders_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("says");
    auto row = [](const char* name, Change change, const char* says) { QTest::newRow(name) << change << says; };
    const QString weights = "/vae/diffusion_pytorch_model.safetensors";
    row(
        "no transformer", [](const QString& d) { QDir(d + "/transformer").removeRecursively(); },
        "has no transformer. Download this part");
    row(
        "no text encoder", [](const QString& d) { QDir(d + "/text_encoder").removeRecursively(); },
        "has no text_encoder");
    row(
        "no weights", [=](const QString& d) { QFile::remove(d + weights); }, "diffusion_pytorch_model.safetensors");
    row(
        "no config", [](const QString& d) { QFile::remove(d + "/vae/config.json"); }, "vae/config.json cannot be read");
    row(
        "no tokenizer files",
        [](const QString& d) { QDir(d + "/tokenizer").removeRecursively(), QDir().mkpath(d + "/tokenizer"); },
        "neither spiece.model nor tokenizer.json");
    row(
        "empty weights", [=](const QString& d) { replace(d + weights, ""); }, "diffusion_pytorch_model.safetensors");
    row(
        "truncated weights", [=](const QString& d) { replace(d + weights, content(kPond + weights).left(100'000)); },
        "diffusion_pytorch_model.safetensors");
    row(
        "pickle", [=](const QString& d) { replace(d + weights, QByteArray("\x80\x02}q\x00.", 6)); }, "pickle");
    row(
        "zip", [=](const QString& d) { replace(d + weights, "PK\x03\x04 archive and more of it"); }, "ZIP archive");
    row(
        "web page", [=](const QString& d) { replace(d + weights, "<!DOCTYPE html><html>Sign in</html>"); }, "web page");
    row(
        "lfs pointer",
        [=](const QString& d) { replace(d + weights, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"); },
        "Git LFS pointer");
    row(
        "config broken", [](const QString& d) { replace(d + "/transformer/config.json", "{\"num_layers\": 8,"); },
        "transformer/config.json is not sound JSON");
    row(
        "config lies", [](const QString& d) { set_in_json(d + "/transformer/config.json", "num_layers", 99); },
        "lack the tensor blocks.");
    row(
        "config type", [](const QString& d) { set_in_json(d + "/transformer/config.json", "num_layers", "many"); },
        "\"num_layers\" must be a whole number, but is \"many\"");
    row(
        "config absurd", [](const QString& d) { set_in_json(d + "/transformer/config.json", "num_layers", 2e9); },
        "\"num_layers\" must be");
    row(
        "other shapes", [](const QString& d) { set_in_json(d + "/transformer/config.json", "ffn_dim", 100); },
        "but config.json asks for [100");
    row(
        "image to video", [](const QString& d) { set_in_json(d + "/transformer/config.json", "image_dim", 1280); },
        "images to video");
    row(
        "other transformer",
        [](const QString& d) { set_in_json(d + "/transformer/config.json", "_class_name", "FluxTransformer2DModel"); },
        "FluxTransformer2DModel, but WanTransformer3DModel");
    row(
        "other vae", [](const QString& d) { set_in_json(d + "/vae/config.json", "_class_name", "AutoencoderKL"); },
        "AutoencoderKL, but AutoencoderKLWan");
    row(
        "other text encoder",
        [](const QString& d) { set_in_json(d + "/text_encoder/config.json", "model_type", "llama"); },
        "llama, but Wan2.1 needs umt5");
    row(
        "other pipeline",
        [](const QString& d) { set_in_json(d + "/model_index.json", "_class_name", "HunyuanVideoPipeline"); },
        "holds a HunyuanVideoPipeline");
    row(
        "wan 2.2", [](const QString& d) { set_in_json(d + "/model_index.json", "expand_timesteps", true); }, "Wan2.2");
    row(
        "index of another kind", [](const QString& d) { replace(d + "/model_index.json", "[]"); },
        "model_index.json is JSON, but not an object");
}

void TestModelInspect::brokenFolders() {
    QFETCH(Change, change);
    QFETCH(QString, says);
    QTemporaryDir dir;
    const QString folder = dir.filePath("model");
    link_tree(kPond, folder);
    change(folder);
    const auto info = inspect_model(folder.toStdString());
    const QString problem = text(info.ok() ? info->problem : info.error().message);
    QVERIFY2(problem.contains(says), qPrintable(problem));
    QVERIFY2(problem.endsWith('.') || problem.endsWith(')') || problem.endsWith('?'), qPrintable(problem));
    if (info.ok()) QVERIFY(!info->supported);
}

void TestModelInspect::otherFolders() {
    QTemporaryDir dir;
    auto problem = [](const QString& path) { return text(inspect_model(path.toStdString())->problem); };
    QVERIFY(problem(dir.path()).contains("has no model_index.json. A model is a folder"));
    QVERIFY(problem(kPond + "/transformer").contains("one part of a model. Choose the folder above it"));
    link_tree(kPond, dir.filePath("inner"));
    QVERIFY(problem(dir.path()).contains("inner has. Choose that."));
    QTemporaryDir original;
    replace(original.filePath("Wan2.1_VAE.pth"), "x");
    QVERIFY(problem(original.path()).contains("-Diffusers"));
}

void TestModelInspect::singleFiles_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("says");
    auto tensors = [](std::initializer_list<std::pair<const char*, int>> list) {
        QByteArray header = "{";
        int offset = 0;
        for (const auto& [name, size] : list) {
            if (offset) header += ",";
            header += "\"" + QByteArray(name) + "\":{\"dtype\":\"F32\",\"shape\":[" + QByteArray::number(size) +
                      "],\"data_offsets\":[" + QByteArray::number(offset) + "," +
                      QByteArray::number(offset + 4 * size) + "]}";
            offset += 4 * size;
        }
        return safetensors(header + "}", offset);
    };
    QTest::newRow("wan 1.3B") << tensors(
                                     {{"blocks.0.attn1.norm_q.weight", 1536}, {"blocks.1.attn1.norm_q.weight", 1536}})
                              << "the transformer of a Wan2.1 model, 1.3B (one shard";
    QTest::newRow("original") << tensors({{"model.blocks.0.self_attn.norm_q.weight", 8}}) << "original layout";
    QTest::newRow("lora") << tensors({{"blocks.0.attn1.to_q.lora_A.weight", 8}}) << "LoRA";
    QTest::newRow("vae") << tensors(
                                {{"decoder.mid_block.attentions.0.to_qkv.weight", 8}, {"post_quant_conv.weight", 8}})
                         << "the VAE of a Wan2.1 model";
    QTest::newRow("hunyuan") << tensors({{"single_transformer_blocks.0.proj_mlp.weight", 8},
                                         {"context_embedder.token_refiner.refiner_blocks.0.norm1.weight", 4}})
                             << "HunyuanVideo";
    QTest::newRow("latents") << tensors({{"latents", 8}}) << "--latents";
    QTest::newRow("unknown") << tensors({{"something", 8}}) << "no known model";
    QTest::newRow("pickle") << QByteArray("\x80\x02}q\x00.", 6) << "pickle";
    QTest::newRow("gguf") << QByteArray("GGUF\x03\0\0\0 and so on", 20) << "GGUF";
    QTest::newRow("empty") << QByteArray() << "file";
    QTest::newRow("text") << QByteArray("hello there") << "file";
}

void TestModelInspect::singleFiles() {
    QFETCH(QByteArray, content);
    QFETCH(QString, says);
    QTemporaryDir dir;
    replace(dir.filePath("some.bin"), content);
    const auto info = inspect_model(dir.filePath("some.bin").toStdString());
    QVERIFY(info.ok());
    QVERIFY(!info->supported);
    QVERIFY2(text(info->problem).contains(says), info->problem.c_str());
    QVERIFY(!info->family.empty());
}

void TestModelInspect::nothingThere() {
    for (const char* path : {"/no/such/model", "", "/dev/null"}) {
        const auto info = inspect_model(path);
        QVERIFY(!info.ok());
        QCOMPARE(int(info.error().code), int(ErrorCode::BadFile));
        QVERIFY(text(info.error().message).endsWith('.'));
    }
    qputenv("TIMERIPPLE_RESOURCES", "/no/such/folder");
    const auto none = builtin_model_path();
    qunsetenv("TIMERIPPLE_RESOURCES");
    QVERIFY(!none.ok());
    QVERIFY(text(none.error().message).contains("Pond"));
}

// Retrained weights have the same header.
void TestModelInspect::digestSeesOtherWeights() {
    QTemporaryDir dir;
    link_tree(kPond, dir.filePath("model"));
    const QString file = "/vae/diffusion_pytorch_model.safetensors";
    QByteArray bytes = content(kPond + file);
    for (int i = bytes.size() - 200'000; i < bytes.size(); ++i)
        bytes[i] = char(i);
    replace(dir.filePath("model") + file, bytes);
    const auto changed = inspect_model(dir.filePath("model").toStdString());
    QVERIFY2(changed->supported, changed->problem.c_str());
    QVERIFY(changed->digest != inspect_model(kPond.toStdString())->digest);
}

void TestModelInspect::memory() {
    const auto info = *inspect_model(kPond.toStdString());
    auto request = info.defaults;
    request.prompt = "x";
    const auto usual = estimate_memory(info, request).peak();
    QVERIFY(usual > 300'000'000 && usual < 2'000'000'000);
    request.frames += 40;
    QVERIFY(estimate_memory(info, request).peak() >= usual);
    request.width = request.height = 4096;
    request.frames = 1025;
    QVERIFY(estimate_memory(info, request).peak() > 20'000'000'000ULL);
    const auto refused = check_memory(info, request, 2'000'000'000);
    QVERIFY(!refused.ok());
    QCOMPARE(int(refused.error().code), int(ErrorCode::OutOfMemory));
    const QString message = text(refused.error().message);
    QVERIFY2(message.contains("4096 x 4096 with 1025 frames needs about") &&
                 message.contains("2.0 GB are free. What would fit: "),
             qPrintable(message));
    // What is advised is accepted.
    const auto match = QRegularExpression("What would fit: (\\d+) x (\\d+) with (\\d+) frames").match(message);
    request.width = match.captured(1).toInt();
    request.height = match.captured(2).toInt();
    request.frames = match.captured(3).toInt();
    QVERIFY(validate(request).ok());
    QVERIFY(check_memory(info, request, 2'000'000'000).ok());
    QVERIFY(text(check_memory(info, request, 1'000'000).error().message).contains("at any size"));
    // In the middle of a run, on a GPU: numbers, and advice that leaves room.
    request.device = DeviceChoice::Cuda;
    request.width = request.height = 2048;
    const Error ran_out = memory_ran_out(info, request, 8'000'000'000, "CUDA out of memory");
    QCOMPARE(int(ran_out.code), int(ErrorCode::OutOfMemory));
    QVERIFY2(text(ran_out.message).contains("Memory of the device ran out") &&
                 text(ran_out.message).contains("8.0 GB are free") && text(ran_out.message).contains("What would fit: "),
             ran_out.message.c_str());
    QCOMPARE(ran_out.detail, std::string("CUDA out of memory"));
}

void TestModelInspect::unknownWords() {
    const auto info = *inspect_model(kPond.toStdString());
    QVERIFY(unknown_words(info.vocabulary, "A large ORANGE fish, moves left in dark water!").empty());
    const auto unknown = unknown_words(info.vocabulary, "a large zebra and a zebra in a caf\xC3\xA9");
    QVERIFY(std::find(unknown.begin(), unknown.end(), "zebra") != unknown.end());
    QVERIFY(std::find(unknown.begin(), unknown.end(), "caf\xC3\xA9") != unknown.end());
    QCOMPARE(std::count(unknown.begin(), unknown.end(), "zebra"), std::ptrdiff_t(1));
    QVERIFY(unknown_words(Vocabulary(), "anything goes").empty());
}

void TestModelInspect::presets() {
    const auto info = *inspect_model(kPond.toStdString());
    auto request = info.defaults;
    auto names = [&] {
        QStringList list;
        for (const auto& preset : presets_for(info, request))
            list << text(preset.name);
        return list;
    };
    QCOMPARE(names().mid(0, 3), QStringList({"Faithful", "Balanced", "Draft"}));
    for (const auto& preset : presets_for(info, request))
        QVERIFY(validate(preset.settings).ok());
    const int before = int(names().size());

    replace(dir_.filePath("data/timeripple/presets/mine.json"),
            R"({"schema":1,"presets":[
                {"name":"Mine","description":"31 dB","settings":{"version":1,"schedule":{"theta_min":0.3,"theta_max":0.3}}},
                {"name":"Draft","model":"Pond","settings":{"version":1,"schedule":{"theta_min":0.7,"theta_max":0.7}}},
                {"name":"Other model","model":"Wan2.1 T2V 14B","settings":{"version":1}},
                {"name":"Other size","width":4096,"settings":{"version":1}}]})");
    replace(dir_.filePath("data/timeripple/presets/newer.json"), R"({"schema":9,"presets":[]})");
    replace(dir_.filePath("data/timeripple/presets/broken.json"),
            R"({"schema":1,"presets":[{"name":"Bad","settings":{"version":1,"schedule":{"theta_min":-1}}}]})");
    QCOMPARE(names().size(), before + 1);
    QVERIFY(names().contains("Mine"));
    QCOMPARE(find_preset(info, request, "draft")->settings.schedule.theta_max, 0.7);
    const auto none = find_preset(info, request, "fastest");
    QVERIFY(!none.ok());
    QVERIFY2(text(none.error().message).contains("Known here: Faithful, Balanced, Draft"),
             none.error().message.c_str());
}

QTEST_APPLESS_MAIN(TestModelInspect)
#include "tst_model_inspect.moc"
