"""Judge a set drawn by sample_set with the detector. `python -m pond.judge_set FOLDER --vae FOLDER` (development numbers)

Without a VAE the linear decoder is used.
"""

import argparse
import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import torch

from . import autoencoder, judge, latents, pictures, prompts, sample, sample_set
from .detector import Detector, flicker


def _one(job):
    torch.set_num_threads(1)
    clip, scene = job
    return {**judge.compare(scene, Detector().look(clip, scene.count)), "flicker": flicker(clip)}


def decoded(drawn, count, arguments):
    """Clips as bytes."""
    device = torch.device(arguments.device)
    space = latents.LatentSpace.load(arguments.latents, device)
    vae = sample.load_vae(arguments.vae, device) if arguments.vae else None
    with torch.no_grad():
        for index in range(count):
            one = drawn[index][None].to(device)
            yield pictures.to_bytes((autoencoder.decode(vae, one) if vae is not None else space.decode(one))[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--vae")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--latents", default="latents.safetensors")
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--wrong", action="store_true")
    arguments = parser.parse_args()
    drawn, facts = sample_set.read(arguments.folder)
    asked = prompts.held_out(facts["count"], facts["seed"])[:arguments.count]
    clips = list(decoded(drawn, len(asked), arguments))
    with ProcessPoolExecutor(arguments.workers, multiprocessing.get_context("spawn")) as pool:
        verdicts = list(pool.map(_one, [(clip, scene) for clip, (scene, _) in zip(clips, asked)], chunksize=2))
    print(json.dumps(facts), json.dumps(judge.table(verdicts)), "flicker", sum(v["flicker"] for v in verdicts) / len(verdicts))
    if arguments.wrong:
        for index, ((_, caption), verdict) in enumerate(zip(asked, verdicts)):
            bad = [key for key in ("colour", "thing", "motion", "place", "pair") if verdict.get(key) is False]
            if bad:
                print(index, bad, caption, "| seen", verdict["seen"])


if __name__ == "__main__":
    main()
