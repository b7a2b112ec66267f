"""The evaluation's prompts: held-out scenes in full wordings, from a seed."""

import random

from . import scenes


def held_out(count, seed, pairs=0.25):
    """Scenes with captions; each scene's main combination was never trained on, every attribute is named in the caption."""
    rng, out = random.Random(seed), []
    while len(out) < count:
        scene = scenes.draw(rng, 0.0)
        if not scene.held_out():
            continue
        if len(out) % 4 == 3 and pairs:
            scene.count = 2
        scene.motion = scene.motion
        out.append((scene, scenes.caption(scene, rng, full=True)))
    return out
