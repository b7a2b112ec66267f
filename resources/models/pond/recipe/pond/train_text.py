"""Teach the text encoder what belongs to what. `python -m pond.train_text STATE OUT --steps 1500`

STATE is a folder of shards or an exported model.

Trained through pictures alone, the encoder stayed a bag of words: "a blue star below a red ring" and "a red star below a blue ring" gave
the same rows for star and ring, so that scenes of two mixed up their things, and "moves left, the camera drifts right" its directions. Here
each row has to tell, through linear heads that are thrown away afterwards, what its words belong to. The encoder starts anew (in the old
one what the feed-forward layers add is fifteen times what attention adds), keeps the old embeddings, and its rows are drawn to the old rows,
so that the transformer knows them; training goes on with both from OUT.
"""

import argparse
import random
import time

import torch
import torch.nn.functional as F

from . import model, scenes, shards, tokenizer, vocabulary

# Rows of the first and second thing, of their colours; the end's row speaks for the whole.
THING_HEADS = {"colour": 10, "size": 2, "role": 5, "motion": 10, "speed": 3, "other thing": 9, "other colour": 11}
COLOUR_HEADS = {"thing": 8, "role": 5}
END_HEADS = {"motion": 10, "place": 8, "camera": 3, "ripples": 2, "count": 2}
OPPOSITE = (1, 0, 3, 2)
OFFSETS = (1, 9, 2, 10, 3, 11)  # buckets of one, two and three words before and after


class Labels:
    """Rows and classes of a caption; class -1 is not asked."""

    def __init__(self, pieces):
        words = lambda table: {pieces.piece_to_id("▁" + word): index for index, synonyms in enumerate(table.values()) for word in synonyms}
        self.things, self.colours = words(vocabulary.THINGS), words(vocabulary.COLOURS)

    def rows(self, ids, count):
        """Positions of (thing, colour) for each thing, and of the end; None where a caption is not plain."""
        things = [at for at, one in enumerate(ids) if one in self.things]
        if len(things) != count:
            return None
        found, before = [], -1
        for at in things:
            colour = [c for c in range(max(before + 1, at - 3), at) if ids[c] in self.colours]
            found.append((at, colour[-1] if colour else None))
            before = at
        return found, ids.index(1)

    def classes(self, scene, which):
        """Classes of the thing `which` for the heads of its row."""
        pair = scene.count == 2
        own = (scene.colour2, scene.size2, scene.thing2) if which else (scene.colour, scene.size, scene.thing)
        other = (scene.colour, scene.thing) if which else (scene.colour2, scene.thing2)
        role = (OPPOSITE[scene.relation] if which else scene.relation) if pair else 4
        return {"colour": own[0], "size": own[1], "thing": own[2], "role": role, "motion": scene.motion, "speed": scene.speed,
                "other thing": other[1] if pair else 8, "other colour": other[0] if pair else 10}


def batch(rng, pieces, labels, count):
    """Ids (count, rows) and, for each head, the (sample, row, class) triples."""
    ids, asked = [], {("thing", h): [] for h in THING_HEADS} | {("colour", h): [] for h in COLOUR_HEADS} | {("end", h): [] for h in END_HEADS}
    while len(ids) < count:
        scene = scenes.draw_training(rng, 0.6)
        one = tokenizer.encode(pieces, scenes.caption(scene, rng, full=rng.random() < 0.7))
        rows = labels.rows(one, scene.count) if 1 in one else None
        if rows is None:
            continue
        sample = len(ids)
        ids.append(one)
        for which, (thing, colour) in enumerate(rows[0]):
            told = labels.classes(scene, which)
            for head in THING_HEADS:
                if head == "colour" and colour is None or head == "other colour" and scene.count == 2 and rows[0][1 - which][1] is None:
                    continue
                if head in ("size", "speed") and rng.random() < 0.5:  # often left out of captions; asked less
                    continue
                asked["thing", head].append((sample, thing, told[head]))
            if colour is not None:
                for head in COLOUR_HEADS:
                    asked["colour", head].append((sample, colour, told[head]))
        whole = {"motion": scene.motion, "place": scene.place, "camera": scene.camera, "ripples": scene.ripples, "count": scene.count - 1}
        for head in END_HEADS:
            asked["end", head].append((sample, rows[1], whole[head]))
    return torch.tensor(ids), {key: torch.tensor(value) for key, value in asked.items() if value}


def look_around(text, strength=4.0):
    """Let each head prefer one neighbour. From nothing the position biases would have to grow for thousands of steps first."""
    for block in text.encoder.block:
        table = block.layer[0].SelfAttention.relative_attention_bias.weight.data
        for head, bucket in enumerate(OFFSETS):
            table[bucket, head] += strength


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state")
    parser.add_argument("out")
    parser.add_argument("--tokenizer", default="spiece.model")
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--anchor", type=float, default=3.0, help="weight of staying near the old rows")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--report", type=int, default=25)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    device = torch.device(arguments.device)
    tensors, facts = shards.load(arguments.state, "average")
    if tensors is None:
        tensors, facts = shards.load_shipped(arguments.state), {"step": 0, "seen": 0, "spent": 0.0, "history": []}
    text, old = model.build(device)[0], model.build(device)[0]
    for name, parameter in old.named_parameters():
        parameter.data.copy_(tensors["text." + name])
    old.requires_grad_(False)
    text.shared.weight.data.copy_(old.shared.weight)
    text.encoder.final_layer_norm.weight.data.copy_(old.encoder.final_layer_norm.weight)
    look_around(text)
    heads = {(row, head): torch.nn.Linear(model.TEXT_WIDTH, size, device=device)
             for row, table in (("thing", THING_HEADS), ("colour", COLOUR_HEADS), ("end", END_HEADS)) for head, size in table.items()}
    biases = [p for name, p in text.named_parameters() if "relative_attention_bias" in name]
    chosen = {id(p) for p in biases}
    parameters = [p for p in text.parameters() if id(p) not in chosen] + [p for head in heads.values() for p in head.parameters()]
    adam = torch.optim.AdamW([{"params": parameters, "scale": 1.0}, {"params": biases, "scale": 20.0}], arguments.rate, betas=(0.9, 0.98),
                             weight_decay=0.0)
    pieces, rng = tokenizer.load(arguments.tokenizer), random.Random(5)
    labels, begin = Labels(pieces), time.time()
    for step in range(arguments.steps):
        ids, asked = batch(rng, pieces, labels, arguments.batch)
        ids, asked = ids.to(device), {key: triples.to(device) for key, triples in asked.items()}
        rows = model.embed(text, ids)
        with torch.no_grad():
            before = model.embed(old, ids)
        losses, right = {}, {}
        for key, triples in asked.items():
            scores = heads[key](rows[triples[:, 0], triples[:, 1]] / 4)
            losses[key] = F.cross_entropy(scores, triples[:, 2])
            right[key] = (scores.argmax(1) == triples[:, 2]).float().mean()
        drift = (rows - before).square().sum() / before.square().sum()
        loss = sum(losses.values()) / 3 + arguments.anchor * drift
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        for group in adam.param_groups:
            group["lr"] = arguments.rate * group["scale"] * min(1, (step + 1) / 30) * min(1, max(0.03, (arguments.steps - step) / (0.4 * arguments.steps)))
        adam.step()
        if step % arguments.report == arguments.report - 1 or step + 1 == arguments.steps:
            print(step + 1, f"{time.time() - begin:.0f} s drift {float(drift.detach()):.3f}",
                  " ".join(f"{row} {head} {100 * float(value.detach()):.0f}" for (row, head), value in right.items()), flush=True)
    tensors.update({"text." + name: parameter.data for name, parameter in text.named_parameters()})
    shards.save(arguments.out, "average", tensors, facts, torch.float16)


if __name__ == "__main__":
    main()
