"""The eight things: soft signed distances (negative inside) and their inner marks, in a thing's own unit coordinates.

u points along the heading (fish) or to the right, v downwards, both in units of the thing's radius.
A shape gives (distance, mark); the mark (0 to 1) says where the second colour of the thing shows: eyes, veins, flower hearts.
"""

import math

import torch


def _length(u, v):
    return torch.sqrt(u * u + v * v + 1e-6)


def _dot(u, v, radius, softness):
    return torch.sigmoid((radius - _length(u, v)) / softness)


def fish(u, v, wiggle):
    u = u * 1.12 - 0.25
    v = v * 1.12
    bend = v + 0.16 * wiggle * (0.4 - u).clamp(min=0) ** 1.5
    body = (_length(u / 1.12, bend / 0.60) - 1) * 0.62
    tail_width = 0.10 + 0.85 * (-u - 0.85).clamp(min=0)
    tail = torch.maximum(torch.maximum(-u - 1.78 + 0.18 * torch.cos(3 * bend), u + 0.8), bend.abs() - tail_width)
    fins = torch.maximum(_length((u + 0.05) / 0.32, (bend.abs() - 0.62) / 0.30) - 1, -u - 0.5) * 0.3
    eyes = _dot(u - 0.72, bend.abs() - 0.24, 0.10, 0.03)
    return torch.minimum(torch.minimum(body, tail), fins), eyes


def ball(u, v, wiggle):
    return _length(u, v) - 0.95, torch.zeros_like(u)


def star(u, v, wiggle):
    angle = torch.atan2(u, -v)
    wave = torch.acos((0.995 * torch.cos(5 * angle)).clamp(-1, 1)) / math.pi
    return (_length(u, v) - (1.18 - 0.72 * wave**0.85)) * 0.62, torch.zeros_like(u)


def ring(u, v, wiggle):
    return (_length(u, v) - 0.80).abs() - 0.23, torch.zeros_like(u)


def leaf(u, v, wiggle):
    p, q = 0.82 * u - 0.57 * v, 0.57 * u + 0.82 * v
    blade = torch.sqrt(p * p + (q.abs() + 0.80) ** 2 + 1e-6) - 1.46
    stem = torch.maximum(q.abs() - 0.06, torch.maximum(-p - 1.55, p + 0.9))
    vein = torch.sigmoid((0.055 - q.abs()) / 0.02) * torch.sigmoid((0.85 - p) / 0.1)
    return torch.minimum(blade, stem), vein


def heart(u, v, wiggle):
    w = -v * 1.05 + 0.12
    return (torch.sqrt(u * u + (1.18 * w - 0.62 * torch.sqrt(u.abs() + 0.004)) ** 2 + 1e-6) - 1.0) * 0.72, torch.zeros_like(u)


def moon(u, v, wiggle):
    return torch.maximum(_length(u, v) - 1.0, 0.80 - _length(u - 0.52, v + 0.16)), torch.zeros_like(u)


def flower(u, v, wiggle):
    angle = torch.atan2(u, -v)
    petal = torch.sqrt(torch.cos(2.5 * angle) ** 2 + 0.012)
    return (_length(u, v) - (0.50 + 0.58 * petal)) * 0.75, _dot(u, v, 0.30, 0.05)


THINGS = (fish, ball, star, ring, leaf, heart, moon, flower)
HEADED = 0  # the fish's own axis follows its path
ROCKING = (0.0, 0.0, 0.30, 0.0, 0.22, 0.10, 0.14, 0.35)  # how far the others rock, in radians
