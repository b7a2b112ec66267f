"""A store of scenes with their captions as ids, made by many processes before training starts."""

import multiprocessing
import random

import numpy as np

from . import scenes, tokenizer


def _make(job):
    path, seed, count, pairs = job
    pieces, rng = tokenizer.load(path), random.Random(seed)
    numbers, ids = np.zeros((count, len(scenes.FIELDS)), np.int16), np.zeros((count, tokenizer.CAPTION_ROWS), np.int16)
    for index in range(count):
        scene = scenes.draw_training(rng, pairs)
        numbers[index] = scene.numbers()
        ids[index] = tokenizer.encode(pieces, scenes.caption(scene, rng))
    return numbers, ids


def make(path, count, seed, processes, pairs=0.3):
    """Scene numbers and caption ids, `count` rows each."""
    part = max(1, min(20000, count // processes))
    jobs = [(path, seed * 100003 + index, part, pairs) for index in range(count // part)]
    if processes == 1:
        made = [_make(job) for job in jobs]
    else:
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            made = pool.map(_make, jobs)
    return np.concatenate([m[0] for m in made]), np.concatenate([m[1] for m in made])
