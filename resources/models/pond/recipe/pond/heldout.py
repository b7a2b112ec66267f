"""The tenth of all attribute combinations that training never sees.

A combination is (size, colour, thing, motion, place) as indices. The hash below decides; `heldout.csv` lists the outcome and was
committed before training. Run `python -m pond.heldout FILE` to write that list again.
"""

import argparse
import itertools

from . import vocabulary as words

COUNTS = tuple(len(table) for table in (words.SIZES, words.COLOURS, words.THINGS, words.MOTIONS, words.PLACES))


def is_held_out(size, colour, thing, motion, place):
    """True for one combination in ten. Works on ints and on integer arrays alike."""
    code = (((size * 10 + colour) * 8 + thing) * 10 + motion) * 8 + place
    code = (code * 2654435761 + 97) % 4294967296
    code = (code ^ (code >> 15)) * 2246822519 % 4294967296
    return ((code ^ (code >> 13)) % 10) == 3


def combinations():
    """All held-out combinations, in order."""
    return [combo for combo in itertools.product(*map(range, COUNTS)) if is_held_out(*combo)]


def main():
    parser = argparse.ArgumentParser(description="Write the list of held-out combinations.")
    parser.add_argument("file")
    arguments = parser.parse_args()
    tables = [list(table) for table in (words.SIZES, words.COLOURS, words.THINGS, words.MOTIONS, words.PLACES)]
    with open(arguments.file, "w", encoding="utf-8", newline="\n") as out:
        out.write("size,colour,thing,motion,place\n")
        for combo in combinations():
            out.write(",".join(table[index] for table, index in zip(tables, combo)) + "\n")


if __name__ == "__main__":
    main()
