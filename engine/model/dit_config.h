#pragma once
// Configuration of WanTransformer3DModel (transformer/config.json of diffusers).

#include "engine/core/json_config.h"
#include "engine/model/parameter_table.h"

#include <array>
#include <string>

namespace timeripple::engine {

struct DitConfig {
    int layers = 30;
    int heads = 12;
    int head_dim = 128;
    int ffn_dim = 8960;
    int in_channels = 16;
    int out_channels = 16;
    std::array<int, 3> patch{1, 2, 2};  // t, h, w
    int text_dim = 4096;
    int freq_dim = 256;
    bool cross_attn_norm = true;
    double eps = 1e-6;
    int rope_max_seq_len = 1024;

    int dim() const { return heads * head_dim; }
    int patch_size() const { return patch[0] * patch[1] * patch[2]; }

    // Throws EngineFailure: BadFile for senseless values, WrongModel for what Wan2.1 text-to-video does not have.
    static DitConfig from_json(const JsonConfig& json);
};

// 27 a block and 15 outside the blocks (25 a block without the affine norm of cross-attention).
ParameterTable dit_parameters(const DitConfig& config);

// Modules that stay in fp32 when the model is loaded in bf16: path components as in _keep_in_fp32_modules of diffusers
// v0.40.0.
bool kept_in_fp32(const std::string& parameter_name);

}  // namespace timeripple::engine
