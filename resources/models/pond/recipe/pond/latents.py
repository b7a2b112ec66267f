"""The latent space: a scaled PCA of 4x8x8 blocks, sixteen channels.

The transformer lives in this space and the VAE is fitted to it, so both can be trained at the same time, and encoding costs one
matrix product. Channel scales are the square roots of the channels' own deviations (half-whitened): fine detail keeps less power
than tone and colour, so that noise drowns it first, as in pixel space, but no channel is left so weak that few steps cannot draw it.
"""

import random

import torch
from safetensors.torch import load_file, save_file

from . import scenes, world

CHANNELS = 16


def to_blocks(video):
    """(n, 3, F, H, W) to (n, f, h, w, 768); the first frame counts four times."""
    video = torch.cat([video[:, :, :1].expand(-1, -1, 4, -1, -1), video[:, :, 1:]], 2)
    n, _, frames, height, width = video.shape
    blocks = video.reshape(n, 3, frames // 4, 4, height // 8, 8, width // 8, 8).permute(0, 2, 4, 6, 1, 3, 5, 7)
    return blocks.reshape(n, frames // 4, height // 8, width // 8, 768)


def to_video(blocks):
    n, f, h, w, _ = blocks.shape
    video = blocks.reshape(n, f, h, w, 3, 4, 8, 8).permute(0, 4, 1, 5, 2, 6, 3, 7).reshape(n, 3, f * 4, h * 8, w * 8)
    return video[:, :, 3:]


class LatentSpace:
    """Linear encoder and decoder between clips and latents."""

    def __init__(self, mean, basis, scale):
        self.mean, self.basis, self.scale = mean, basis, scale

    @classmethod
    def load(cls, path, device="cpu"):
        tensors = {name: tensor.to(device) for name, tensor in load_file(str(path)).items()}
        return cls(tensors["mean"], tensors["basis"], tensors["scale"])

    def save(self, path):
        save_file({"mean": self.mean, "basis": self.basis.contiguous(), "scale": self.scale}, str(path))

    def encode(self, video):
        matrix = self.basis / self.scale
        offset = self.mean @ matrix
        latents = to_blocks(video) @ matrix.to(video.dtype) - offset.to(video.dtype)
        return latents.permute(0, 4, 1, 2, 3).contiguous()

    def decode(self, latents):
        return to_video((latents.permute(0, 2, 3, 4, 1) * self.scale) @ self.basis.T + self.mean)


def fit(clips, seed, exponent=0.5, floor=0.25):
    """Fit on clips of all sizes, with mean channel variance one; blocks with contrast inside count more than plain ones, since edges are what is hard to draw."""
    rng = random.Random(seed)
    rows, weights = [], []
    for index in range(clips):
        size = (128, 192, 256)[index % 3]
        video = world.render_scene(scenes.draw_training(rng), 17, size, seed + index)[None]
        blocks = to_blocks(video).reshape(-1, 768)
        pick = torch.randperm(len(blocks))[:1200]
        rows.append(blocks[pick])
    rows = torch.cat(rows).double()
    weights = (rows.reshape(-1, 3, 256).var(-1).mean(-1).sqrt() + 0.05)[:, None]
    mean = (rows * weights).sum(0) / weights.sum()
    centred = rows - mean
    values, vectors = torch.linalg.eigh((centred * weights).T @ centred / weights.sum())
    basis = vectors[:, -CHANNELS:].flip(1)
    plain = (rows - mean) @ basis
    deviation = plain.std(0)
    relative = (deviation / deviation[0]) ** (1 - exponent)
    relative = relative.clamp(min=floor)
    scale = deviation / relative * relative.square().mean().sqrt()
    return LatentSpace(mean.float(), basis.float().contiguous(), scale.float())


def main():
    import argparse

    parser = argparse.ArgumentParser(description="Fit the latent space. python -m pond.latents FILE.safetensors")
    parser.add_argument("file")
    parser.add_argument("--clips", type=int, default=240)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    space = fit(arguments.clips, arguments.seed)
    space.save(arguments.file)
    rng = random.Random(99)
    for size in (128, 192, 256):
        errors = []
        for index in range(10):
            video = world.render_scene(scenes.draw_training(rng), 17, size, 5000 + index)[None]
            latents = space.encode(video)
            errors.append(((space.decode(latents) - video) ** 2).mean())
        print(size, "linear PSNR", round(float(10 * torch.log10(4 / torch.stack(errors).mean())), 2), "deviations",
              [round(float(value), 2) for value in latents.std((0, 2, 3, 4))])


if __name__ == "__main__":
    main()
