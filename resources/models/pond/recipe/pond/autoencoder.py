"""The VAE: AutoencoderKLWan, with whole-video passes for training.

diffusers encodes and decodes chunk by chunk with a cache. The functions here run the same modules over the whole clip at once, which
gives the same numbers (see `check`) in far fewer kernel launches.
"""

import torch
import torch.nn.functional as F

CONFIG = {
    "base_dim": 4, "decoder_base_dim": 4, "z_dim": 16, "dim_mult": [1, 4, 8, 12], "num_res_blocks": 1,
    "temperal_downsample": [False, True, True], "latents_mean": [0.0] * 16, "latents_std": [1.0] * 16,
}


def build():
    """A new VAE. Its latents are the transformer's own space, hence mean zero and deviation one in the config."""
    from diffusers import AutoencoderKLWan

    return AutoencoderKLWan(**CONFIG)


def _frames_as_batch(module, x):
    b, c, t, h, w = x.shape
    x = module(x.permute(0, 2, 1, 3, 4).reshape(b * t, c, h, w))
    return x.view(b, t, *x.shape[1:]).permute(0, 2, 1, 3, 4)


def _upsample(layer, x):
    if layer.mode == "upsample3d" and x.shape[2] > 1:
        first, rest = x[:, :, :1], x[:, :, 1:]
        b, c, t, h, w = rest.shape
        rest = layer.time_conv(rest).reshape(b, 2, c, t, h, w)
        rest = torch.stack((rest[:, 0], rest[:, 1]), 3).reshape(b, c, t * 2, h, w)
        x = torch.cat([first, rest], 2)
    doubled = lambda frames: layer.resample[1](F.interpolate(frames, scale_factor=2.0, mode="nearest-exact"))
    return _frames_as_batch(doubled, x)


def _downsample(layer, x):
    x = _frames_as_batch(layer.resample, x)
    if layer.mode == "downsample3d" and x.shape[2] > 1:
        x = torch.cat([x[:, :, :1], layer.time_conv(x)], 2)
    return x


def decode(vae, latents):
    """Latents (n, 16, f, h, w) to clips (n, 3, F, H, W), not clamped."""
    net = vae.decoder
    x = net.mid_block(net.conv_in(vae.post_quant_conv(latents)))
    for block in net.up_blocks:
        for resnet in block.resnets:
            x = resnet(x)
        if block.upsamplers is not None:
            x = _upsample(block.upsamplers[0], x)
    return net.conv_out(net.nonlinearity(net.norm_out(x)))


def encode(vae, clips):
    """Clips to latent means."""
    net = vae.encoder
    x = net.conv_in(clips)
    for layer in net.down_blocks:
        x = _downsample(layer, x) if hasattr(layer, "resample") else layer(x)
    x = net.conv_out(net.nonlinearity(net.norm_out(net.mid_block(x))))
    return vae.quant_conv(x)[:, :16]


def check():
    """Both ways agree: prints the largest differences."""
    torch.manual_seed(0)
    vae = build().eval()
    clips, latents = torch.rand(1, 3, 17, 64, 64) * 2 - 1, torch.randn(1, 16, 5, 8, 8) * 0.5
    with torch.no_grad():
        print("encode", float((encode(vae, clips) - vae.encode(clips).latent_dist.mean).abs().max()))
        print("decode", float((decode(vae, latents).clamp(-1, 1) - vae.decode(latents).sample).abs().max()))


if __name__ == "__main__":
    check()
