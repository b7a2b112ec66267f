"""Whole runs of diffusers v0.40.0's WanPipeline for tests/engine/tst_pipeline.cpp: tests/data/model/pipeline.{safetensors,json}.

    python tests/data/make_pipeline_fixture.py

All weights and the initial latents come from seeds (seeded_weights.py); the tokenizer is a test's. The JSON holds configs and the
names and shapes of the parameters, from which the test writes the model folder itself. Needs torch, diffusers, transformers.
"""
import json
import pathlib

import torch
from diffusers import AutoencoderKLWan, FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler, WanPipeline, WanTransformer3DModel
from safetensors.torch import save_file
from transformers import T5Tokenizer, UMT5Config, UMT5EncoderModel

import seeded_weights

ROOT = pathlib.Path(__file__).parents[2]
TOKENIZER = ROOT / "tests" / "data" / "text" / "tokenizer_plain"
OUT = ROOT / "tests" / "data" / "model"
torch.set_num_threads(2)
torch.set_grad_enabled(False)

DIT = dict(patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=24, in_channels=4, out_channels=4, text_dim=32,
           freq_dim=64, ffn_dim=80, num_layers=2, cross_attn_norm=True, rope_max_seq_len=64)
VAE = dict(base_dim=4, z_dim=4, dim_mult=[1, 2, 2, 2], num_res_blocks=1, attn_scales=[], temperal_downsample=[False, True, True],
           latents_mean=[-0.7, 0.1, 0.9, -0.2], latents_std=[2.8, 1.4, 2.3, 0.7])
TEXT = dict(vocab_size=384, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4, relative_attention_num_buckets=16,
            relative_attention_max_distance=32, feed_forward_proj="gated-gelu", dropout_rate=0.0)
UNIPC = dict(prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0)
LATENTS = (1, 4, 3, 6, 4)  # 9 frames of 32 x 48
PROMPT, NEGATIVE = "a large orange fish moves left in dark water", "a red leaf"
CASES = {
    "unipc_2": dict(scheduler="unipc", steps=2, guidance=1.0),
    "unipc_2_guided": dict(scheduler="unipc", steps=2, guidance=5.0),
    "unipc_20": dict(scheduler="unipc", steps=20, guidance=1.0),
    "unipc_20_guided": dict(scheduler="unipc", steps=20, guidance=3.0),
    "euler_20_guided": dict(scheduler="euler", steps=20, guidance=3.0),
}


def parameters(module):
    return {name: list(value.shape) for name, value in module.named_parameters()}


if __name__ == "__main__":
    transformer = WanTransformer3DModel(**DIT).eval()
    vae = AutoencoderKLWan(**VAE).eval()
    text_encoder = UMT5EncoderModel(UMT5Config(**TEXT)).eval()
    for module in (transformer, vae, text_encoder):
        seeded_weights.fill(module)
    tokenizer = T5Tokenizer.from_pretrained(TOKENIZER)
    tensors = {}
    for name, case in CASES.items():
        kind = UniPCMultistepScheduler(**UNIPC) if case["scheduler"] == "unipc" else FlowMatchEulerDiscreteScheduler(shift=3.0)
        pipe = WanPipeline(tokenizer, text_encoder, vae, kind, transformer)
        pipe.set_progress_bar_config(disable=True)
        arguments = dict(prompt=PROMPT, negative_prompt=NEGATIVE, height=LATENTS[3] * 8, width=LATENTS[4] * 8,
                         num_frames=(LATENTS[2] - 1) * 4 + 1, num_inference_steps=case["steps"], guidance_scale=case["guidance"],
                         latents=seeded_weights.values("initial", LATENTS))
        tensors[name + ".latents"] = pipe(**arguments, output_type="latent").frames.contiguous()
        if case["steps"] > 2:
            frames = pipe(**arguments, output_type="pt").frames  # [1, T, 3, H, W] in [0, 1]
            tensors[name + ".frames"] = (frames[0].transpose(0, 1) * 2 - 1).contiguous()
    save_file(tensors, OUT / "pipeline.safetensors")
    facts = {
        "transformer": {"config": {"_class_name": "WanTransformer3DModel", **DIT}, "parameters": parameters(transformer)},
        "vae": {"config": {"_class_name": "AutoencoderKLWan", **VAE}, "parameters": parameters(vae)},
        "text_encoder": {"config": {"architectures": ["UMT5EncoderModel"], "model_type": "umt5", "layer_norm_epsilon": 1e-6,
                                    "eos_token_id": 1, "pad_token_id": 0, "is_gated_act": True, "dense_act_fn": "gelu_new", **TEXT},
                         "parameters": parameters(text_encoder)},
        "scheduler": {"_class_name": "UniPCMultistepScheduler", "solver_order": 2, "solver_type": "bh2", "predict_x0": True,
                      "lower_order_final": True, "final_sigmas_type": "zero", **UNIPC},
        "prompt": PROMPT, "negative_prompt": NEGATIVE, "latents": LATENTS, "cases": CASES,
    }
    (OUT / "pipeline.json").write_text(json.dumps(facts, indent=1) + "\n")
