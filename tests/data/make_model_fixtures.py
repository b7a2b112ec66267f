"""Outputs of diffusers v0.40.0 for tests/engine/tst_dit_model.cpp and tst_video_vae.cpp: tests/data/model/*.safetensors.

    python tests/data/make_model_fixtures.py

Weights and inputs come from seeds (seeded_weights.py) and are not stored. Needs torch 2.11, diffusers 0.40, safetensors.
"""
import contextlib
import hashlib
import json
import pathlib
import tempfile

import torch
from diffusers import AutoencoderKLWan, WanTransformer3DModel
from safetensors.torch import save_file

import seeded_weights

HERE = pathlib.Path(__file__).parent / "model"
torch.set_num_threads(2)
torch.set_grad_enabled(False)


@contextlib.contextmanager
def float_means_double():
    """diffusers pins norms and modulation to fp32 with .float(); a fp64 reference needs them in fp64."""
    original = torch.Tensor.float
    torch.Tensor.float = torch.Tensor.double
    try:
        yield
    finally:
        torch.Tensor.float = original


DIT = {
    # Heads, axes and widths of diffusers' own test; the head's channels split 4/4/4.
    "tiny": dict(
        config=dict(patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=4, out_channels=4,
                    text_dim=16, freq_dim=256, ffn_dim=32, num_layers=2, cross_attn_norm=True, rope_max_seq_len=32),
        latents=(1, 4, 3, 10, 6), text_rows=7, total_rows=12, timestep=501),
    # The head of the real models (44/42/42), little else.
    "head128": dict(
        config=dict(patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=128, in_channels=16, out_channels=16,
                    text_dim=24, freq_dim=64, ffn_dim=96, num_layers=2, cross_attn_norm=True, rope_max_seq_len=64),
        latents=(1, 16, 5, 6, 14), text_rows=9, total_rows=9, timestep=999),
    # No norm before cross-attention, other channels out than in, a patch in time.
    "plain": dict(
        config=dict(patch_size=(2, 2, 2), num_attention_heads=3, attention_head_dim=20, in_channels=3, out_channels=5,
                    text_dim=8, freq_dim=32, ffn_dim=40, num_layers=1, cross_attn_norm=False, rope_max_seq_len=16),
        latents=(1, 3, 6, 4, 10), text_rows=3, total_rows=40, timestep=37),
}


def dit_inputs(case):
    latents = seeded_weights.values("latents", case["latents"])
    text = torch.zeros(1, case["total_rows"], case["config"]["text_dim"])
    text[0, : case["text_rows"]] = seeded_weights.values("text", (case["text_rows"], case["config"]["text_dim"]))
    return latents, torch.tensor([case["timestep"]]), text


def make_dit(name, case):
    model = WanTransformer3DModel(**case["config"]).eval()
    seeded_weights.fill(model)
    latents, timestep, text = dit_inputs(case)
    out = {"float32": model(latents, timestep, text, return_dict=False)[0]}
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        half = WanTransformer3DModel.from_pretrained(folder, torch_dtype=torch.bfloat16)
        out["bfloat16"] = half(latents.bfloat16(), timestep, text.bfloat16(), return_dict=False)[0].float()
    model.double()
    with float_means_double():
        out["float64"] = model(latents.double(), timestep, text.double(), return_dict=False)[0]
    save_file({k: v.contiguous() for k, v in out.items()}, HERE / f"dit_{name}.safetensors")
    (HERE / f"dit_{name}.json").write_text(json.dumps({"_class_name": "WanTransformer3DModel", **case["config"]}, indent=1) + "\n")


VAE = {
    # Order of the samplers as in Wan2.1, own width of the decoder.
    "wan": dict(
        config=dict(base_dim=4, decoder_base_dim=6, z_dim=4, dim_mult=[1, 2, 4, 4], num_res_blocks=1, attn_scales=[],
                    temperal_downsample=[False, True, True], latents_mean=[-0.7, 0.1, 0.9, -0.2],
                    latents_std=[2.8, 1.4, 2.3, 0.7]),
        latents=(1, 4, 4, 5, 3), frames=(1, 3, 13, 40, 24), tiled_latents=(1, 4, 3, 7, 5), tiled_frames=(1, 3, 9, 56, 40),
        tile=32, stride=24),
    # Another depth, other order in time.
    "other": dict(
        config=dict(base_dim=6, z_dim=3, dim_mult=[1, 2, 3], num_res_blocks=2, attn_scales=[],
                    temperal_downsample=[True, False], latents_mean=[0.3, -0.1, 0.2], latents_std=[1.3, 0.6, 1.1],
                    scale_factor_spatial=4, scale_factor_temporal=2),
        latents=(1, 3, 4, 5, 6), frames=(1, 3, 9, 20, 28)),
}


def make_vae(name, case):
    vae = AutoencoderKLWan(**case["config"]).eval()
    seeded_weights.fill(vae)
    mean = torch.tensor(vae.config.latents_mean).view(1, -1, 1, 1, 1)
    inverse = 1.0 / torch.tensor(vae.config.latents_std).view(1, -1, 1, 1, 1)

    def decode(shape, key):
        return vae.decode(seeded_weights.values(key, shape) / inverse + mean, return_dict=False)[0]

    def encode(shape, key):
        return vae.encode(seeded_weights.values(key, shape, 0.5), return_dict=False)[0].mode()

    out = {"decoded": decode(case["latents"], "latents"), "encoded": encode(case["frames"], "frames")}
    if "tile" in case:
        vae.enable_tiling(case["tile"], case["tile"], case["stride"], case["stride"])
        out["decoded_tiled"] = decode(case["tiled_latents"], "tiled_latents")
        out["encoded_tiled"] = encode(case["tiled_frames"], "tiled_frames")
    save_file({k: v.contiguous() for k, v in out.items()}, HERE / f"vae_{name}.safetensors")
    (HERE / f"vae_{name}.json").write_text(json.dumps({"_class_name": "AutoencoderKLWan", **case["config"]}, indent=1) + "\n")


FULL = {
    "dit_1_3b": (WanTransformer3DModel, dict(num_attention_heads=12, attention_head_dim=128, ffn_dim=8960, num_layers=30)),
    "dit_14b": (WanTransformer3DModel, dict(num_attention_heads=40, attention_head_dim=128, ffn_dim=13824, num_layers=40)),
    "vae": (AutoencoderKLWan, dict()),
}


def make_full_sizes():
    """Names and shapes of the full-size models, without weights: count, parameters, SHA-256 of the sorted lines."""
    sizes = {}
    for name, (kind, config) in FULL.items():
        with torch.device("meta"):
            model = kind(**config)
        lines = sorted(f"{key} {list(value.shape)}".replace(", ", ",") for key, value in model.named_parameters())
        sizes[name] = {"config": config, "tensors": len(lines), "parameters": sum(v.numel() for v in model.parameters()),
                       "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest()}
    (HERE / "full_sizes.json").write_text(json.dumps(sizes, indent=1) + "\n")


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, case in DIT.items():
        make_dit(name, case)
    for name, case in VAE.items():
        make_vae(name, case)
    make_full_sizes()
