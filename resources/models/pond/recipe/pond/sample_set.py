"""Draw a set of held-out prompts from a training state and keep the latents, eight bits each. `python -m pond.sample_set STATE OUT`

For looking at a state far from the machine that trained it: `read` gives the latents back. The shipped model is judged by evaluate.py.
"""

import argparse
import json
import os

import torch

from . import prompts, sample, shards


def read(folder):
    """Latents by index, and the facts."""
    tensors, facts = shards.load(folder, "set")
    return {int(key[1:]): tensors[key].float() * tensors["scale"] for key in tensors if key != "scale"}, facts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state")
    parser.add_argument("out")
    parser.add_argument("--tokenizer", default="spiece.model")
    parser.add_argument("--count", type=int, default=192)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--frames", type=int, default=33)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--shift", type=float, default=3.0)
    parser.add_argument("--part", type=int, default=24)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    sampler = sample.Sampler(arguments.state, arguments.tokenizer, device)
    asked = prompts.held_out(arguments.count, arguments.seed)
    drawn = []
    for at in range(0, len(asked), arguments.part):
        some = asked[at:at + arguments.part]
        seeds = [arguments.seed * 1000 + at + index for index in range(len(some))]
        drawn.append(sampler.latents([caption for _, caption in some], seeds, arguments.size, arguments.frames, arguments.steps,
                                     arguments.guidance, arguments.shift).cpu())
    drawn = torch.cat(drawn)
    scale = drawn.abs().amax((0, 2, 3, 4)).view(-1, 1, 1, 1) / 127
    tensors = {f"n{index}": (one / scale).round().to(torch.int8) for index, one in enumerate(drawn)}
    facts = {key: getattr(arguments, key) for key in ("count", "seed", "size", "frames", "steps", "guidance", "shift")}
    shards.save(arguments.out, "set", {"scale": scale, **tensors}, facts)
    print("drawn", len(drawn), os.listdir(arguments.out), json.dumps(facts))


if __name__ == "__main__":
    main()
