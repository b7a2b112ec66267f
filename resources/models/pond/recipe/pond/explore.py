"""Compare sampling settings of a training state on held-out prompts, on a GPU. `python -m pond.explore STATE VAE_FOLDER --seconds 60`

Development numbers: this package's own sampler in bf16, the trained VAE, the detector in many processes. Prints one line a setting.
"""

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor

import torch

from . import autoencoder, judge, pictures, prompts, sample
from .detector import Detector, flicker

# (size, frames, steps, guidance, shift, prompts, seed)
SETTINGS = (
    (256, 33, 20, 4.0, 3.0, 200, 1), (256, 33, 12, 4.0, 3.0, 96, 1), (128, 33, 20, 4.0, 3.0, 200, 1), (192, 33, 20, 4.0, 3.0, 96, 1),
    (256, 33, 14, 4.0, 5.0, 96, 1), (256, 33, 10, 5.0, 4.0, 96, 1), (256, 33, 20, 6.0, 3.0, 96, 1), (256, 33, 20, 4.0, 3.0, 200, 2),
)


def look(job):
    scene, clip = job
    return {**judge.compare(scene, Detector().look(clip, scene.count)), "flicker": flicker(clip)}


def report(setting, verdicts, seconds):
    table = judge.table(verdicts)
    short = {key: (table[key] or {}).get("percent") for key in ("colour", "place", "motion", "thing", "pair colours", "pair", "relation")}
    print(json.dumps({"setting": setting, **short, "flicker": round(sum(v["flicker"] for v in verdicts) / len(verdicts), 5),
                      "at second": round(seconds, 1)}), flush=True)
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state")
    parser.add_argument("vae")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=14)
    parser.add_argument("--tokenizer", default="spiece.model")
    parser.add_argument("--out", default=".")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--prompts", type=int, help="fewer prompts, to try it out")
    parser.add_argument("--scale", type=int, default=1, help="divide sizes, to try it out")
    arguments = parser.parse_args()
    begin, device = time.time(), torch.device(arguments.device)
    pool = ProcessPoolExecutor(arguments.workers)
    list(pool.map(abs, range(arguments.workers)))
    vae = sample.load_vae(arguments.vae, device)
    sampler = sample.Sampler(arguments.state, arguments.tokenizer, device)
    tables, pending = {}, []

    def collect(all_of_them):
        while pending and (all_of_them or pending[0][1][-1].done()):
            setting, jobs = pending.pop(0)
            tables[str(setting)] = report(setting, [job.result() for job in jobs], time.time() - begin)

    for setting in SETTINGS:
        if time.time() - begin > arguments.seconds - 12:
            break
        size, frames, steps, guidance, shift, count, seed = setting
        size, count = size // arguments.scale, arguments.prompts or count
        asked, jobs, part, shown = prompts.held_out(count, seed), [], 40 if size >= 256 else 100, []
        for at in range(0, len(asked), part):
            some = asked[at:at + part]
            x = sampler.latents([text for _, text in some], [seed * 1000 + at + i for i in range(len(some))], size, frames, steps,
                                guidance, shift)
            for (scene, _), one in zip(some, x):
                with torch.no_grad(), torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                    clip = pictures.to_bytes(autoencoder.decode(vae, one[None])[0])
                jobs.append(pool.submit(look, (scene, clip)))
                if len(shown) < 12:
                    shown.append(clip)
        pictures.save(f"{arguments.out}/{size}-{steps}-{guidance:g}-{shift:g}-{seed}.jpg", pictures.sheet(shown))
        pending.append((setting, jobs))
        collect(False)
    collect(True)
    with open(f"{arguments.out}/tables.json", "w", encoding="utf-8") as out:
        json.dump(tables, out)


if __name__ == "__main__":
    main()
