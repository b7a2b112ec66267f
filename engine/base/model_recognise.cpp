// Names a single weight file by its tensors, never by its file name.
#include "engine/base/model_parts.h"
#include "engine/base/text.h"

#include <algorithm>

namespace timeripple::engine::detail {
namespace {

namespace fs = std::filesystem;

std::int64_t extent(const SafetensorsHeader& header, const std::string& name, std::size_t axis) {
    const auto* entry = header.find(name);
    return entry && entry->shape.size() > axis ? entry->shape[axis] : 0;
}

bool any_name(const SafetensorsHeader& header, auto test) {
    return std::any_of(header.entries.begin(), header.entries.end(),
                       [&](const auto& entry) { return test(entry.name); });
}

// Blocks counted by a name that each has once.
int count_blocks(const SafetensorsHeader& header, const std::string& prefix, const std::string& suffix) {
    int blocks = 0;
    while (header.find(prefix + std::to_string(blocks) + suffix))
        ++blocks;
    return blocks;
}

std::string wan_size(std::int64_t width) {
    return width == 1536 ? "1.3B" : width == 5120 ? "14B" : "with width " + std::to_string(width);
}

std::string of_shard(const SafetensorsHeader& header, int blocks) {
    const bool whole = header.find("patch_embedding.weight") && header.find("proj_out.weight");
    return whole ? " (" + std::to_string(blocks) + " blocks)" : " (one shard of several)";
}

}  // namespace

std::string recognise_tensors(const SafetensorsHeader& header) {
    auto has = [&](const char* name) { return header.find(name) != nullptr; };
    if (any_name(header, [](const std::string& n) {
            return n.find("lora_A") != n.npos || n.find("lora_down") != n.npos || n.find("lora_up") != n.npos;
        })) {
        return "a LoRA, which changes a model and is none itself";
    }
    if (any_name(header, [](const std::string& n) {
            return n.find("attn2.add_k_proj") != n.npos || n.find("img_emb.") == 0;
        })) {
        return "a transformer of Wan for images to video";
    }
    if (any_name(header, [](const std::string& n) {
            return n.find(".attn1.norm_q.weight") != n.npos && n.compare(0, 7, "blocks.") == 0;
        })) {
        const auto first = std::find_if(header.entries.begin(), header.entries.end(), [](const auto& e) {
            return e.name.ends_with(".attn1.norm_q.weight") && !e.shape.empty();
        });
        const int blocks = count_blocks(header, "blocks.", ".attn1.norm_q.weight");
        return "the transformer of a Wan2.1 model, " + wan_size(first == header.entries.end() ? 0 : first->shape[0]) +
               of_shard(header, blocks);
    }
    if (any_name(header, [](const std::string& n) {
            return n.find("blocks.") != n.npos && n.find(".self_attn.norm_q.weight") != n.npos;
        })) {
        return "a Wan transformer in the original layout of its authors (or of ComfyUI)";
    }
    if (has("shared.weight") && has("encoder.block.0.layer.0.SelfAttention.q.weight")) {
        const bool umt5 = has("encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight");
        return std::string(umt5 ? "a UMT5" : "a T5") + " text encoder of width " +
               std::to_string(extent(header, "shared.weight", 1));
    }
    if (any_name(header, [](const std::string& n) {
            return n.find("encoder.block.") == 0 && n.find("SelfAttention") != n.npos;
        })) {
        return "one shard of a T5 or UMT5 text encoder";
    }
    if (has("decoder.mid_block.attentions.0.to_qkv.weight") && has("post_quant_conv.weight"))
        return "the VAE of a Wan2.1 model";
    if (has("decoder.middle.0.residual.0.gamma") && has("conv1.weight"))
        return "a Wan VAE in the original layout of its authors";
    if (any_name(header, [](const std::string& n) { return n.find("single_transformer_blocks.0.") == 0; })) {
        return has("context_embedder.token_refiner.refiner_blocks.0.norm1.weight") ? "the transformer of HunyuanVideo"
                                                                                   : "a transformer of the Flux family";
    }
    if (any_name(header, [](const std::string& n) { return n.find("transformer_blocks.0.") == 0; })) {
        return has("patch_embed.proj.weight") ? "a transformer of the CogVideoX family"
                                              : "a diffusion transformer of another family";
    }
    if (any_name(header, [](const std::string& n) { return n.find("double_blocks.0.") != n.npos; })) {
        return "a Flux or HunyuanVideo transformer in the original layout";
    }
    if (any_name(header, [](const std::string& n) {
            return n.find("model.diffusion_model.") == 0 || n.find("down_blocks.0.") == 0;
        })) {
        return "an image diffusion model (Stable Diffusion)";
    }
    if (any_name(header, [](const std::string& n) { return n.find("model.layers.0.self_attn") == 0; }))
        return "a language model";
    if (header.entries.size() == 1 && has("latents"))
        return "latents (noise or a saved state), to be given with --latents";
    return {};
}

FileVerdict judge_single_file(const fs::path& file) {
    FileVerdict verdict;
    verdict.component.name = file.filename().string();
    auto header = read_safetensors_header(file.string());
    if (!header) {
        verdict.family = "no model file";
        verdict.problem = header.error().message;
        return verdict;
    }
    verdict.component.file_bytes = header->file_bytes;
    verdict.component.tensors = static_cast<int>(header->entries.size());
    for (const auto& entry : header->entries)
        verdict.component.parameters += entry.elements();
    const std::string what = recognise_tensors(*header);
    verdict.family = what.empty() ? "safetensors with tensors of no known model" : what;
    std::error_code error;
    for (fs::path folder = file.parent_path(); !folder.empty() && folder != folder.root_path();
         folder = folder.parent_path()) {
        if (fs::is_regular_file(folder / "model_index.json", error)) {
            verdict.problem = "This file is " + verdict.family + ", one part of a model. Choose the folder " +
                              folder.string() + " instead.";
            return verdict;
        }
        if (folder == file.parent_path().parent_path()) break;  // a part lies one folder deep
    }
    verdict.problem = "This file is " + verdict.family +
                      ". A model is a folder in diffusers layout, with model_index.json, scheduler, "
                      "text_encoder, tokenizer, transformer and vae; choose such a folder.";
    return verdict;
}

}  // namespace timeripple::engine::detail
