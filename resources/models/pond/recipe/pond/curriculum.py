"""What training shows when: pictures first, then short clips, then long and large ones.

Each stage lists (share of compute, size, frames); shares are turned into chances since every step has about the same tokens.
"""

WHOLE = (
    (0.10, ((0.75, 128, 1), (0.25, 256, 1))),
    (0.20, ((0.50, 128, 17), (0.20, 128, 1), (0.30, 256, 1))),
    (0.40, ((0.65, 128, 33), (0.10, 128, 17), (0.15, 256, 1), (0.10, 192, 17))),
    (1.01, ((0.53, 256, 33), (0.14, 192, 33), (0.12, 128, 33), (0.10, 256, 1), (0.04, 256, 17), (0.04, 256, 49), (0.03, 128, 49))),
)
# For a model that has been through the whole: pictures are the cheap way to shapes and to what stands where in scenes of two.
REFINE = (
    (0.45, ((0.32, 256, 1), (0.10, 192, 1), (0.14, 128, 1), (0.22, 256, 33), (0.12, 128, 33), (0.06, 192, 33), (0.04, 256, 17))),
    (1.01, ((0.18, 256, 1), (0.04, 192, 1), (0.04, 128, 1), (0.48, 256, 33), (0.12, 128, 33), (0.08, 192, 33), (0.03, 256, 49), (0.03, 128, 49))),
)
PLANS = {"whole": WHOLE, "refine": REFINE}


def pick(progress, rng, plan="whole"):
    """Size and frames of the next batch."""
    for end, shares in PLANS[plan]:
        if progress < end:
            break
    at = rng.random() * sum(share for share, _, _ in shares)
    for share, size, frames in shares:
        at -= share
        if at <= 0:
            break
    return size, frames


def batch_size(tokens, size, frames):
    """How many samples of this shape make about `tokens` tokens."""
    return max(1, round(tokens / ((frames + 3) // 4 * (size // 16) ** 2)))


def rate(progress, step_of_run):
    """The learning rate's factor: warm-up at each start, a straight descent over the last two fifths."""
    return min(1.0, (step_of_run + 1) / 100) * min(1.0, max(0.02, (1 - progress) / 0.4))
