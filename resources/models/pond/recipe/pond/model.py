"""The text encoder (UMT5) and the transformer (Wan2.1), and how training runs them.

Both are the library's own classes. Training replaces only the attention processors: WanPipeline feeds 512 text rows of which all after
the caption are zero and attended, so a few zero rows whose scores carry log(count) stand for the many, which gives the same numbers.
"""

import math

import torch
import torch.nn.functional as F

from .tokenizer import CAPTION_ROWS, TEXT_ROWS, ZERO_ROWS

WIDTH, HEADS, LAYERS, TEXT_WIDTH = 256, 4, 10, 192

TEXT_CONFIG = {
    "vocab_size": 256, "d_model": TEXT_WIDTH, "d_kv": 32, "d_ff": 512, "num_layers": 3, "num_heads": 6,
    "relative_attention_num_buckets": 16, "relative_attention_max_distance": 32, "dropout_rate": 0.0, "feed_forward_proj": "gated-gelu",
}
TRANSFORMER_CONFIG = {
    "patch_size": (1, 2, 2), "num_attention_heads": HEADS, "attention_head_dim": WIDTH // HEADS, "in_channels": 16, "out_channels": 16,
    "text_dim": TEXT_WIDTH, "freq_dim": 256, "ffn_dim": 4 * WIDTH, "num_layers": LAYERS, "cross_attn_norm": True,
    "qk_norm": "rms_norm_across_heads", "rope_max_seq_len": 128,
}


def _rotate(x, cos, sin):
    first, second = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    cos, sin = cos[..., 0::2], sin[..., 1::2]
    return torch.stack((first * cos - second * sin, first * sin + second * cos), -1).flatten(-2).type_as(x)


class Processor:
    """Attention with as little around it as possible; `bias` is added to the scores of cross attention."""

    def __init__(self, bias=None):
        self.bias = bias

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, rotary_emb=None, **_):
        source = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = attn.norm_q(attn.to_q(hidden_states)), attn.norm_k(attn.to_k(source)), attn.to_v(source)
        query, key, value = (x.unflatten(2, (attn.heads, -1)) for x in (query, key, value))
        bias = None
        if encoder_hidden_states is None:
            query, key = _rotate(query, *rotary_emb), _rotate(key, *rotary_emb)
        else:
            bias = self.bias.to(query.dtype)
        query, key, value = (x.to(value.dtype).transpose(1, 2) for x in (query, key, value))
        if bias is None:
            out = F.scaled_dot_product_attention(query, key, value)
        else:  # few keys: plain arithmetic fuses best
            scores = (query @ key.transpose(-1, -2)).float() * query.shape[-1] ** -0.5 + bias.float()
            out = scores.softmax(-1).to(value.dtype) @ value
        return attn.to_out[0](out.transpose(1, 2).flatten(2))


def build(device="cpu"):
    """A new text encoder and transformer. The transformer starts as the zero function."""
    from diffusers import WanTransformer3DModel
    from transformers import UMT5Config, UMT5EncoderModel

    text = UMT5EncoderModel(UMT5Config(**TEXT_CONFIG)).to(device)
    transformer = WanTransformer3DModel(**TRANSFORMER_CONFIG).to(device)
    torch.nn.init.zeros_(transformer.proj_out.weight)
    torch.nn.init.zeros_(transformer.proj_out.bias)
    return text, transformer


def use_training_attention(transformer):
    """Processors that read CAPTION_ROWS rows and ZERO_ROWS zero rows that count for all others."""
    bias = torch.zeros(CAPTION_ROWS + ZERO_ROWS, device=transformer.proj_out.weight.device)
    bias[CAPTION_ROWS:] = math.log((TEXT_ROWS - CAPTION_ROWS) / ZERO_ROWS)
    for block in transformer.blocks:
        block.attn1.set_processor(Processor())
        block.attn2.set_processor(Processor(bias))
    return transformer


def embed(text, ids):
    """Caption rows and the zero rows: (batch, CAPTION_ROWS + ZERO_ROWS, width)."""
    mask = ids != 0
    rows = text(input_ids=ids, attention_mask=mask.long()).last_hidden_state
    return F.pad(rows * mask[..., None].to(rows.dtype), (0, 0, 0, ZERO_ROWS))


class Runner:
    """The transformer's forward pass with each block compiled once for all shapes; blocks run in bf16 where `half` is set."""

    def __init__(self, transformer, compiled=False, half=False):
        self.net, self.half = transformer, half
        self.block = _run_block
        if compiled:
            self.block = torch.compile(_run_block, dynamic=True)

    def __call__(self, latents, time, rows):
        """latents (n, 16, f, h, w), time 0 to 1, text rows; gives the velocity in fp32."""
        net = self.net
        n, c, f, h, w = latents.shape
        rotary = net.rope(latents)
        temb, modulation, rows, _ = net.condition_embedder(time * 1000, rows, None)
        modulation = modulation.unflatten(1, (6, -1))
        with torch.autocast(latents.device.type, torch.bfloat16, enabled=self.half):
            tokens = latents.view(n, c, f, h // 2, 2, w // 2, 2).permute(0, 2, 3, 5, 1, 4, 6).reshape(n, -1, c * 4)
            x = F.linear(tokens, net.patch_embedding.weight.flatten(1), net.patch_embedding.bias)
            for block in net.blocks:
                x = self.block(block, x, rows, modulation, rotary)
            shift, scale = (net.scale_shift_table + temb[:, None]).chunk(2, 1)
            x = net.proj_out(net.norm_out(x.float()) * (1 + scale) + shift)
        x = x.float().view(n, f, h // 2, w // 2, 1, 2, 2, c).permute(0, 7, 1, 4, 2, 5, 3, 6)
        return x.reshape(n, c, f, h, w)


def _run_block(block, x, rows, modulation, rotary):
    return block(x, rows, modulation, rotary)


def check():
    """The training pass with 48 rows equals diffusers' own with 512."""
    torch.manual_seed(0)
    text, transformer = build()
    text.eval(), transformer.eval()
    for parameter in transformer.parameters():
        parameter.data.add_(0.02 * torch.randn_like(parameter))
    print("parameters", *(round(sum(p.numel() for p in m.parameters()) / 1e6, 3) for m in (text, transformer)))
    ids = torch.zeros(2, CAPTION_ROWS, dtype=torch.long)
    ids[0, :9], ids[1, 0] = torch.randint(3, 200, (9,)), 1
    latents, time = torch.randn(2, 16, 3, 8, 12), torch.tensor([0.9, 0.2])
    with torch.no_grad():
        rows = embed(text, ids)
        whole = F.pad(rows, (0, 0, 0, TEXT_ROWS - CAPTION_ROWS - ZERO_ROWS))
        wanted = transformer(latents, time * 1000, whole, return_dict=False)[0]
        found = Runner(use_training_attention(transformer))(latents, time, rows)
    print("largest difference", float((wanted - found).abs().max()), "of", float(wanted.abs().max()))


if __name__ == "__main__":
    check()
