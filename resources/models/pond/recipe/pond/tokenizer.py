"""Make the SentencePiece tokenizer from captions. `python -m pond.tokenizer FOLDER` writes FOLDER/spiece.model

Unigram and case-folding, with T5's special ids (pad 0, end 1, unknown 2). The world has few words, so each is a piece of its own,
scored by how often captions use it; single characters follow, so that any prompt can be written. (SentencePiece's own trainer merges
badly on so small a language; it only supplies the normaliser here.)
"""

import argparse
import collections
import io
import math
import os
import random
import string

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto

from . import scenes

TEXT_ROWS = 512  # what WanPipeline feeds; rows after the caption are zero
CAPTION_ROWS = 40  # rows kept apart in training
ZERO_ROWS = 8  # stand for all rows after those; eight and not one, since matrix units like multiples of eight
CHARACTERS = ",.▁" + string.ascii_lowercase + string.digits + "-'!?:;\"()&/"


def make(captions=60000, seed=1):
    """The tokenizer as bytes."""
    rng = random.Random(seed)
    lines = [scenes.caption(scenes.draw(rng), rng).lower() for _ in range(captions)]
    counts = collections.Counter(word for line in lines for word in line.replace(",", " ").replace(".", " ").split())
    counts.update({word: 1 for word in scenes.all_words() if word not in counts})
    scratch = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines[:5000]), model_writer=scratch, vocab_size=200, model_type="unigram", pad_id=0, eos_id=1, unk_id=2,
        bos_id=-1, hard_vocab_limit=False, normalization_rule_name="nmt_nfkc_cf", minloglevel=2, num_threads=1)
    model = proto.ModelProto()
    model.ParseFromString(scratch.getvalue())
    special = [proto.ModelProto.SentencePiece.FromString(piece.SerializeToString()) for piece in model.pieces[:3]]
    del model.pieces[:]
    model.pieces.extend(special)
    total = sum(counts.values())
    for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        model.pieces.add(piece="▁" + word, score=math.log(count / total))
    known = {piece.piece for piece in model.pieces}
    for position, character in enumerate(CHARACTERS):
        if character not in known:
            model.pieces.add(piece=character, score=-14.0 - 0.01 * position)
    model.trainer_spec.vocab_size = len(model.pieces)
    return model.SerializeToString()


def load(path):
    return sentencepiece.SentencePieceProcessor(model_file=str(path))


def encode(pieces, caption, rows=CAPTION_ROWS):
    """Ids of one caption with the end mark, padded with zeros."""
    ids = pieces.encode(caption)[:rows - 1] + [1]
    return ids + [0] * (rows - len(ids))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    arguments = parser.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)
    path = os.path.join(arguments.folder, "spiece.model")
    with open(path, "wb") as out:
        out.write(make())
    pieces = load(path)
    print(pieces.vocab_size(), "pieces;", pieces.encode("A large Orange fish moves left, in dark water. Zebra", out_type=str))
    rng = random.Random(5)
    print("longest caption", max(len(pieces.encode(scenes.caption(scenes.draw(rng), rng))) for _ in range(20000)))


if __name__ == "__main__":
    main()
