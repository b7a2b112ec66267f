#!/usr/bin/env python3
"""Makes a model folder of Wan2.1's real configuration with random bf16 weights of the real shapes, for engine_bench.

    random_wan.py wan1.3b|wan14b FOLDER --pond RESOURCES/models/pond

Random weights give no video, but every product has its true size. The text encoder has two layers of UMT5-XXL's width and Pond's
vocabulary, since it is not what is measured. On a GPU 28 GB take about a minute.
"""
import argparse
import json
import pathlib
import shutil
import sys
import time

WAN = {
    "wan1.3b": dict(layers=30, heads=12, ffn=8960),
    "wan14b": dict(layers=40, heads=40, ffn=13824),
}


def transformer_tensors(layers, dim, ffn):
    """Names and shapes of WanTransformer3DModel (diffusers 0.40)."""
    yield "patch_embedding.weight", (dim, 16, 1, 2, 2)
    yield "patch_embedding.bias", (dim,)
    c = "condition_embedder."
    for name, out, inner in (("time_embedder.linear_1", dim, 256), ("time_embedder.linear_2", dim, dim),
                             ("time_proj", 6 * dim, dim), ("text_embedder.linear_1", dim, 4096),
                             ("text_embedder.linear_2", dim, dim)):
        yield c + name + ".weight", (out, inner)
        yield c + name + ".bias", (out,)
    for layer in range(layers):
        b = f"blocks.{layer}."
        for attention in ("attn1.", "attn2."):
            for part in ("to_q", "to_k", "to_v", "to_out.0"):
                yield b + attention + part + ".weight", (dim, dim)
                yield b + attention + part + ".bias", (dim,)
            yield b + attention + "norm_q.weight", (dim,)
            yield b + attention + "norm_k.weight", (dim,)
        yield b + "norm2.weight", (dim,)
        yield b + "norm2.bias", (dim,)
        yield b + "ffn.net.0.proj.weight", (ffn, dim)
        yield b + "ffn.net.0.proj.bias", (ffn,)
        yield b + "ffn.net.2.weight", (dim, ffn)
        yield b + "ffn.net.2.bias", (dim,)
        yield b + "scale_shift_table", (1, 6, dim)
    yield "scale_shift_table", (1, 2, dim)
    yield "proj_out.weight", (64, dim)
    yield "proj_out.bias", (64,)


def random_tensor(name, shape, torch, device):
    if name.endswith("norm_q.weight") or name.endswith("norm_k.weight") or name == "norm2.weight" or ".norm" in name:
        return torch.ones(shape, dtype=torch.bfloat16)
    if name.endswith("bias"):
        return torch.zeros(shape, dtype=torch.bfloat16)
    fan = 1
    for size in shape[1:]:
        fan *= size
    return (torch.randn(shape, device=device, dtype=torch.bfloat16) * (fan ** -0.5)).cpu()


def save_shards(tensors, folder, stem, limit=4_000_000_000):
    """safetensors with an index, shard by shard, so that 28 GB are never held at once."""
    from safetensors.torch import save_file
    folder.mkdir(parents=True, exist_ok=True)
    shards, names, held, size = [], {}, {}, 0

    def flush():
        nonlocal held, size
        if held:
            file = folder / f"{stem}-{len(shards) + 1:05d}.part"
            save_file(held, str(file))
            shards.append((file, list(held)))
            held, size = {}, 0

    for name, tensor in tensors:
        held[name] = tensor
        size += tensor.numel() * tensor.element_size()
        if size > limit:
            flush()
    flush()
    for number, (file, inside) in enumerate(shards):
        final = f"{stem}-{number + 1:05d}-of-{len(shards):05d}.safetensors"
        file.rename(folder / final)
        names.update({name: final for name in inside})
    (folder / f"{stem}.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": names}))


def make_model(kind, folder, pond):
    """A folder in diffusers layout: transformer of the real shape, Pond's tokenizer, a thin UMT5, Wan's VAE shape."""
    import torch
    spec = WAN[kind]
    dim = spec["heads"] * 128
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(0)
    started = time.time()
    save_shards(((name, random_tensor(name, shape, torch, device))
                 for name, shape in transformer_tensors(spec["layers"], dim, spec["ffn"])),
                folder / "transformer", "diffusion_pytorch_model")
    (folder / "transformer" / "config.json").write_text(json.dumps({
        "_class_name": "WanTransformer3DModel", "_diffusers_version": "0.40.0", "added_kv_proj_dim": None,
        "attention_head_dim": 128, "cross_attn_norm": True, "eps": 1e-6, "ffn_dim": spec["ffn"], "freq_dim": 256,
        "image_dim": None, "in_channels": 16, "num_attention_heads": spec["heads"], "num_layers": spec["layers"],
        "out_channels": 16, "patch_size": [1, 2, 2], "qk_norm": "rms_norm_across_heads", "rope_max_seq_len": 1024,
        "text_dim": 4096}))

    for part in ("tokenizer", "scheduler"):
        shutil.copytree(pond / part, folder / part, dirs_exist_ok=True)
    shutil.copy(pond / "model_index.json", folder)

    # Text encoder: width and heads of UMT5-XXL, two layers, Pond's vocabulary.
    text = json.loads((pond / "text_encoder" / "config.json").read_text())
    text.update(d_model=4096, d_kv=64, num_heads=64, d_ff=10240, num_layers=2)
    tensors = [("shared.weight", (text["vocab_size"], 4096))]
    for layer in range(2):
        b = f"encoder.block.{layer}.layer."
        tensors += [(b + f"0.SelfAttention.{p}.weight", (4096, 4096)) for p in "qkvo"]
        tensors += [(b + "0.SelfAttention.relative_attention_bias.weight",
                     (text.get("relative_attention_num_buckets", 32), 64)),
                    (b + "0.layer_norm.weight", (4096,)), (b + "1.layer_norm.weight", (4096,)),
                    (b + "1.DenseReluDense.wi_0.weight", (10240, 4096)),
                    (b + "1.DenseReluDense.wi_1.weight", (10240, 4096)),
                    (b + "1.DenseReluDense.wo.weight", (4096, 10240))]
    tensors.append(("encoder.final_layer_norm.weight", (4096,)))
    save_shards(((name, torch.ones(shape, dtype=torch.bfloat16) if "norm" in name else
                  random_tensor(name, shape, torch, device)) for name, shape in tensors), folder / "text_encoder", "model")
    (folder / "text_encoder" / "config.json").write_text(json.dumps(text))

    vae = {"_class_name": "AutoencoderKLWan", "_diffusers_version": "0.40.0", "attn_scales": [], "base_dim": 96,
           "dim_mult": [1, 2, 4, 4], "dropout": 0.0, "num_res_blocks": 2, "temperal_downsample": [False, True, True],
           "z_dim": 16, "latents_mean": [0.0] * 16, "latents_std": [1.0] * 16}
    save_shards(((name, torch.ones(shape, dtype=torch.bfloat16) if name.endswith("gamma") else
                  random_tensor(name, shape, torch, device)) for name, shape in vae_tensors(vae)), folder / "vae",
                "diffusion_pytorch_model")
    (folder / "vae" / "config.json").write_text(json.dumps(vae))
    print(f"{kind}: random weights made in {time.time() - started:.0f} s", flush=True)


def vae_tensors(vae):
    """Names and shapes of AutoencoderKLWan (diffusers 0.40)."""
    dims = [vae["base_dim"] * m for m in vae["dim_mult"]]

    def conv(name, out, inner, kernel):
        return [(name + ".weight", (out, inner) + kernel), (name + ".bias", (out,))]

    def residual(name, inner, out):
        tensors = [(name + ".norm1.gamma", (inner, 1, 1, 1)), (name + ".norm2.gamma", (out, 1, 1, 1))]
        tensors += conv(name + ".conv1", out, inner, (3, 3, 3)) + conv(name + ".conv2", out, out, (3, 3, 3))
        return tensors + (conv(name + ".conv_shortcut", out, inner, (1, 1, 1)) if inner != out else [])

    def middle(name, dim):
        a = name + ".attentions.0"
        return (residual(name + ".resnets.0", dim, dim) + residual(name + ".resnets.1", dim, dim) +
                [(a + ".norm.gamma", (dim, 1, 1))] + conv(a + ".to_qkv", 3 * dim, dim, (1, 1)) +
                conv(a + ".proj", dim, dim, (1, 1)))

    out = conv("encoder.conv_in", dims[0], 3, (3, 3, 3))
    index, inner = 0, dims[0]
    for level, dim in enumerate(dims):
        for _ in range(vae["num_res_blocks"]):
            out += residual(f"encoder.down_blocks.{index}", inner, dim)
            inner = dim
            index += 1
        if level + 1 < len(dims):
            out += conv(f"encoder.down_blocks.{index}.resample.1", dim, dim, (3, 3))
            if vae["temperal_downsample"][level]:
                out += conv(f"encoder.down_blocks.{index}.time_conv", dim, dim, (3, 1, 1))
            index += 1
    out += middle("encoder.mid_block", dims[-1]) + [("encoder.norm_out.gamma", (dims[-1], 1, 1, 1))]
    out += conv("encoder.conv_out", 2 * vae["z_dim"], dims[-1], (3, 3, 3))
    out += conv("quant_conv", 2 * vae["z_dim"], 2 * vae["z_dim"], (1, 1, 1))
    out += conv("post_quant_conv", vae["z_dim"], vae["z_dim"], (1, 1, 1))
    up = [dims[-1]] + dims[::-1]
    upsample_time = vae["temperal_downsample"][::-1]
    out += conv("decoder.conv_in", up[0], vae["z_dim"], (3, 3, 3)) + middle("decoder.mid_block", up[0])
    for level in range(len(dims)):
        inner = up[level] // 2 if level > 0 else up[level]
        block = f"decoder.up_blocks.{level}"
        for number in range(vae["num_res_blocks"] + 1):
            out += residual(f"{block}.resnets.{number}", inner, up[level + 1])
            inner = up[level + 1]
        if level + 1 < len(dims):
            out += conv(f"{block}.upsamplers.0.resample.1", inner // 2, inner, (3, 3))
            if upsample_time[level]:
                out += conv(f"{block}.upsamplers.0.time_conv", 2 * inner, inner, (3, 1, 1))
    out += [("decoder.norm_out.gamma", (up[-1], 1, 1, 1))] + conv("decoder.conv_out", 3, up[-1], (3, 3, 3))
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=sorted(WAN))
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--pond", type=pathlib.Path, required=True, help="Pond's folder: tokenizer and scheduler come from it")
    arguments = parser.parse_args()
    make_model(arguments.kind, arguments.folder, arguments.pond)


if __name__ == "__main__":
    sys.exit(main())
