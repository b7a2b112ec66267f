// Tensors arrive as LibTorch itself would cast them, without being held twice, and damaged or foreign files are errors.
#include "engine/weights/weight_index.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/tensor_compare.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <unistd.h>

using namespace timeripple::engine;
using namespace timeripple::test;

namespace {

std::string type_name(at::ScalarType type) {
    switch (type) {
        case at::kFloat:
            return "\"F32\"";
        case at::kHalf:
            return "\"F16\"";
        case at::kBFloat16:
            return "\"BF16\"";
        case at::kDouble:
            return "\"F64\"";
        case at::kLong:
            return "\"I64\"";
        default:
            return "\"BOOL\"";
    }
}

// A safetensors file with these tensors, contiguous.
void save(const std::string& path, const std::vector<std::pair<std::string, at::Tensor>>& tensors) {
    std::vector<RawTensor> raw;
    std::string payload;
    for (const auto& [name, tensor] : tensors) {
        RawTensor entry;
        entry.name = name;
        entry.dtype = type_name(tensor.scalar_type());
        entry.shape = "[";
        for (const std::int64_t dim : tensor.sizes()) {
            entry.shape += (entry.shape.size() > 1 ? "," : "") + std::to_string(dim);
        }
        entry.shape += "]";
        entry.offsets = offsets_text(payload.size(), payload.size() + tensor.nbytes());
        payload.append(static_cast<const char*>(tensor.contiguous().data_ptr()), tensor.nbytes());
        raw.push_back(entry);
    }
    write_file(path, safetensors_file(header_json(raw), payload));
}

// Numbers of every size that bf16 and fp16 treat differently, also NaN, infinities and subnormals.
at::Tensor difficult(std::int64_t count) {
    at::Tensor values = at::randn({count}, at::kFloat) * at::pow(10.0, at::randn({count}, at::kFloat) * 6);
    const std::vector<float> special{0.0f,     -0.0f, INFINITY, -INFINITY, NAN,        65504.0f,
                                     65520.0f, 1e-7f, 1e-40f,   3.4e38f,   1.00390625f};
    values.narrow(0, 5, std::int64_t(special.size())).copy_(at::tensor(special));
    return values;
}

Error failure_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const EngineFailure& failure) {
        return failure.error();
    }
    return {ErrorCode::Internal, "accepted", {}};
}

// Names and shapes of WanTransformer3DModel with the hidden width and feed-forward width of the 1.3B model.
std::vector<ExpectedTensor> wan_tensors(int layers) {
    const std::int64_t d = 1536, ff = 8960;
    std::vector<ExpectedTensor> all{{"patch_embedding.weight", {d, 16, 1, 2, 2}},
                                    {"patch_embedding.bias", {d}},
                                    {"scale_shift_table", {1, 2, d}},
                                    {"proj_out.weight", {64, d}},
                                    {"proj_out.bias", {64}}};
    const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
        all.push_back({name + ".weight", {out, in}});
        all.push_back({name + ".bias", {out}});
    };
    linear("condition_embedder.time_embedder.linear_1", d, 256);
    linear("condition_embedder.time_embedder.linear_2", d, d);
    linear("condition_embedder.time_proj", 6 * d, d);
    linear("condition_embedder.text_embedder.linear_1", d, 4096);
    linear("condition_embedder.text_embedder.linear_2", d, d);
    for (int layer = 0; layer < layers; ++layer) {
        const std::string block = "blocks." + std::to_string(layer) + ".";
        all.push_back({block + "scale_shift_table", {1, 6, d}});
        for (const std::string attention : {"attn1.", "attn2."}) {
            for (const std::string part : {"to_q", "to_k", "to_v", "to_out.0"}) {
                linear(block + attention + part, d, d);
            }
            all.push_back({block + attention + "norm_q.weight", {d}});
            all.push_back({block + attention + "norm_k.weight", {d}});
        }
        all.push_back({block + "norm2.weight", {d}});
        all.push_back({block + "norm2.bias", {d}});
        linear(block + "ffn.net.0.proj", ff, d);
        linear(block + "ffn.net.2", d, ff);
    }
    return all;
}

std::int64_t numbers(const std::vector<ExpectedTensor>& tensors) {
    std::int64_t sum = 0;
    for (const ExpectedTensor& tensor : tensors) {
        std::int64_t size = 1;
        for (const std::int64_t dim : tensor.shape) {
            size *= dim;
        }
        sum += size;
    }
    return sum;
}

// "VmRSS" now or "VmHWM" at the peak, in bytes.
std::int64_t memory(const char* field) {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line)) {
        if (line.starts_with(field)) {
            return std::stoll(line.substr(std::strlen(field) + 1)) * 1024;
        }
    }
    return 0;
}

}  // namespace

class TestWeightSource : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() { dir_ = std::make_unique<QTemporaryDir>(); }
    void casts_like_libtorch();
    void integers_stay_integers();
    void names_and_shapes();
    void rows_of_a_tensor();
    void check_all_lists_ten();
    void file_cut_while_loading();
    void file_replaced_while_loading();
    void wan_is_not_held_twice();

  private:
    std::string folder() const { return dir_->path().toStdString(); }
    std::string path(const char* name) const { return dir_->filePath(name).toStdString(); }
    std::unique_ptr<QTemporaryDir> dir_;
};

void TestWeightSource::casts_like_libtorch() {
    const at::Tensor values = difficult(700'001);  // several pieces, the last one odd
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    const std::vector<at::ScalarType> types{at::kFloat, at::kHalf, at::kBFloat16, at::kDouble};
    for (const at::ScalarType type : types) {
        tensors.emplace_back(at::toString(type), values.to(type));
    }
    tensors.emplace_back("scalar", at::scalar_tensor(2.5, at::kFloat));
    tensors.emplace_back("empty", at::empty({3, 0}, at::kHalf));
    save(path("model.safetensors"), tensors);
    const auto source = open_weights(folder(), "model");
    for (const auto& [name, stored] : tensors) {
        for (const at::ScalarType type : types) {
            const at::Tensor loaded = source->load(name, stored.sizes(), type, at::kCPU);
            QVERIFY2(same_bits(loaded, stored.to(type)), (name + " as " + at::toString(type)).c_str());
        }
    }
}

void TestWeightSource::integers_stay_integers() {
    save(path("model.safetensors"), {{"long", at::arange(5, at::kLong)}, {"float", at::ones({2}, at::kFloat)}});
    const auto source = open_weights(folder(), "model");
    QVERIFY(same_bits(source->load("long", {5}, at::kLong, at::kCPU), at::arange(5, at::kLong)));
    const Error error = failure_of([&] { (void)source->load("long", {5}, at::kFloat, at::kCPU); });
    QCOMPARE(int(error.code), int(ErrorCode::WrongModel));
    QVERIFY2(error.message.find("'long' is stored as I64") != std::string::npos, error.message.c_str());
    QVERIFY(failure_of([&] { (void)source->load("float", {2}, at::kLong, at::kCPU); }).code == ErrorCode::WrongModel);
}

void TestWeightSource::names_and_shapes() {
    save(path("model.safetensors"), {{"a", at::ones({2, 3}, at::kFloat)}});
    const auto source = open_weights(folder(), "model");
    QVERIFY(source->has("a") && !source->has("b"));
    QCOMPARE(source->shape("a"), (std::vector<std::int64_t>{2, 3}));
    QCOMPARE(source->names(), std::vector<std::string>{"a"});
    QCOMPARE(source->where(), folder());
    const Error shape = failure_of([&] { (void)source->load("a", {3, 2}, at::kFloat, at::kCPU); });
    QCOMPARE(int(shape.code), int(ErrorCode::WrongModel));
    QVERIFY2(shape.message.find("model.safetensors: tensor 'a' has shape [2, 3], expected [3, 2]") != std::string::npos,
             shape.message.c_str());
    const Error name = failure_of([&] { (void)source->load("b", {}, at::kFloat, at::kCPU); });
    QCOMPARE(int(name.code), int(ErrorCode::WrongModel));
    QVERIFY2(name.message.find("tensor 'b' is missing") != std::string::npos, name.message.c_str());
    QCOMPARE(int(failure_of([&] { (void)open_weights(folder(), "other"); }).code), int(ErrorCode::BadFile));
}

void TestWeightSource::rows_of_a_tensor() {
    const at::Tensor table = difficult(300 * 12).view({300, 3, 4});
    save(path("model.safetensors"), {{"before", at::ones({5}, at::kHalf)}, {"table", table}});
    const auto source = open_weights(folder(), "model");
    const std::vector<std::int64_t> rows{299, 0, 7, 7};
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
        const at::Tensor expected = table.index_select(0, at::tensor(rows, at::kLong)).to(type);
        QVERIFY(same_bits(source->load_rows("table", rows, {300, 3, 4}, type, at::kCPU), expected));
        // What a source does that knows only whole tensors.
        QVERIFY(same_bits(source->WeightSource::load_rows("table", rows, {300, 3, 4}, type, at::kCPU), expected));
    }
    QCOMPARE(source->load_rows("table", {}, {300, 3, 4}, at::kFloat, at::kCPU).size(0), std::int64_t(0));
    for (const std::int64_t row : {std::int64_t(300), std::int64_t(-1)}) {
        const Error error = failure_of([&] {
            (void)source->load_rows("table", {row}, {300, 3, 4}, at::kFloat, at::kCPU);
        });
        QCOMPARE(int(error.code), int(ErrorCode::Internal));
        QVERIFY2(error.message.find("row " + std::to_string(row)) != std::string::npos, error.message.c_str());
    }
    QVERIFY(failure_of([&] {
                (void)source->load_rows("table", {0}, {300, 12}, at::kFloat, at::kCPU);
            }).code == ErrorCode::WrongModel);
}

void TestWeightSource::check_all_lists_ten() {
    save(path("model.safetensors"), {{"a", at::ones({2}, at::kFloat)},
                                     {"b", at::ones({2}, at::kFloat)},
                                     {"x.norm_added_q.weight", at::ones({2}, at::kFloat)}});
    const auto source = open_weights(folder(), "model");
    check_all(*source, "transformer", {{"a", {2}}, {"b", {2}}}, {"norm_added_q.weight"});
    const Error error = failure_of([&] { check_all(*source, "transformer", {{"a", {3}}, {"c", {1}}}); });
    QCOMPARE(int(error.code), int(ErrorCode::WrongModel));
    for (const char* part : {"'a' is [2] instead of [3]", "'c' is missing", "'b' is not part of it",
                             "'x.norm_added_q.weight' is not part of it", "transformer"}) {
        QVERIFY2(error.message.find(part) != std::string::npos, error.message.c_str());
    }
    std::vector<ExpectedTensor> many;
    for (int i = 0; i < 40; ++i) {
        many.push_back({"missing." + std::to_string(i), {1}});
    }
    const std::string message = failure_of([&] { check_all(*source, "transformer", many); }).message;
    QVERIFY2(message.find("and 33 more") != std::string::npos, message.c_str());
    QVERIFY(message.find("'missing.9'") != std::string::npos && message.find("'missing.10'") == std::string::npos);
}

// 200 moments at which the file becomes shorter after it was opened: an error that names it, never a signal.
void TestWeightSource::file_cut_while_loading() {
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (int i = 0; i < 6; ++i) {
        tensors.emplace_back("t" + std::to_string(i), at::full({5000}, i, at::kFloat));
    }
    const std::string file = path("model.safetensors");
    std::mt19937_64 random(3);
    for (int moment = 0; moment < 200; ++moment) {
        save(file, tensors);
        const auto source = open_weights(folder(), "model");
        const std::int64_t size = QFile(QString::fromStdString(file)).size();
        const std::int64_t kept = std::int64_t(random() % std::uint64_t(size));
        QCOMPARE(::truncate(file.c_str(), kept), 0);
        bool failed = false;
        for (const auto& [name, stored] : tensors) {
            try {
                QVERIFY(same_bits(source->load(name, {5000}, at::kFloat, at::kCPU), stored));
                QVERIFY(!failed);
            } catch (const EngineFailure& failure) {
                failed = true;
                QCOMPARE(int(failure.error().code), int(ErrorCode::BadFile));
                QVERIFY2(failure.error().message.starts_with(file), failure.error().message.c_str());
                QVERIFY(failure.error().message.find("become shorter") != std::string::npos);
            }
        }
        QVERIFY(failed);
        // Casting reads in pieces; the same must hold there.
        QVERIFY(failure_of([&] { (void)source->load("t5", {5000}, at::kBFloat16, at::kCPU); }).code ==
                ErrorCode::BadFile);
    }
}

// What was opened is what is read: a download that replaces the file by renaming does not mix with the old header.
void TestWeightSource::file_replaced_while_loading() {
    save(path("model.safetensors"), {{"a", at::full({100}, 1, at::kFloat)}});
    save(path("new.safetensors"), {{"a", at::full({7}, 2, at::kHalf)}});
    const auto source = open_weights(folder(), "model");
    QCOMPARE(::rename(path("new.safetensors").c_str(), path("model.safetensors").c_str()), 0);
    QVERIFY(same_bits(source->load("a", {100}, at::kFloat, at::kCPU), at::full({100}, 1, at::kFloat)));
}

// fp32 on disk, bf16 in memory: the peak is the result's size, not more than a fifth above it. Three of the 30 layers
// unless TIMERIPPLE_FULL_SIZE is set; then all of Wan 1.3B (a sparse file of 5.7 GB, 2.8 GB of memory).
void TestWeightSource::wan_is_not_held_twice() {
    QCOMPARE(wan_tensors(30).size(), std::size_t(825));
    QCOMPARE(numbers(wan_tensors(30)), std::int64_t(1'418'996'800));
    const int layers = std::getenv("TIMERIPPLE_FULL_SIZE") ? 30 : 3;
    const std::vector<ExpectedTensor> tensors = wan_tensors(layers);
    std::vector<RawTensor> raw;
    std::uint64_t at = 0;
    for (const ExpectedTensor& tensor : tensors) {
        RawTensor entry;
        entry.name = tensor.name;
        entry.shape = "[";
        std::uint64_t size = 4;
        for (const std::int64_t dim : tensor.shape) {
            entry.shape += (entry.shape.size() > 1 ? "," : "") + std::to_string(dim);
            size *= std::uint64_t(dim);
        }
        entry.shape += "]";
        entry.offsets = offsets_text(at, at + size);
        at += size;
        raw.push_back(entry);
    }
    const std::string file = path("diffusion_pytorch_model.safetensors");
    const std::string head = safetensors_file(header_json(raw), {});
    write_file(file, head);
    QCOMPARE(::truncate(file.c_str(), off_t(head.size() + at)), 0);  // the rest is a hole that reads as zeros

    std::ofstream("/proc/self/clear_refs") << "5";  // VmHWM starts again at VmRSS
    const std::int64_t before = memory("VmRSS");
    const auto source = open_weights(folder(), "diffusion_pytorch_model");
    check_all(*source, "transformer", tensors);
    std::vector<at::Tensor> loaded;
    std::int64_t result_bytes = 0;
    for (const ExpectedTensor& tensor : tensors) {
        loaded.push_back(source->load(tensor.name, tensor.shape, at::kBFloat16, at::kCPU));
        result_bytes += std::int64_t(loaded.back().nbytes());
    }
    const std::int64_t peak = memory("VmHWM");
    qInfo("%zu tensors, %.3f GB in bf16, peak growth %.3f GB (%.3fx), VmHWM %.3f GB", tensors.size(),
          double(result_bytes) / 1e9, double(peak - before) / 1e9, double(peak - before) / double(result_bytes),
          double(peak) / 1e9);
    QCOMPARE(result_bytes, 2 * numbers(tensors));
    QVERIFY(double(peak - before) < 1.2 * double(result_bytes));
}

QTEST_APPLESS_MAIN(TestWeightSource)
#include "tst_weight_source.moc"
