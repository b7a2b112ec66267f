#include "engine/pipeline/model_store.h"

#include "engine/api/log.h"
#include "engine/core/device.h"
#include "engine/core/stop.h"

#include <c10/core/ScalarType.h>

#include <algorithm>
#include <filesystem>
#include <malloc.h>
#include <vector>

namespace timeripple::engine {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDiffusersStem = "diffusion_pytorch_model";

// Sizes and times of all weight and config files: notices a folder whose files were replaced.
std::string folder_stamp(const std::string& folder) {
    std::vector<std::string> lines;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        std::error_code file_error;
        const fs::file_time_type time = fs::last_write_time(it->path(), file_error);
        const std::uintmax_t size = it->is_regular_file(file_error) ? fs::file_size(it->path(), file_error) : 0;
        lines.push_back(it->path().string() + " " + std::to_string(size) + " " +
                        std::to_string(time.time_since_epoch().count()));
    }
    std::sort(lines.begin(), lines.end());
    std::string stamp;
    for (const std::string& line : lines) {
        stamp += line + "\n";
    }
    return stamp;
}

ParameterReader::OnLoaded stoppable(std::stop_token stop, const ModelStore::OnLoading& on_loading) {
    return [stop, on_loading](int done, int total) {
        throw_if_stopped(stop);
        if (on_loading) {
            on_loading(done, total);
        }
    };
}

}  // namespace

std::string ModelStore::component(const std::string& name) const {
    return (fs::path(info_.path) / name).string();
}

const ModelInfo& ModelStore::open(const std::string& path, at::ScalarType dtype, at::Device device) {
    Result<ModelInfo> inspected = inspect_model(path);
    if (!inspected) {
        throw EngineFailure(inspected.error());
    }
    if (!inspected->supported) {
        // A part of the right kind that is missing or damaged is another fault than a model of another kind.
        const bool damaged = std::any_of(inspected->components.begin(), inspected->components.end(),
                                         [](const ComponentInfo& part) { return !part.problem.empty(); });
        throw EngineFailure(
            {damaged ? ErrorCode::BadFile : ErrorCode::WrongModel,
             inspected->problem.empty() ? "\"" + path + "\" is not a model that this engine runs." : inspected->problem,
             {}});
    }
    const std::string key = inspected->path + "\n" + inspected->digest + "\n" + std::to_string(int(dtype)) +
                            device.str() + "\n" + folder_stamp(inspected->path);
    if (key == key_) {
        info_ = std::move(*inspected);
        return info_;
    }
    unload();
    info_ = std::move(*inspected);
    dtype_ = dtype;
    device_ = device;
    dit_config_ = DitConfig::from_json(JsonConfig::from_file(component("transformer/config.json")));
    const JsonConfig vae = JsonConfig::from_file(component("vae/config.json"));
    vae_config_ = VaeConfig::from_json(vae);
    vae_config_text_ = vae.text();
    scheduler_config_ = JsonConfig::from_file(component("scheduler/scheduler_config.json")).text();
    if (dit_config_.in_channels != vae_config_.z_dim || dit_config_.out_channels != vae_config_.z_dim) {
        throw EngineFailure({ErrorCode::WrongModel,
                             "The transformer of \"" + info_.path + "\" works on " +
                                 std::to_string(dit_config_.in_channels) + " channels, its autoencoder on " +
                                 std::to_string(vae_config_.z_dim) +
                                 ". They are of different models; fetch the folder again.",
                             {}});
    }
    key_ = key;
    return info_;
}

void ModelStore::unload() {
    key_.clear();
    tokenizer_.reset();
    preview_.reset();
    for (const Part part : kParts) {
        let_go(part);
    }
    release_device_cache(device_);
    malloc_trim(0);
}

bool ModelStore::loaded(Part part) const {
    return part == Part::Text          ? text_encoder_ != nullptr
           : part == Part::Transformer ? transformer_.has_value()
                                       : decoder_.has_value();
}

void ModelStore::let_go(Part part) {
    switch (part) {
        case Part::Text:
            text_encoder_.reset();
            break;
        case Part::Transformer:
            transformer_.reset();
            break;
        case Part::Decoder:
            decoder_.reset();
            break;
    }
}

std::uint64_t ModelStore::weight_bytes(Part part) const {
    const char* const name = part == Part::Text ? "text_encoder" : part == Part::Transformer ? "transformer" : "vae";
    const std::uint64_t size = part == Part::Decoder ? 4 : c10::elementSize(dtype_);
    for (const ComponentInfo& component : info_.components) {
        if (component.name == name) {
            return std::uint64_t(std::max<std::int64_t>(0, component.parameters)) * size;
        }
    }
    return 0;
}

std::uint64_t ModelStore::loaded_bytes() const {
    std::uint64_t bytes = 0;
    for (const Part part : kParts) {
        bytes += loaded(part) ? weight_bytes(part) : 0;
    }
    return bytes;
}

bool ModelStore::fits(Part wanted, std::uint64_t phase_bytes) const {
    const std::uint64_t own = loaded(wanted) ? weight_bytes(wanted) : 0;
    if (loaded_bytes() == own) {
        return true;
    }
    release_device_cache(device_);
    return device_info(device_).free_memory_bytes + own > phase_bytes;
}

bool ModelStore::decoder_fits_beside(std::uint64_t phase_bytes) const {
    return fits(Part::Decoder, phase_bytes);
}

void ModelStore::make_room(Part wanted, std::uint64_t phase_bytes) {
    if (fits(wanted, phase_bytes)) {
        return;
    }
    log_info("engine", "Memory is short: components of other phases are let go.");
    for (const Part part : kParts) {
        if (part != wanted) {
            let_go(part);
        }
    }
    release_device_cache(device_);
    malloc_trim(0);
}

Tokenizer& ModelStore::tokenizer() {
    if (!tokenizer_) {
        tokenizer_ = open_tokenizer(component("tokenizer"));
    }
    return *tokenizer_;
}

TextEncoder& ModelStore::text_encoder(std::uint64_t phase_bytes) {
    if (!text_encoder_) {
        make_room(Part::Text, phase_bytes);
        text_encoder_ = open_umt5_encoder(component("text_encoder"), dtype_, device_);
    }
    return *text_encoder_;
}

DitModel& ModelStore::transformer(std::uint64_t phase_bytes, std::stop_token stop, const OnLoading& on_loading) {
    make_room(Part::Transformer, phase_bytes);
    if (!transformer_) {
        const auto weights = open_weights(component("transformer"), kDiffusersStem);
        // Left over in checkpoints that were made from image-to-video models; diffusers ignores it too.
        check_all(*weights, "transformer", dit_parameters(dit_config_), {"norm_added_q.weight"});
        transformer_.emplace(DitModel::load(*weights, dit_config_, dtype_, device_, stoppable(stop, on_loading)));
    }
    return *transformer_;
}

std::unique_ptr<WeightSource> ModelStore::vae_weights() const {
    auto weights = open_weights(component("vae"), kDiffusersStem);
    ParameterTable all = vae_encoder_parameters(vae_config_);
    const ParameterTable decoder = vae_decoder_parameters(vae_config_);
    all.insert(all.end(), decoder.begin(), decoder.end());
    check_all(*weights, "vae", all);
    return weights;
}

VaeDecoder& ModelStore::decoder(std::uint64_t phase_bytes, std::stop_token stop, const OnLoading& on_loading) {
    make_room(Part::Decoder, phase_bytes);
    if (!decoder_) {
        const auto weights = vae_weights();
        decoder_.emplace(*weights, vae_config_, device_, stoppable(stop, on_loading));
    }
    return *decoder_;
}

const LatentPreview& ModelStore::preview(std::stop_token stop) {
    if (!preview_) {
        const auto weights = vae_weights();
        const std::string key = preview_key(*weights, vae_config_, vae_config_text_);
        preview_ = load_preview(key, vae_config_.z_dim);
        if (!preview_) {
            const VaeEncoder encoder(*weights, vae_config_, device_, stoppable(stop, {}));
            preview_ = LatentPreview::fit(encoder, decoder(0, stop, {}), stop);
            save_preview(key, *preview_);
        }
    }
    return *preview_;
}

}  // namespace timeripple::engine
