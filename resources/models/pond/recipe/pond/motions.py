"""Where things are at each moment: paths, sizes and headings of the ten motions.

Thirty-three frames are one unit of time. Shorter clips are a window of it, longer ones go on at a gentler pace.
"""

import math

import torch

UNIT_FRAMES = 32
SPEEDS = (0.58, 1.0, 1.45)
LEFT, RIGHT, UP, DOWN, CIRCLE, STILL, BOUNCE, SWAY, GROW, SHRINK = range(10)


def clip_times(batch, frames, start):
    """Times (batch, frames) of a clip whose window begins at `start` (batch, 1)."""
    steps = torch.arange(frames, device=start.device, dtype=torch.float32) / UNIT_FRAMES
    return start + steps[None].expand(batch, -1)


def clip_end(frames):
    """The time at which the whole motion ends."""
    return max(1.0, (frames - 1) / UNIT_FRAMES)


def paths(motion, speed, t, end, phase, scale):
    """Offset (x, y), size factor and heading (hx, hy) over time, each (batch, frames).

    motion, speed: (batch, 1) integers; end (batch, 1) from `clip_end`; phase in radians and path scale: (batch, 1).
    """
    pace = torch.where(speed == 0, SPEEDS[0], torch.where(speed == 1, SPEEDS[1], SPEEDS[2]))
    relaxed = pace / torch.sqrt(end)
    zero, one = torch.zeros_like(t), torch.ones_like(t)
    run = 1.12 * relaxed * (t - end / 2) * scale
    turn = phase + 2 * math.pi * 0.9 * relaxed * t * torch.where(torch.sin(7 * phase) > 0, 1.0, -1.0)
    spin = torch.where(torch.sin(7 * phase) > 0, 1.0, -1.0)
    hop = math.pi * 1.7 * relaxed * t + 0.5 * phase
    swing = 2 * math.pi * 0.95 * relaxed * t
    side = torch.where(torch.cos(5 * phase) > 0, 1.0, -1.0)
    sideways = (motion == LEFT) | (motion == RIGHT)
    upright = (motion == UP) | (motion == DOWN)
    sign = torch.where((motion == LEFT) | (motion == UP), -1.0, 1.0)
    x = torch.where(sideways, sign * run, zero)
    y = torch.where(upright, sign * run, zero)
    circling = motion == CIRCLE
    x = torch.where(circling, 0.42 * scale * torch.cos(turn), x)
    y = torch.where(circling, 0.42 * scale * torch.sin(turn), y)
    x = torch.where(motion == SWAY, 0.40 * scale * side * torch.sin(swing), x)
    arc = torch.sqrt(torch.sin(hop) ** 2 + 0.003)
    y = torch.where(motion == BOUNCE, (0.30 - 0.62 * arc) * scale, y)
    y = torch.where(motion == STILL, 0.015 * torch.sin(2 * math.pi * t + phase), y)
    progress = (0.5 + (t / end - 0.5) * (0.55 + 0.45 * pace).clamp(max=1.15)).clamp(0, 1)
    size = torch.where(motion == GROW, 0.55 + 0.80 * progress, one)
    size = torch.where(motion == SHRINK, 1.35 - 0.80 * progress, size)
    hx = torch.where(sideways, sign * one, side * one)
    hy = torch.where(upright, sign * one, zero)
    hx = torch.where(upright, zero, hx)
    hx = torch.where(circling, -spin * torch.sin(turn), hx)
    hy = torch.where(circling, spin * torch.cos(turn), hy)
    # swaying fish turn around softly
    lean = torch.tanh(4 * side * torch.cos(swing))
    hx = torch.where(motion == SWAY, lean, hx)
    hy = torch.where(motion == SWAY, torch.sqrt((1 - lean * lean).clamp(min=1e-6)), hy)
    return x, y, size, hx, hy
