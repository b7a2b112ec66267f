"""The eight backgrounds, as soft functions of position, time and camera.

Each function takes x, y (batch, 1, H, W), time t (batch, F, 1, 1), a phase (batch, 1, 1, 1) and gives three colour planes that
broadcast to (batch, F, H, W). x is already shifted by the camera; y grows downwards; both run from -1 to 1 over the picture.
"""

import torch


def mix(first, second, amount):
    """Colour planes between two colours; a colour is three numbers or three planes."""
    return tuple(a + (b - a) * amount for a, b in zip(first, second))


def hill(y, edge, softness):
    """One below the line `edge`, zero above it, with a soft border."""
    return torch.sigmoid((y - edge) / softness)


def bump(distance_squared, radius):
    return torch.exp(-distance_squared / (radius * radius))


def dark_water(x, y, t, phase):
    depth = (y + 1) / 2
    r = torch.sqrt((x - 0.3 * torch.cos(phase)) ** 2 + (1.6 * y + 0.9) ** 2 + 0.01)
    rings = torch.sin(8 * r - 4.5 * t + phase) * torch.exp(-0.9 * r)
    shimmer = torch.sin(4 * x + 1.5 * t + phase + 1.3 * torch.sin(2 * y + phase)) * 0.12
    return mix((0.02, 0.09, 0.17), (0.03, 0.20, 0.30), 0.75 - 0.6 * depth + 0.28 * rings + shimmer)


def sunny_pond(x, y, t, phase):
    wave = torch.sin(4.2 * x + 2.2 * t + phase + 0.9 * torch.sin(2.5 * y + phase))
    wave = wave + torch.sin(5.0 * y - 1.8 * t + 1.7 * phase + 1.2 * torch.sin(2 * x))
    return mix((0.42, 0.72, 0.74), (0.72, 0.91, 0.86), 0.5 + 0.2 * wave - 0.12 * y)


def sunset_sky(x, y, t, phase):
    height = ((y + 1) / 2).clamp(0, 1)
    sky = mix((0.30, 0.20, 0.46), (0.97, 0.66, 0.42), height**1.2)
    cloud = torch.sin(2.2 * x + 0.25 * t + phase + 1.1 * torch.sin(3 * y + phase)) * torch.sin(5.5 * y + 0.8 * torch.sin(1.5 * x + phase))
    sky = mix(sky, (0.86, 0.52, 0.52), 0.30 * torch.sigmoid(5 * (cloud - 0.25)))
    sun = bump((x - 0.5 * torch.sin(phase)) ** 2 + (y - 0.85) ** 2, 0.42)
    return mix(sky, (1.0, 0.88, 0.62), 0.75 * sun)


def night_sky(x, y, t, phase):
    glow = bump((y - 0.6 * x * torch.sin(phase) - 0.1) ** 2, 0.5)
    sky = mix(mix((0.02, 0.02, 0.10), (0.08, 0.08, 0.24), (y + 1) / 2), (0.20, 0.18, 0.40), 0.35 * glow)
    u, v = 2.1 * x + 0.6 * phase, 2.1 * y + 0.37 * phase
    cell_u, cell_v = torch.floor(u), torch.floor(v)
    seed = torch.sin(cell_u * 12.99 + cell_v * 78.23 + 3.1) * 43.7
    du = u - cell_u - 0.5 - 0.25 * torch.sin(seed * 1.7)
    dv = v - cell_v - 0.5 - 0.25 * torch.sin(seed * 2.9)
    twinkle = 0.62 + 0.25 * torch.sin(3.0 * t + seed * 5)
    return mix(sky, (0.88, 0.88, 0.80), twinkle * bump(du * du + dv * dv, 0.092))


def green_meadow(x, y, t, phase):
    sky = mix((0.52, 0.75, 0.93), (0.86, 0.93, 0.97), ((y + 1.1) / 1.2).clamp(0, 1))
    far = hill(y, 0.02 + 0.10 * torch.sin(2.1 * x + phase), 0.03)
    near = hill(y, 0.34 + 0.09 * torch.sin(1.6 * x + 1.9 * phase + 2), 0.03)
    ground = mix(sky, (0.60, 0.76, 0.46), far)
    grass = mix((0.45, 0.66, 0.28), (0.30, 0.50, 0.20), (y - 0.2).clamp(0, 1))
    breeze = 0.05 * torch.sin(7 * x + 2 * y - 2.5 * t + phase)
    return mix(ground, tuple(c * (1 + breeze) for c in grass), near)


def snowy_field(x, y, t, phase):
    sky = mix((0.60, 0.68, 0.80), (0.80, 0.84, 0.90), ((y + 1) / 1.1).clamp(0, 1))
    far = hill(y, 0.00 + 0.13 * torch.sin(1.7 * x + phase), 0.035)
    near = hill(y, 0.38 + 0.08 * torch.sin(1.3 * x + 2.3 * phase), 0.05)
    ground = mix(sky, (0.70, 0.76, 0.88), far)
    drift = 0.5 + 0.5 * torch.sin(2.4 * x + 3.0 * y + phase + 0.3 * t)
    return mix(ground, mix((0.84, 0.88, 0.95), (0.77, 0.82, 0.92), drift), near)


def sandy_beach(x, y, t, phase):
    sky = mix((0.62, 0.82, 0.93), (0.90, 0.94, 0.93), ((y + 1) / 0.6).clamp(0, 1))
    swell = 0.5 + 0.5 * torch.sin(9 * y - 1.6 * t + 1.2 * torch.sin(2.0 * x + phase))
    sea = mix((0.22, 0.55, 0.68), (0.38, 0.68, 0.76), swell)
    shore = 0.06 + 0.06 * torch.sin(1.8 * x + phase) + 0.05 * torch.sin(2.2 * t + phase)
    scene = mix(sky, sea, hill(y, -0.48 + 0 * x, 0.015))
    sand = mix((0.91, 0.82, 0.62), (0.82, 0.70, 0.50), ((y + 0.05) * 0.9 + 0.08 * torch.sin(5 * x + 4 * y + phase)).clamp(0, 1))
    scene = mix(scene, sand, hill(y, shore, 0.03))
    return mix(scene, (0.97, 0.97, 0.94), 0.7 * bump((y - shore) ** 2, 0.05))


def misty_forest(x, y, t, phase):
    scene = mix((0.66, 0.73, 0.68), (0.50, 0.60, 0.53), (y + 1) / 2)
    back = torch.sigmoid(7 * (torch.sin(6.5 * x + 2 * phase + 0.15 * torch.sin(3 * y)) - 0.62))
    scene = mix(scene, (0.47, 0.56, 0.52), 0.75 * back)
    front = torch.sigmoid(8 * (torch.sin(3.4 * x + 5 * phase + 0.12 * torch.sin(2 * y + phase)) - 0.80))
    scene = mix(scene, (0.25, 0.33, 0.30), 0.85 * front)
    floor = hill(y, 0.66 + 0.06 * torch.sin(2.3 * x + phase), 0.06)
    scene = mix(scene, (0.24, 0.33, 0.25), 0.85 * floor)
    mist = 0.5 + 0.5 * torch.sin(2.2 * x - 0.9 * t + phase + 1.2 * torch.sin(2 * y))
    return mix(scene, (0.78, 0.83, 0.79), 0.35 * mist * bump((y - 0.35) ** 2, 0.45))


PLACES = (dark_water, sunny_pond, sunset_sky, night_sky, green_meadow, snowy_field, sandy_beach, misty_forest)


def ripple_light(x, y, t, phase):
    """A soft net of light, 0 to 1, for scenes with light ripples."""
    a = torch.sin(5.0 * x + 1.9 * t + 1.6 * torch.sin(2.7 * y + 1.1 * t + phase))
    b = torch.sin(5.4 * y - 1.6 * t + 1.6 * torch.sin(2.9 * x - 1.3 * t + 2 * phase))
    return torch.exp(-1.7 * (a + b) ** 2)
