"""Judge the shipped model on held-out prompts. `python -m pond.evaluate FOLDER --cli PATH --out DIR`

Each prompt is drawn by the engine's command line (`--cli`) or by diffusers' WanPipeline (`--diffusers`), decoded, and looked at by the
detector. Every verdict is appended to DIR/verdicts*.jsonl at once, so a long evaluation can be stopped and goes on where it was; several
processes may share it (`--part 0/8` to `--part 7/8`, then once without, which finds the rest done and writes the table).
"""

import argparse
import glob
import json
import os
import shlex
import subprocess
import tempfile

import cv2
import numpy as np

from . import judge, prompts
from .detector import Detector, flicker


def read_clip(path):
    """Frames of a video file or of a folder of pictures, RGB bytes."""
    if os.path.isdir(path):
        frames = [cv2.imread(os.path.join(path, name)) for name in sorted(os.listdir(path)) if name.endswith((".png", ".jpg"))]
    else:
        reader, frames = cv2.VideoCapture(path), []
        while True:
            more, frame = reader.read()
            if not more:
                break
            frames.append(frame)
        reader.release()
    if not frames:
        raise OSError(f"no frames in {path}")
    return np.stack([cv2.cvtColor(frame, cv2.COLOR_BGR2RGB) for frame in frames])


class CommandLine:
    """The engine's `timeripple generate`; `template` is the command after the program's name, filled in for each prompt."""

    def __init__(self, program, template, settings):
        self.program, self.template, self.settings = program, template, settings

    def draw(self, prompt, seed):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "frames")  # a folder of pictures: nothing lost to a video codec
            words = [word.format(prompt=prompt, seed=seed, out=out, **self.settings) for word in shlex.split(self.template)]
            subprocess.run([self.program, *words], check=True, stdout=subprocess.DEVNULL)
            return read_clip(out)


class Diffusers:
    """The reference pipeline."""

    def __init__(self, folder, settings, threads):
        import torch
        from diffusers import UniPCMultistepScheduler, WanPipeline

        torch.set_num_threads(threads)
        self.torch, self.settings = torch, settings
        self.pipe = WanPipeline.from_pretrained(folder)
        self.pipe.scheduler = UniPCMultistepScheduler.from_config(self.pipe.scheduler.config, flow_shift=settings["shift"])
        self.pipe.set_progress_bar_config(disable=True)

    def draw(self, prompt, seed):
        s = self.settings
        clip = self.pipe(prompt, height=s["height"], width=s["width"], num_frames=s["frames"], num_inference_steps=s["steps"],
                         guidance_scale=s["guidance"], generator=self.torch.Generator().manual_seed(seed), output_type="np").frames[0]
        return (clip * 255).round().astype(np.uint8)


def summary(verdicts):
    return {**judge.table(verdicts), "flicker": round(sum(v["flicker"] for v in verdicts) / len(verdicts), 5)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="the model")
    parser.add_argument("--out", required=True)
    parser.add_argument("--cli", help="path of the engine's command line")
    parser.add_argument("--template", default="generate --model {model} --prompt {prompt} --seed {seed} --width {width} --height {height} "
                        "--frames {frames} --steps {steps} --guidance {guidance} --shift {shift} --attention dense -o {out}",
                        help="what follows the program's name; each word is filled in by itself")
    parser.add_argument("--diffusers", action="store_true")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=1, help="another one gives other prompts and noise")
    parser.add_argument("--size", type=int)
    parser.add_argument("--frames", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--guidance", type=float)
    parser.add_argument("--shift", type=float)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--part", default="0/1", help="draw only each N-th prompt: K/N")
    arguments = parser.parse_args()
    with open(os.path.join(arguments.folder, "pond.json"), encoding="utf-8") as file:
        settings = json.load(file)["default"]
    settings["model"] = arguments.folder
    for name in ("frames", "steps", "guidance", "shift"):
        settings[name] = getattr(arguments, name) or settings[name]
    if arguments.size:
        settings["width"] = settings["height"] = arguments.size
    backend = Diffusers(arguments.folder, settings, arguments.threads) if arguments.diffusers else \
        CommandLine(arguments.cli, arguments.template, settings)
    os.makedirs(arguments.out, exist_ok=True)
    part, parts = (int(number) for number in arguments.part.split("/"))
    path = os.path.join(arguments.out, f"verdicts-{part}.jsonl" if parts > 1 else "verdicts.jsonl")
    verdicts = []
    for known in sorted(glob.glob(os.path.join(arguments.out, "verdicts*.jsonl"))):
        with open(known, encoding="utf-8") as file:
            verdicts += [json.loads(line) for line in file]
    done = {(v["prompt"], v["seed"]) for v in verdicts}
    detector = Detector()
    for turn in range(arguments.seeds):
        for index, (scene, prompt) in enumerate(prompts.held_out(arguments.count, arguments.first_seed)):
            seed = (arguments.first_seed + turn) * 1000 + index
            if (prompt, seed) in done or index % parts != part:
                continue
            clip = backend.draw(prompt, seed)
            verdict = {"prompt": prompt, "seed": seed, **judge.compare(scene, detector.look(clip, scene.count)), "flicker": flicker(clip)}
            verdicts.append(verdict)
            with open(path, "a", encoding="utf-8") as file:
                file.write(json.dumps(verdict) + "\n")
            wrong = [key for key in ("colour", "place", "motion", "thing", "pair") if verdict.get(key) is False]
            print(len(verdicts), prompt, "wrong:" if wrong else "right", *wrong, flush=True)
    if parts > 1:
        return
    with open(os.path.join(arguments.out, "table.json"), "w", encoding="utf-8") as file:
        json.dump({"settings": settings, "backend": "diffusers" if arguments.diffusers else "engine command line",
                   **summary(verdicts)}, file, indent=1)
    print(json.dumps(summary(verdicts), indent=1))


if __name__ == "__main__":
    main()
