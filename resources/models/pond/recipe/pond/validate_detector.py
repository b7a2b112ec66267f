"""The detector's own error, on clips of the renderer. `python -m pond.validate_detector --count 100 --size 128`"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor

import torch

from . import judge, pictures, prompts, world
from .detector import Detector, flicker


def _one(job):
    torch.set_num_threads(1)
    scene, size, frames, seed = job
    clip = pictures.to_bytes(world.render_scene(scene, frames, size, seed))
    return {**judge.compare(scene, Detector().look(clip, scene.count)), "flicker": flicker(clip)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--frames", type=int, default=33)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--wrong", action="store_true", help="list what was seen wrongly")
    arguments = parser.parse_args()
    scenes = [scene for scene, _ in prompts.held_out(arguments.count, arguments.seed)]
    jobs = [(scene, arguments.size, arguments.frames, arguments.seed * 1000 + i) for i, scene in enumerate(scenes)]
    with ProcessPoolExecutor(arguments.workers) as pool:
        verdicts = list(pool.map(_one, jobs))
    print(json.dumps({**judge.table(verdicts), "flicker": sum(v["flicker"] for v in verdicts) / len(verdicts)}, indent=1))
    if arguments.wrong:
        for index, (scene, verdict) in enumerate(zip(scenes, verdicts)):
            bad = [key for key in ("colour", "thing", "motion", "place", "pair") if verdict.get(key) is False]
            if bad:
                print(index, bad, verdict["wanted"], "seen", verdict["seen"])


if __name__ == "__main__":
    main()
