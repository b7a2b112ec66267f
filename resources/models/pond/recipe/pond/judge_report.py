"""Look at the clips of a `timeripple evaluate`. `python -m pond.judge_report WORK --prompts FILE -o verdicts.json`

WORK is the work folder of the evaluation, which holds report.json's clips as H.264 files; `--report` names the report. Every clip is
looked at by the detector; its score is the share of place, colour, thing and motion that it found as the prompt asked. The file that
comes out is what `timeripple evaluate --verdicts` takes in; clips that it holds already are not looked at again. `--make-prompts N SEED` writes a set of held-out prompts instead.
"""

import argparse
import functools
import json
import os
from concurrent.futures import ProcessPoolExecutor

ATTRIBUTES = ("place", "colour", "thing", "motion")


def make_prompts(path, count, seed):
    from . import prompts

    drawn = [{"prompt": text, "scene": scene.numbers()} for scene, text in prompts.held_out(count, seed)]
    note = f"Held-out prompts of Pond: recipe/pond/judge_report.py --make-prompts {count} {seed}. scene: fields of recipe/pond/scenes.py."
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        rows = ",\n  ".join(json.dumps(one) for one in drawn)
        file.write(f'{{\n "schema": 1,\n "note": {json.dumps(note)},\n "prompts": [\n  {rows}\n ]\n}}\n')


@functools.cache
def the_detector():
    from .detector import Detector

    return Detector()


def look(job):
    from . import judge
    from .evaluate import read_clip
    from .scenes import Scene

    path, numbers = job
    scene = Scene(*numbers)
    verdict = judge.compare(scene, the_detector().look(read_clip(path), scene.count))
    right = {key: bool(verdict[key]) for key in ATTRIBUTES}
    return {"score": sum(right.values()) / len(ATTRIBUTES), **right}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", nargs="?", help="work folder of the evaluation")
    parser.add_argument("--report", help="report.json of the evaluation")
    parser.add_argument("--prompts", required=True, help="the set of prompts, with its scenes")
    parser.add_argument("-o", dest="out", help="where the verdicts go")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--make-prompts", nargs=2, type=int, metavar=("N", "SEED"))
    arguments = parser.parse_args()
    if arguments.make_prompts:
        make_prompts(arguments.prompts, *arguments.make_prompts)
        return
    with open(arguments.prompts, encoding="utf-8") as file:
        scenes = {one["prompt"]: one["scene"] for one in json.load(file)["prompts"]}
    with open(arguments.report, encoding="utf-8") as file:
        clips = [clip for row in json.load(file)["rows"] for clip in row["clips"]]
    verdicts = {}
    if os.path.exists(arguments.out):
        with open(arguments.out, encoding="utf-8") as file:
            verdicts = json.load(file)["clips"]
    jobs = {clip["file"]: (os.path.join(arguments.work, clip["file"]), scenes[clip["prompt"]]) for clip in clips
            if clip["file"] not in verdicts and os.path.exists(os.path.join(arguments.work, clip["file"]))}
    with ProcessPoolExecutor(arguments.workers) as pool:
        for count, (name, verdict) in enumerate(zip(jobs, pool.map(look, jobs.values())), 1):
            verdicts[name] = verdict
            if count % 20 == 0 or count == len(jobs):
                with open(arguments.out, "w", encoding="utf-8", newline="\n") as file:
                    json.dump({"schema": 1, "clips": verdicts}, file, indent=0)
    wanted = {clip["file"] for clip in clips}
    verdicts = {name: verdict for name, verdict in verdicts.items() if name in wanted}
    print(f"{len(verdicts)} of {len(clips)} clips looked at, mean score "
          f"{100 * sum(v['score'] for v in verdicts.values()) / max(1, len(verdicts)):.1f}")


if __name__ == "__main__":
    main()
