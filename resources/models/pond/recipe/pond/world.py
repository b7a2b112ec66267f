"""Pond's world: renders batches of scenes to clips, on CPU or GPU, whole pictures or crops of them.

`draw_chances` holds what is random about a batch; `draw` is a pure function of the scenes' numbers and of that. Samples are grouped by
place and by thing, so that each is computed by its own few operations.
"""

import torch

from . import motions, places, scenes, things

COLOURS = (
    (0.88, 0.10, 0.12), (1.00, 0.50, 0.05), (0.98, 0.85, 0.12), (0.08, 0.62, 0.22), (0.05, 0.78, 0.78),
    (0.12, 0.28, 0.92), (0.52, 0.18, 0.78), (1.00, 0.48, 0.72), (0.97, 0.97, 0.96), (0.44, 0.25, 0.12),
)
MARKS = ((0.06, 0.05, 0.08), (1.0, 0.85, 0.25), (0.62, 0.34, 0.10))  # eyes; flower hearts; hearts of yellow and orange flowers
RADII = (0.205, 0.345)
INDEX = {name: position for position, name in enumerate(scenes.FIELDS)}


def draw_chances(numbers, frames, generator=None):
    """Everything random about a batch of scenes. numbers: (batch, fields) integers."""
    batch, device = numbers.shape[0], numbers.device
    uniform = lambda *shape: torch.rand(*shape, device=device, generator=generator)
    spare = max(0.0, 1 - (frames - 1) / motions.UNIT_FRAMES)
    return {
        "start": uniform(batch, 1) * spare, "phase": uniform(batch, 1) * 6.283, "path_phase": uniform(batch, 2) * 6.283,
        "place_shift": uniform(batch, 2, 2) * 2 - 1, "radius": 0.92 + 0.16 * uniform(batch, 2), "fish_phase": uniform(batch, 2) * 6.283,
    }


def grid(batch, size, crop, generator=None, device="cpu"):
    """Pixel coordinates x, y (batch, 1, h, w) of pictures of size x size, or of random crops of them at multiples of 8."""
    pitch = 2 / size
    steps = (torch.arange(crop, device=device) + 0.5) * pitch
    room = (size - crop) // 8 + 1
    left = torch.randint(room, (batch, 2), device=device, generator=generator) * (8 * pitch) - 1
    x = left[:, :1] + steps
    y = left[:, 1:] + steps
    return x[:, None, None, :].expand(-1, 1, crop, -1), y[:, None, :, None].expand(-1, 1, -1, crop)


def base_positions(numbers, chances):
    """Resting places (batch, 2 things, xy), path scale and size factor (batch, 1)."""
    pair = (numbers[:, INDEX["count"]] == 2)[:, None]
    motion = numbers[:, INDEX["motion"]][:, None]
    shift = chances["place_shift"]
    free_x, free_y = shift[:, :, 0] * 0.36, shift[:, :, 1] * 0.36
    free_x = torch.where(motion <= 1, free_x * 0.35, free_x)
    free_y = torch.where((motion == 2) | (motion == 3), free_y * 0.35, free_y)
    tight = (motion == motions.CIRCLE) | (motion == motions.BOUNCE) | (motion == motions.SWAY)
    free_x, free_y = torch.where(tight, free_x * 0.55, free_x), torch.where(tight, free_y * 0.55, free_y)
    relation = numbers[:, INDEX["relation"]][:, None]
    order = torch.tensor([[-1.0, 1.0]], device=numbers.device) * torch.where((relation == 0) | (relation == 2), 1.0, -1.0)
    beside = relation < 2
    pair_x = torch.where(beside, 0.45 * order, 0.12 * shift[:, :, 0]) + 0.06 * shift[:, :1, 1]
    pair_y = torch.where(beside, 0.12 * shift[:, :, 1], 0.45 * order) + 0.06 * shift[:, :1, 0]
    position = torch.stack([torch.where(pair, pair_x, free_x), torch.where(pair, pair_y, free_y)], -1)
    return position, torch.where(pair, 0.5, 1.0), torch.where(pair, 0.80, 1.0)


def choose(index, functions, *arguments):
    """Evaluate each function on the samples whose `index` (batch,) names it, and put the results together in order."""
    kinds = [int(kind) for kind in torch.unique(index).tolist()]
    if len(kinds) == 1:
        return functions[kinds[0]](*arguments)
    shape, result = torch.broadcast_shapes(*(argument.shape for argument in arguments)), None
    for kind in kinds:
        chosen = torch.nonzero(index == kind)[:, 0]
        made = functions[kind](*(argument[chosen] for argument in arguments))
        if result is None:
            result = tuple(torch.empty(shape, device=index.device, dtype=part.dtype) for part in made)
        for whole, part in zip(result, made):
            whole[chosen] = part.expand(len(chosen), *shape[1:])
    return result


def backdrop(numbers, chances, t, x, y):
    """The background (batch, 3 planes as a tuple of (batch, F, H, W))."""
    phase = chances["phase"][:, :, None, None]
    camera = numbers[:, INDEX["camera"]].view(-1, 1, 1, 1)
    pan = torch.where(camera == 1, -1.0, torch.where(camera == 2, 1.0, 0.0))
    x = x + 0.55 * pan * (t - 0.5)
    y = y.expand(x.shape[0], 1, -1, -1)
    return choose(numbers[:, INDEX["place"]], places.PLACES, x, y, t, phase)


def thing_layer(numbers, chances, t, end, x, y, which):
    """Distance, mark and shading of one thing; all (batch, F, H, W)."""
    suffix = "2" if which else ""
    column = lambda name: numbers[:, INDEX[name]][:, None]
    position, scale, shrink = base_positions(numbers, chances)
    path_phase = torch.where(column("count") == 2, chances["path_phase"][:, :1], chances["path_phase"][:, which:which + 1])
    ox, oy, size, hx, hy = motions.paths(column("motion"), column("speed"), t, end, path_phase, scale)
    radius = torch.where(column("size" + suffix) == 0, RADII[0], RADII[1])
    radius = (radius * chances["radius"][:, which:which + 1] * shrink * size)[:, :, None, None]
    thing = numbers[:, INDEX["thing" + suffix]]
    px = (position[:, which:which + 1, 0] + ox)[:, :, None, None]
    py = (position[:, which:which + 1, 1] + oy)[:, :, None, None]
    own = chances["fish_phase"][:, which:which + 1]
    rocking = sum(amount * (thing == kind) for kind, amount in enumerate(things.ROCKING) if amount)[:, None]
    rock = rocking * torch.sin(3.2 * t + own)
    headed = (thing == things.HEADED)[:, None]
    hx = torch.where(headed, hx, torch.cos(rock))[:, :, None, None]
    hy = torch.where(headed, hy, torch.sin(rock))[:, :, None, None]
    dx, dy = (x - px) / radius, (y - py) / radius
    u, v = dx * hx + dy * hy, dy * hx - dx * hy
    wiggle = torch.sin(9 * t + own)[:, :, None, None]
    distance, mark = choose(thing, things.THINGS, u, v, wiggle)
    return distance * radius, mark, dx, dy


def paint(planes, layer, colour, thing, visible):
    """Lay one thing with its shadow and light over the picture; gives the picture and the thing's cover."""
    distance, mark, dx, dy = layer
    alpha = torch.sigmoid(-distance / 0.013) * visible
    shadow = 0.20 * torch.sigmoid(-(distance - 0.035) / 0.035) * visible
    gloss = 0.26 * torch.exp(-((dx + 0.30) ** 2 + (dy + 0.38) ** 2) / 0.10)
    shade = 1.0 - 0.10 * dy.clamp(-1.2, 1.2)
    rim = 1 - 0.34 * torch.exp(-(((distance + 0.004) / 0.022) ** 2))
    warm = (colour == 1) | (colour == 2)
    out = []
    for channel, plane in enumerate(planes):
        base = sum(value[channel] * (colour == index) for index, value in enumerate(COLOURS))
        centre = torch.where(warm, MARKS[2][channel], MARKS[1][channel])
        vein = torch.where(thing == 7, centre, torch.where(thing == 0, MARKS[0][channel], base * 0.72))
        body = base * shade * rim
        body = body + (1 - body) * gloss
        body = body + (vein - body) * mark
        out.append((plane * (1 - shadow)) * (1 - alpha) + alpha * body)
    return tuple(out), alpha


def paint_planes(planes, layer, colour, thing):
    """`paint` on a stack (batch, 3, F, H, W)."""
    out, alpha = paint(planes.unbind(1), layer, colour, thing, 1.0)
    return torch.stack(out, 1), alpha


def draw(numbers, chances, times, end, x, y):
    """Clips (batch, 3, F, H, W) in [-1, 1] and how much of each pixel is a thing (batch, F, H, W)."""
    column = lambda values, name: values[:, INDEX[name]].view(-1, 1, 1, 1)
    t = times[:, :, None, None]
    planes = torch.stack([p.expand(-1, t.shape[1], -1, -1) for p in backdrop(numbers, chances, t, x, y)], 1)
    cover = None
    pairs = torch.nonzero(numbers[:, INDEX["count"]] == 2)[:, 0]
    if len(pairs):
        few, some = numbers[pairs], {name: value[pairs] for name, value in chances.items()}
        layer = thing_layer(few, some, times[pairs], end[pairs], x[pairs], y[pairs], 1)
        painted, alpha = paint_planes(planes[pairs], layer, column(few, "colour2"), column(few, "thing2"))
        planes[pairs] = painted
    layer = thing_layer(numbers, chances, times, end, x, y, 0)
    planes, cover = paint_planes(planes, layer, column(numbers, "colour"), column(numbers, "thing"))
    if len(pairs):
        cover[pairs] = torch.maximum(cover[pairs], alpha)
    lit = torch.nonzero(numbers[:, INDEX["ripples"]] == 1)[:, 0]
    if len(lit):
        light = 0.17 * places.ripple_light(x[lit], y[lit], t[lit], chances["phase"][lit][:, :, None, None])[:, None]
        planes[lit] = planes[lit] + (1 - planes[lit]) * light
    return planes.mul_(2).sub_(1).clamp_(-1, 1), cover


def timing(chances, frames):
    """Times (batch, frames) and motion ends (batch, 1) of clips."""
    start = chances["start"]
    return motions.clip_times(start.shape[0], frames, start), torch.full_like(start, motions.clip_end(frames))


def render(numbers, chances, x, y, frames):
    """Clips alone."""
    return draw(numbers, chances, *timing(chances, frames), x, y)[0]


def render_scene(scene, frames, size, seed):
    """One clip (3, frames, size, size) of one scene on the CPU."""
    generator = torch.Generator().manual_seed(seed)
    numbers = torch.tensor([scene.numbers()])
    chances = draw_chances(numbers, frames, generator)
    x, y = grid(1, size, size)
    return render(numbers, chances, x, y, frames)[0]
