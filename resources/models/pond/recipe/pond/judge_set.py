"""Judge a set drawn by sample_set with the detector. `python -m pond.judge_set FOLDER` (development numbers, linear decoder)"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor

import torch

from . import judge, latents, pictures, prompts, sample_set
from .detector import Detector, flicker


def _one(job):
    torch.set_num_threads(1)
    path, one, scene = job
    clip = pictures.to_bytes(latents.LatentSpace.load(path).decode(one[None])[0])
    return {**judge.compare(scene, Detector().look(clip, scene.count)), "flicker": flicker(clip)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--latents", default="latents.safetensors")
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--wrong", action="store_true")
    arguments = parser.parse_args()
    drawn, facts = sample_set.read(arguments.folder)
    asked = prompts.held_out(facts["count"], facts["seed"])[:arguments.count]
    with ProcessPoolExecutor(arguments.workers) as pool:
        verdicts = list(pool.map(_one, [(arguments.latents, drawn[i], scene) for i, (scene, _) in enumerate(asked)], chunksize=4))
    print(json.dumps(facts), json.dumps(judge.table(verdicts)), "flicker", sum(v["flicker"] for v in verdicts) / len(verdicts))
    if arguments.wrong:
        for index, ((_, caption), verdict) in enumerate(zip(asked, verdicts)):
            bad = [key for key in ("colour", "thing", "motion", "place", "pair") if verdict.get(key) is False]
            if bad:
                print(index, bad, caption, "| seen", verdict["seen"])


if __name__ == "__main__":
    main()
