#include "engine/pipeline/text_to_video.h"

#include "engine/base/text.h"
#include "engine/core/device.h"
#include "engine/core/stop.h"
#include "engine/vae/rgb_frames.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

namespace timeripple::engine {
namespace {

// Latent frames before the one that is looked at. The decoder is causal and never forgets; what lies further back
// changes its pixels little (engine/README.md has the number).
constexpr int kFrameContext = 2;

[[noreturn]] void refuse(const std::string& message) {
    throw EngineFailure({ErrorCode::BadRequest, message, {}});
}

int nearest_multiple(int value, int unit) {
    return std::max(unit, (value + unit / 2) / unit * unit);
}

void check_multiple(const char* setting, int value, int unit) {
    if (value % unit != 0) {
        refuse(std::string("The ") + setting + " " + std::to_string(value) +
               " does not fit this model: it must be a multiple of " + std::to_string(unit) + ". " +
               std::to_string(nearest_multiple(value, unit)) + " would work.");
    }
}

void check_positions(const char* setting, int tokens, int limit, int largest) {
    if (tokens > limit) {
        refuse(std::string("The ") + setting + " is larger than this model's position tables. The largest is " +
               std::to_string(largest) + ".");
    }
}

std::string shape_text(at::IntArrayRef shape) {
    std::string text = "[";
    for (const std::int64_t size : shape) {
        text += (text.size() > 1 ? ", " : "") + std::to_string(size);
    }
    return text + "]";
}

}  // namespace

const TextContext* ContextCache::find(const std::string& key) const {
    for (const Entry& entry : entries_) {
        if (entry.key == key) {
            return &entry.context;
        }
    }
    return nullptr;
}

void ContextCache::add(const std::string& key, const TextContext& context) {
    entries_.push_front({key, context});
    if (entries_.size() > kEntries) {
        entries_.pop_back();
    }
}

void check_against_model(const GenerationRequest& request, const ModelInfo& info, const DitConfig& dit,
                         const VaeConfig& vae) {
    const int space = vae.spatial_ratio(), time = vae.temporal_ratio();
    check_multiple("height", request.height, space * dit.patch[1]);
    check_multiple("width", request.width, space * dit.patch[2]);
    if ((request.frames - 1) % time != 0 || ((request.frames - 1) / time + 1) % dit.patch[0] != 0) {
        refuse("The number of frames " + std::to_string(request.frames) +
               " does not fit this model: it must be a multiple of " + std::to_string(time) + " and one more. " +
               std::to_string(nearest_multiple(request.frames, time) + 1) + " would work.");
    }
    if (info.vae_temporal != time || info.vae_spatial != space) {
        refuse("The autoencoder in \"" + info.path + "\" compresses " + std::to_string(time) + "x" +
               std::to_string(space) + ", which this program does not support. Choose a Wan2.1 text-to-video folder.");
    }
    const int limit = dit.rope_max_seq_len;
    check_positions("height", request.height / (space * dit.patch[1]), limit, limit * space * dit.patch[1]);
    check_positions("width", request.width / (space * dit.patch[2]), limit, limit * space * dit.patch[2]);
    check_positions("number of frames", ((request.frames - 1) / time + 1) / dit.patch[0], limit,
                    (limit * dit.patch[0] - 1) * time + 1);
}

LatentTensorPtr plain_latents(const at::Tensor& latents) {
    const at::Tensor host = latents.to(at::kCPU, at::kFloat).contiguous();
    auto plain = std::make_shared<LatentTensor>();
    std::copy_n(host.sizes().begin(), 5, plain->shape.begin());
    plain->values.assign(host.const_data_ptr<float>(), host.const_data_ptr<float>() + host.numel());
    return plain;
}

at::Tensor latents_tensor(const LatentTensor& latents) {
    at::Tensor tensor = at::empty(at::IntArrayRef(latents.shape.data(), latents.shape.size()), at::kFloat);
    std::copy(latents.values.begin(), latents.values.end(), tensor.data_ptr<float>());
    return tensor;
}

TextToVideo::TextToVideo(ModelStore& store, ContextCache& contexts, DecodeRates& rates, GenerationRequest request,
                         GenerationObserver& observer, std::stop_token stop)
    : store_(store),
      contexts_(contexts),
      rates_(rates),
      request_(std::move(request)),
      observer_(observer),
      stop_(std::move(stop)),
      memory_(estimate_memory(store.info(), request_)) {}

void TextToVideo::report(Phase phase, int done, int total, double remaining) {
    last_report_ = clock_.elapsed();
    observer_.on_progress({phase, done, total, last_report_, remaining});
}

ModelStore::OnLoading TextToVideo::loading() {
    return [this](int done, int total) {
        if (clock_.elapsed() - last_report_ >= kReportSeconds || done == total) {
            report(Phase::Loading, done, total, -1.0);
        }
    };
}

TextContext TextToVideo::context_of(const std::string& prompt) {
    const std::string key = store_.key() + "\n" + prompt;
    if (const TextContext* known = contexts_.find(key)) {
        return *known;
    }
    const int rows = store_.info().text_tokens;
    clock_.begin(Phase::Loading);
    Tokenizer& tokenizer = store_.tokenizer();
    if (int(tokenizer.encode(prompt, rows + 1).size()) > rows) {
        observer_.on_notice("The prompt was cut after " + std::to_string(rows) + " tokens.");
    }
    TextEncoder& encoder = store_.text_encoder(memory_.text_encoding);
    clock_.begin(Phase::TextEncoding);
    TextContext context = encoder.encode(tokenizer.encode(prompt, rows), rows, stop_);
    throw_if_stopped(stop_);
    contexts_.add(key, context);
    return context;
}

std::vector<std::int64_t> TextToVideo::latent_shape() const {
    const VaeConfig& vae = store_.vae_config();
    return {1, vae.z_dim, (request_.frames - 1) / vae.temporal_ratio() + 1, request_.height / vae.spatial_ratio(),
            request_.width / vae.spatial_ratio()};
}

at::Tensor TextToVideo::initial_latents() const {
    const std::vector<std::int64_t> shape = latent_shape();
    if (request_.initial_latents_path.empty()) {
        return make_noise(request_.seed, shape).to(store_.device());
    }
    const std::filesystem::path file(request_.initial_latents_path);
    const auto refuse_file = [&file](ErrorCode code, const std::string& problem) {
        throw EngineFailure({code, "\"" + file.string() + "\" " + problem, {}});
    };
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        refuse_file(ErrorCode::BadFile,
                    "does not exist. Check the name of the initial latents, or leave it out to draw noise.");
    }
    if (file.extension() != ".safetensors") {
        refuse_file(ErrorCode::BadFile,
                    "is not a .safetensors file. Initial latents are one fp32 tensor \"latents\" in such a file.");
    }
    const auto source =
        open_weights(file.parent_path().empty() ? "." : file.parent_path().string(), file.stem().string());
    if (!source->has("latents")) {
        refuse_file(ErrorCode::BadFile,
                    "holds no tensor named \"latents\". Save the latents of a run and use that file.");
    }
    if (source->shape("latents") != shape) {
        refuse_file(ErrorCode::BadRequest, "holds latents " + shape_text(source->shape("latents")) +
                                               ", but this size needs " + shape_text(shape) +
                                               ". Choose the size of the clip that they are of.");
    }
    const at::Tensor latents = source->load("latents", shape, at::kFloat, at::kCPU);
    if (!at::isfinite(latents).all().item<bool>()) {
        refuse_file(ErrorCode::BadFile, "holds latents that are not finite. Save them again.");
    }
    return latents.to(store_.device());
}

RunState TextToVideo::first_state(const Clip& clip, const at::Tensor& noise, const kernels::TokenGrid& grid) {
    RunState state;
    state.sampler = make_sampler(request_.scheduler, request_.flow_shift, request_.steps, store_.scheduler_config());
    state.step = checkpoint_ ? checkpoint_->info.step : 0;
    state.attention = make_attention(attention_at(clip.request, state.step), grid);
    state.latents = noise;
    const int passes = request_.guidance_scale > 1.0 ? 2 : 1;
    const DitConfig& config = store_.dit_config();
    state.deltas = std::make_unique<DeltaSampler>(config.layers, config.heads, grid, passes);
    if (checkpoint_) {
        if (checkpoint_->latents.sizes() != noise.sizes()) {
            throw EngineFailure({ErrorCode::BadFile,
                                 "The checkpoint \"" + checkpoint_->info.path + "\" holds latents " +
                                     shape_text(checkpoint_->latents.sizes()) + ", but this size needs " +
                                     shape_text(noise.sizes()) + ". Choose another checkpoint.",
                                 {}});
        }
        state.latents = checkpoint_->latents;
        state.sampler->restore(checkpoint_->sampler);
        state.attention->restore(checkpoint_->attention);
    }
    return state;
}

Result<FrameSequencePtr> TextToVideo::decode_frame(const at::Tensor& estimate, int frame) {
    if (!store_.decoder_fits_beside(memory_.decoding)) {
        return Error{ErrorCode::OutOfMemory, "There is not enough memory for the decoder beside the model.", {}};
    }
    const VaeDecoder& decoder = store_.decoder(memory_.decoding, stop_, {});  // a look beside the run is no phase of it
    // Frame 0 is a latent frame of its own; each later one holds `ratio` frames.
    const int ratio = store_.vae_config().temporal_ratio();
    const int last = frame == 0 ? 0 : (frame - 1) / ratio + 1;
    const int first = std::max(0, last - kFrameContext);
    const int wanted = frame - ratio * first;
    auto one = std::make_shared<FrameSequence>();
    one->fps = request_.fps;
    int done = 0;
    decoder.decode(
        estimate.slice(2, first, last + 1).to(at::kFloat),
        request_.vae_tiling ? std::optional<VaeTiling>(VaeTiling{}) : std::nullopt,
        [&](const at::Tensor& chunk, int) {
            const int frames = int(chunk.size(1));
            if (wanted >= done && wanted < done + frames) append_rgb(*one, chunk.narrow(1, wanted - done, 1));
            done += frames;
        },
        stop_);
    throw_if_stopped(stop_);
    return FrameSequencePtr(one);
}

void TextToVideo::decode(Clip& clip) {
    throw_if_stopped(stop_);
    clock_.begin(Phase::Loading);
    VaeDecoder& decoder = store_.decoder(memory_.decoding, stop_, loading());
    clock_.begin(Phase::Decoding);
    const at::Tensor latents = latents_tensor(*clip.latents);
    report(Phase::Decoding, 0, int(latents.size(2)), clock_.remaining_decode(0.0));
    const auto begin = std::chrono::steady_clock::now();

    auto frames = std::make_shared<FrameSequence>();
    frames->fps = request_.fps;
    frames->rgb.reserve(std::size_t(request_.frames) * request_.height * request_.width * 3);
    decoder.decode(
        latents, request_.vae_tiling ? std::optional<VaeTiling>(VaeTiling{}) : std::nullopt,
        [&](const at::Tensor& chunk, int) { append_rgb(*frames, chunk); }, stop_,
        [&](int done, int total) {
            report(Phase::Decoding, done, total, clock_.remaining_decode(double(done) / total));
        });

    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    rates_[store_.key()] = seconds / voxels(latents.sizes());
    clip.frames = std::move(frames);
    clock_.end();
}

}  // namespace timeripple::engine
