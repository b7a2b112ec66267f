"""World preview: a contact sheet of random scenes and their captions. `python -m pond.preview SHEET.png`"""

import argparse
import random

import torch

from . import pictures, scenes, world


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sheet")
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--frames", type=int, default=33)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rng = random.Random(arguments.seed)
    clips = []
    for index in range(arguments.count):
        scene = scenes.draw(rng)
        scene.place, scene.thing, scene.motion = index % 8, (index + index // 8) % 8, index % 10
        scene.thing2 = (scene.thing + 3) % 8
        clips.append(pictures.to_bytes(world.render_scene(scene, arguments.frames, arguments.size, arguments.seed + index)))
        print(scenes.caption(scene, rng, full=True))
    pictures.save(arguments.sheet, pictures.sheet(clips))


if __name__ == "__main__":
    main()
