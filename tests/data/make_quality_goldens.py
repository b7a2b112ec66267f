"""PSNR and SSIM goldens of scikit-image for tests/engine/tst_frame_quality.cpp: tests/data/model/quality.json.

    python tests/data/make_quality_goldens.py     (needs numpy, scikit-image)

The frames come from seeds (seeded_weights.py): a smooth picture, the same with noise, and an unrelated one.
"""
import json
import pathlib

import numpy as np
from skimage.metrics import structural_similarity

import seeded_weights

FRAMES, HEIGHT, WIDTH = 3, 40, 52
SHAPE = (FRAMES, HEIGHT, WIDTH, 3)


def noise(name):
    return seeded_weights.uniform(name, int(np.prod(SHAPE))).reshape(SHAPE).astype(np.float64)


def ramp():
    f, y, x, c = np.meshgrid(*(np.arange(n) for n in SHAPE), indexing="ij")
    return ((f * 31 + y * 5 + x * 3 + c * 70) % 256).astype(np.float64)


def to_bytes(values):
    return np.floor(np.clip(values, 0, 255)).astype(np.uint8)


if __name__ == "__main__":
    reference = to_bytes(ramp())
    candidates = {"noisy": to_bytes(ramp() + 40 * noise("quality")), "other": to_bytes(128 + 200 * noise("other"))}
    goldens = {}
    for name, candidate in candidates.items():
        squared = (reference.astype(np.float64) - candidate) ** 2
        psnr = [10 * np.log10(255.0**2 / frame.mean()) for frame in squared]
        ssim = [
            structural_similarity(a, b, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
                                  data_range=255) for a, b in zip(reference, candidate)
        ]
        goldens[name] = {"psnr": psnr, "ssim": ssim, "mean_psnr": float(10 * np.log10(255.0**2 / squared.mean()))}
    path = pathlib.Path(__file__).parent / "model" / "quality.json"
    path.write_text(json.dumps(goldens, indent=1) + "\n")
