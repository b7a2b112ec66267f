#include "engine/pipeline/run_checkpoint.h"

#include "engine/base/checkpoint_file.h"
#include "engine/core/device.h"
#include "engine/weights/weight_source.h"

#include <ATen/ATen.h>
#include <c10/core/StreamGuard.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace timeripple::engine {
namespace {

using detail::Checkpoint;
using detail::CheckpointTensor;

constexpr int kStepNumbers = 3;   // threshold, dense, seconds
constexpr int kLayerNumbers = 2;  // attention and overhead seconds
constexpr int kHeadNumbers = 4 + 2 * kOrigins;

ElementType element_type(at::ScalarType type) {
    switch (type) {
        case at::kFloat:
            return ElementType::F32;
        case at::kBFloat16:
            return ElementType::BF16;
        case at::kDouble:
            return ElementType::F64;
        case at::kLong:
            return ElementType::I64;
        default:
            throw EngineFailure(
                {ErrorCode::Internal, "A checkpoint cannot hold this type. Please report it.", at::toString(type)});
    }
}

std::optional<at::ScalarType> scalar_type(ElementType type) {
    switch (type) {
        case ElementType::F32:
            return at::kFloat;
        case ElementType::BF16:
            return at::kBFloat16;
        case ElementType::F64:
            return at::kDouble;
        case ElementType::I64:
            return at::kLong;
        default:
            return std::nullopt;
    }
}

// Keeps the host's copies alive until the file is written.
class Writer {
  public:
    void add(const std::string& name, const at::Tensor& tensor) {
        if (!tensor.defined()) return;
        host_.push_back(tensor.to(at::kCPU).contiguous());
        const at::Tensor& host = host_.back();
        tensors.push_back({name, element_type(host.scalar_type()), host.sizes().vec(), host.const_data_ptr()});
    }
    std::vector<media::TensorToWrite> tensors;

  private:
    std::vector<at::Tensor> host_;
};

class Reader {
  public:
    Reader(const Checkpoint& checkpoint, at::Device device) : checkpoint_(checkpoint), device_(device) {}

    at::Tensor find(const std::string& name, at::Device device) const {
        const CheckpointTensor* found = checkpoint_.find(name);
        if (!found) return {};
        const auto type = scalar_type(found->type);
        if (!type) refuse("holds a tensor \"" + name + "\" of a type that no checkpoint has.");
        at::Tensor tensor = at::empty(found->shape, at::TensorOptions().dtype(*type));
        if (!found->data.empty()) std::memcpy(tensor.mutable_data_ptr(), found->data.data(), found->data.size());
        return tensor.to(device);
    }
    at::Tensor find(const std::string& name) const { return find(name, device_); }
    at::Tensor get(const std::string& name, at::IntArrayRef shape, at::ScalarType type) const {
        at::Tensor tensor = find(name, at::kCPU);
        if (!tensor.defined() || tensor.sizes() != shape || tensor.scalar_type() != type) {
            refuse("lacks its \"" + name + "\", or has it in another size.");
        }
        return tensor;
    }
    [[noreturn]] void refuse(const std::string& what) const {
        throw EngineFailure({ErrorCode::BadFile,
                             "The checkpoint \"" + checkpoint_.info.path + "\" " + what +
                                 " Choose another checkpoint, or begin the run anew.",
                             {}});
    }

  private:
    const Checkpoint& checkpoint_;
    at::Device device_;
};

void write_steps(const std::vector<StepStats>& steps, Writer& writer) {
    const auto count = static_cast<std::int64_t>(steps.size());
    const std::int64_t layers = steps.empty() ? 0 : static_cast<std::int64_t>(steps.front().layers.size());
    const std::int64_t heads = layers == 0 ? 0 : static_cast<std::int64_t>(steps.front().layers.front().heads.size());
    const at::Tensor of_step = at::zeros({count, kStepNumbers}, at::kDouble);
    const at::Tensor of_layer = at::zeros({count, layers, kLayerNumbers}, at::kFloat);
    const at::Tensor of_head = at::zeros({count, layers, heads, kHeadNumbers}, at::kFloat);
    double* s = of_step.mutable_data_ptr<double>();
    float* l = of_layer.mutable_data_ptr<float>();
    float* h = of_head.mutable_data_ptr<float>();
    for (const StepStats& step : steps) {
        *s++ = step.threshold;
        *s++ = step.dense ? 1.0 : 0.0;
        *s++ = step.seconds;
        for (const LayerStats& layer : step.layers) {
            *l++ = layer.attention_seconds;
            *l++ = layer.overhead_seconds;
            for (const HeadStats& head : layer.heads) {
                *h++ = head.unique_query_share;
                *h++ = head.unique_key_share;
                *h++ = head.score_savings;
                *h++ = head.attention_savings;
                h = std::copy(head.query_origin.begin(), head.query_origin.end(), h);
                h = std::copy(head.key_origin.begin(), head.key_origin.end(), h);
            }
        }
    }
    writer.add("stats.steps", of_step);
    writer.add("stats.layers", of_layer);
    writer.add("stats.heads", of_head);
}

std::vector<StepStats> read_steps(const Reader& reader, int count, int steps) {
    const at::Tensor of_step = reader.get("stats.steps", {count, kStepNumbers}, at::kDouble);
    const at::Tensor shape_of_heads = reader.find("stats.heads", at::kCPU);
    if (!shape_of_heads.defined() || shape_of_heads.dim() != 4) reader.refuse("lacks the statistics of its steps.");
    const std::int64_t layers = shape_of_heads.size(1), heads = shape_of_heads.size(2);
    const at::Tensor of_layer = reader.get("stats.layers", {count, layers, kLayerNumbers}, at::kFloat);
    const at::Tensor of_head = reader.get("stats.heads", {count, layers, heads, kHeadNumbers}, at::kFloat);
    const double* s = of_step.const_data_ptr<double>();
    const float* l = of_layer.const_data_ptr<float>();
    const float* h = of_head.const_data_ptr<float>();
    std::vector<StepStats> list(static_cast<std::size_t>(count));
    for (int index = 0; index < count; ++index) {
        StepStats& step = list[static_cast<std::size_t>(index)];
        step.step = index + 1;
        step.steps = steps;
        step.threshold = *s++;
        step.dense = *s++ != 0.0;
        step.seconds = *s++;
        step.layers.resize(static_cast<std::size_t>(layers));
        for (LayerStats& layer : step.layers) {
            layer.attention_seconds = *l++;
            layer.overhead_seconds = *l++;
            layer.heads.resize(static_cast<std::size_t>(heads));
            for (HeadStats& head : layer.heads) {
                head.unique_query_share = *h++;
                head.unique_key_share = *h++;
                head.score_savings = *h++;
                head.attention_savings = *h++;
                for (float& share : head.query_origin)
                    share = *h++;
                for (float& share : head.key_origin)
                    share = *h++;
            }
        }
    }
    return list;
}

std::string carried_name(GuidancePass pass, int layer) {
    return std::string("carried.") + (pass == GuidancePass::Cond ? "cond." : "uncond.") + std::to_string(layer);
}

}  // namespace

bool fits_a_checkpoint(const CarriedState& attention, std::uint64_t limit) {
    std::uint64_t bytes = 0;
    for (const CarriedState::Entry& entry : attention.tensors)
        bytes += entry.tensor.nbytes();
    return bytes <= limit;
}

Status save_checkpoint(const RunCheckpoint& checkpoint) {
    // The next step may run meanwhile.
    const c10::OptionalStreamGuard beside(side_stream(checkpoint.latents.device(), SideWork::Saving));
    Writer writer;
    writer.add("latents", checkpoint.latents);
    const SamplerState& sampler = checkpoint.sampler;
    writer.add("sampler.place", at::tensor({std::int64_t(sampler.next_step), std::int64_t(sampler.order)}, at::kLong));
    for (std::size_t i = 0; i < sampler.estimates.size(); ++i)
        writer.add("sampler.estimate." + std::to_string(i), sampler.estimates[i]);
    writer.add("sampler.last_sample", sampler.last_sample);
    writer.add("attention.place", at::tensor({std::int64_t(checkpoint.attention.reuse_steps)}, at::kLong));
    for (const CarriedState::Entry& entry : checkpoint.attention.tensors)
        writer.add(carried_name(entry.pass, entry.layer), entry.tensor);
    write_steps(checkpoint.steps, writer);
    return detail::write_checkpoint(checkpoint.info, writer.tensors);
}

RunCheckpoint load_checkpoint(const std::string& path, at::Device device) {
    const Result<Checkpoint> file = detail::read_checkpoint(path);
    if (!file) throw EngineFailure(file.error());
    const Reader reader(*file, device);
    RunCheckpoint checkpoint;
    checkpoint.info = file->info;
    checkpoint.latents = reader.find("latents");
    if (!checkpoint.latents.defined() || checkpoint.latents.dim() != 5) reader.refuse("holds no latents.");
    const at::Tensor place = reader.get("sampler.place", {2}, at::kLong);
    checkpoint.sampler.next_step = static_cast<int>(place.const_data_ptr<std::int64_t>()[0]);
    checkpoint.sampler.order = static_cast<int>(place.const_data_ptr<std::int64_t>()[1]);
    for (int i = 0; i < 3; ++i)
        checkpoint.sampler.estimates.push_back(reader.find("sampler.estimate." + std::to_string(i)));
    checkpoint.sampler.last_sample = reader.find("sampler.last_sample");
    checkpoint.attention.reuse_steps =
        static_cast<int>(reader.get("attention.place", {1}, at::kLong).const_data_ptr<std::int64_t>()[0]);
    checkpoint.steps = read_steps(reader, checkpoint.info.step, checkpoint.info.request.steps);
    const int layers = static_cast<int>(checkpoint.steps.front().layers.size());
    for (const GuidancePass pass : {GuidancePass::Cond, GuidancePass::Uncond}) {
        for (int layer = 0; layer < layers; ++layer) {
            const at::Tensor tensor = reader.find(carried_name(pass, layer));
            if (tensor.defined()) checkpoint.attention.tensors.push_back({pass, layer, tensor});
        }
    }
    return checkpoint;
}

}  // namespace timeripple::engine
