"""Show that diffusers loads the shipped folder unchanged and draws with it. `python -m pond.check_pipeline FOLDER [--sheet FILE]`

Also checks file sizes, that no weight is too large for fp16, and that the VAE gives numbers in half precision.
"""

import argparse
import json
import os
import time

import numpy as np
import torch

from . import pictures


def check_files(folder):
    total = 0
    for root, _, names in os.walk(folder):
        if "recipe" in root:
            continue
        for name in names:
            size = os.path.getsize(os.path.join(root, name))
            total += size
            assert size < 16_000_000, (root, name, size)
    assert total < 32_000_000, total
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--prompt", default="a large orange fish moves left in dark water")
    parser.add_argument("--size", type=int)
    parser.add_argument("--frames", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sheet")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    from diffusers import WanPipeline

    print("bytes in all", check_files(arguments.folder))
    with open(os.path.join(arguments.folder, "pond.json"), encoding="utf-8") as file:
        default = json.load(file)["default"]
    pipe = WanPipeline.from_pretrained(arguments.folder)
    pipe.set_progress_bar_config(disable=True)
    for name in ("text_encoder", "transformer", "vae"):
        worst = max(float(p.abs().max()) for p in getattr(pipe, name).parameters())
        assert np.isfinite(worst) and worst < 60000, (name, worst)
    begin = time.time()
    size = arguments.size or default["width"]
    clip = pipe(arguments.prompt, height=size, width=size, num_frames=arguments.frames or default["frames"],
                num_inference_steps=arguments.steps or default["steps"], guidance_scale=default["guidance"],
                generator=torch.Generator().manual_seed(arguments.seed), output_type="np").frames[0]
    print("drawn in", round(time.time() - begin, 1), "s", clip.shape)
    assert np.isfinite(clip).all()
    with torch.no_grad():
        half = pipe.vae.half().decode(torch.randn(1, 16, 3, 8, 8).half()).sample
    assert torch.isfinite(half).all()
    if arguments.sheet:
        pictures.save(arguments.sheet, pictures.sheet([(clip * 255).round().astype(np.uint8)], 1))


if __name__ == "__main__":
    main()
