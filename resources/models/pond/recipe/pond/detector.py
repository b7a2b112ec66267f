"""What is to be seen in a clip? An OpenCV detector that knows the world's words but nothing of the renderer.

It works on decoded frames alone: the place from bands of colour, things as what differs from the colours at the picture's sides,
their colour by name, their shape by silhouettes drawn here, their motion from their track.
"""

import cv2
import numpy as np

from .templates import Silhouettes

cv2.setNumThreads(1)

WORK = 128  # frames are brought to this size
LIGHTNESS = np.float32((0.6, 1, 1))  # haze and ripples change lightness more than hue

NAMED = {  # RGB, picked by eye
    "red": (215, 30, 35), "orange": (250, 130, 20), "yellow": (245, 215, 40), "green": (25, 150, 60), "turquoise": (20, 195, 195),
    "blue": (35, 75, 225), "purple": (130, 50, 190), "pink": (250, 130, 185), "white": (240, 240, 238), "brown": (110, 65, 32),
}
PLACES = {  # RGB of top, middle and bottom
    "dark water": ((8, 38, 55), (6, 34, 50), (5, 26, 42)), "sunny pond": ((155, 210, 204), (148, 205, 200), (138, 198, 196)),
    "sunset sky": ((85, 60, 118), (165, 108, 112), (246, 180, 115)), "night sky": ((8, 8, 32), (16, 16, 50), (22, 22, 62)),
    "green meadow": ((150, 203, 240), (160, 197, 140), (85, 132, 58)), "snowy field": ((162, 180, 208), (186, 200, 226), (206, 216, 236)),
    "sandy beach": ((175, 218, 238), (200, 200, 175), (212, 184, 136)), "misty forest": ((160, 178, 166), (140, 160, 148), (80, 100, 80)),
}


def to_lab(colours):
    """RGB bytes (any shape, last axis 3) to Lab floats."""
    flat = np.float32(colours).reshape(1, -1, 3) / 255
    return cv2.cvtColor(flat, cv2.COLOR_RGB2LAB).reshape(np.shape(colours))


NAMED_LAB = {name: to_lab(np.array(value)) for name, value in NAMED.items()}
PLACES_LAB = {name: to_lab(np.array(value)) for name, value in PLACES.items()}


def find_place(lab):
    """The nearest place by median colours of three bands."""
    height = lab.shape[1]
    bands = [(0.0, 0.12), (0.44, 0.56), (0.88, 1.0)]
    seen = [np.median(lab[:, int(a * height):max(int(b * height), int(a * height) + 1)].reshape(-1, 3), 0) for a, b in bands]
    distance = {}
    for name, wanted in PLACES_LAB.items():
        distance[name] = sum(float(np.linalg.norm((s - w) * (0.7, 1.0, 1.0))) for s, w in zip(seen, wanted))
    return min(distance, key=distance.get)


def difference(lab):
    """How far each pixel is from the colours seen at the sides at about its height; rare colours there do not count."""
    frames, height, width, _ = lab.shape
    strip = max(4, width // 16)
    sides = np.concatenate([lab[:, :, :strip], lab[:, :, -strip:]], 2)
    rng = np.random.default_rng(0)
    out = np.empty(lab.shape[:3], np.float32)
    bands = 16
    for band in range(bands):
        low, high = band * height // bands, (band + 1) * height // bands
        reach = height // 12
        pool = sides[:, max(0, low - reach):high + reach].reshape(-1, 3)
        pool = pool[rng.choice(len(pool), min(len(pool), 700), replace=False)]
        near = (np.linalg.norm(pool[:, None] - pool[None], axis=2) < 9).mean(1)
        kept = pool[near > 0.05]
        if len(kept) == 0:
            kept = pool
        kept = kept[rng.choice(len(kept), min(len(kept), 72), replace=False)]
        pixels = lab[:, low:high].reshape(-1, 3)
        far = nearest(pixels * LIGHTNESS, kept * LIGHTNESS)
        white = (pixels[:, 0] > 91) & (np.hypot(pixels[:, 1], pixels[:, 2]) < 7)
        far[white] = nearest(pixels[white], kept)
        out[:, low:high] = far.reshape(frames, high - low, width)
    return out


def nearest(pixels, palette):
    """Distance of each pixel to its nearest colour of the palette."""
    squared = pixels @ np.ascontiguousarray(-2 * palette.T)
    squared += (palette**2).sum(1)[None]
    return np.sqrt(np.maximum(squared.min(1, initial=np.inf) + (pixels**2).sum(1), 0))


def components(score, edges, thresholds):
    """Blobs of one frame, heaviest first; positions from -1 to 1.

    Several thresholds are tried; of blobs that overlap the one with the sharpest border wins, so that a thing is cut out of the
    haze, glow or shadow around it. Soft-edged blobs are no things at all.
    """
    smooth, found = cv2.GaussianBlur(score, (3, 3), 0), []
    for threshold in thresholds:
        mask = cv2.morphologyEx((smooth > threshold).astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((2, 2), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        for index in range(1, count):
            if 24 <= stats[index, cv2.CC_STAT_AREA] < 0.4 * score.size:
                blob = describe(score, edges, labels == index, stats[index])
                if blob:
                    found.append(blob)
    kept = []
    for blob in sorted(found, key=lambda one: -one["weight"]):
        if all((blob["mask"] & other["mask"]).sum() < 0.3 * min(blob["area"], other["area"]) for other in kept):
            kept.append(blob)
    return kept


def describe(score, edges, own, stats):
    """One blob, or None where it is too soft or too small."""
    size = score.shape[0]
    x, y, w, h = stats[:4]
    window = np.s_[max(0, y - 2):y + h + 2, max(0, x - 2):x + w + 2]
    part, values = own[window].astype(np.uint8), score[window]
    around = cv2.dilate(part, np.ones((3, 3), np.uint8)).astype(bool)
    # the silhouette is where the difference is at least half of the thing's own; shadows and haloes fall away
    part = around & (values > 0.5 * np.percentile(values[part.astype(bool)], 75))
    area = int(part.sum())
    if area < 20:
        return None
    inner = cv2.erode(part.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    sharp = float(np.mean(edges[window][part & ~inner]))
    if sharp < 3.0:
        return None
    mask = np.zeros_like(own)
    mask[window] = part
    rows, columns = np.nonzero(mask)
    level = float(np.median(values[part]))
    edge = rows.min() == 0 or columns.min() == 0 or rows.max() == size - 1 or columns.max() == size - 1
    return {"weight": min(sharp, 14) ** 2 * area**0.8 * min(level, 40), "mask": mask, "area": area, "edge": bool(edge),
            "level": level, "x": float((columns.mean() + 0.5) / size * 2 - 1), "y": float((rows.mean() + 0.5) / size * 2 - 1)}


def edge_strength(lab):
    """How fast colour changes from pixel to pixel in one frame."""
    across, down = cv2.Sobel(lab, cv2.CV_32F, 1, 0, ksize=3) / 8, cv2.Sobel(lab, cv2.CV_32F, 0, 1, ksize=3) / 8
    return np.sqrt((across**2 + down**2).sum(2))


def follow(per_frame, count):
    """Tracks of the `count` heaviest things: a list of {frame: blob} each."""
    tracks = []
    start = max(range(len(per_frame)), key=lambda f: sum(b["weight"] for b in per_frame[f][:count]) if len(per_frame[f]) >= count else -1)
    for seed in per_frame[start][:count]:
        tracks.append({start: seed})
    for order in (range(start + 1, len(per_frame)), range(start - 1, -1, -1)):
        last = [track[start] for track in tracks]
        for frame in order:
            free = list(per_frame[frame][:count + 2])
            for index in range(len(tracks)):
                if not free:
                    break
                cost = [np.hypot(b["x"] - last[index]["x"], b["y"] - last[index]["y"]) + 0.5 * abs(np.log(b["area"] / last[index]["area"]))
                        for b in free]
                best = int(np.argmin(cost))
                if cost[best] < 0.7:
                    last[index] = tracks[index][frame] = free.pop(best)
    return tracks


def name_colour(lab, track):
    """Vote over frames; the silhouette's inside decides, where thing's own colour is the commonest."""
    votes = {}
    for frame, blob in track.items():
        core = cv2.erode(blob["mask"].astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
        core = core if core.sum() >= 12 else blob["mask"]
        pixels = lab[frame][core]
        names = list(NAMED_LAB)
        wanted = np.stack([NAMED_LAB[name] for name in names])
        nearest = np.linalg.norm((pixels[:, None] - wanted[None]) * (0.6, 1, 1), axis=2).argmin(1)
        for index, share in enumerate(np.bincount(nearest, minlength=len(names)) / len(nearest)):
            votes[names[index]] = votes.get(names[index], 0) + share
    return max(votes, key=votes.get)


def name_shape(silhouettes, track):
    """Mean overlap over frames where the thing is whole."""
    frames = [f for f, b in track.items() if not b["edge"]] or list(track)
    total = {}
    for frame in frames[::2]:
        blob = track[frame]
        for name, value in silhouettes.scores(blob["mask"].astype(np.uint8)).items():
            total[name] = total.get(name, 0) + value * min(blob["area"], 600)
    return max(total, key=total.get) if total else "none"


def name_motion(track, frames):
    """From the track's reach, its net way and the change of size."""
    if len(track) < frames * 0.4:
        return "none"
    order = sorted(track)
    x = np.array([track[f]["x"] for f in order])
    y = np.array([track[f]["y"] for f in order])
    size = np.sqrt(np.array([track[f]["area"] for f in order], float))
    smooth = lambda v: np.convolve(np.pad(v, 1, mode="edge"), np.ones(3) / 3, "valid")
    x, y, size = smooth(x), smooth(y), smooth(size)
    part = max(1, len(order) // 6)
    reach_x, reach_y = np.ptp(x), np.ptp(y)
    net_x, net_y = x[-part:].mean() - x[:part].mean(), y[-part:].mean() - y[:part].mean()
    growth = np.log(size[-part:].mean() / size[:part].mean())
    main, net = max(reach_x, reach_y), max(abs(net_x), abs(net_y))
    if main < 0.24 and abs(growth) > 0.22:
        return "grow" if growth > 0 else "shrink"
    if main < 0.12:
        return "still"
    along = x if reach_x > reach_y else y
    straight = net > 0.68 * main and min(reach_x, reach_y) < 0.45 * main and np.abs(np.diff(along)).sum() < 1.3 * main
    if straight:
        if reach_x > reach_y:
            return "left" if net_x < 0 else "right"
        return "up" if net_y < 0 else "down"
    if min(reach_x, reach_y) > 0.38 * main:
        return "circle"
    return "sway" if reach_x > reach_y else "bounce"


class Detector:
    def __init__(self, thresholds=(7.0, 11.0, 16.0, 23.0, 32.0)):
        self.silhouettes, self.thresholds = Silhouettes(), thresholds

    def look(self, clip, count=1):
        """What `clip` (F, H, W, 3 RGB bytes) shows: place, and for each of `count` things colour, thing, motion, size and position."""
        if clip.shape[1] != WORK:
            clip = np.stack([cv2.resize(frame, (WORK, WORK), interpolation=cv2.INTER_AREA) for frame in clip])
        lab = to_lab(clip)
        score = difference(lab)
        per_frame = [components(frame, edge_strength(colours), self.thresholds) for frame, colours in zip(score, lab)]
        seen = {"place": find_place(lab), "things": [], "blobs": float(np.median([len(blobs) for blobs in per_frame]))}
        if not any(per_frame):
            return seen
        for track in follow(per_frame, count):
            areas = [blob["area"] for blob in track.values()]
            seen["things"].append({
                "colour": name_colour(lab, track), "thing": name_shape(self.silhouettes, track), "motion": name_motion(track, len(clip)),
                "radius": float(np.sqrt(np.median(areas) / np.pi) / WORK * 2), "frames": len(track) / len(clip),
                "x": float(np.mean([b["x"] for b in track.values()])), "y": float(np.mean([b["y"] for b in track.values()]))})
        return seen


def flicker(clip):
    """Mean absolute second difference over time: what jumps back and forth from frame to frame."""
    v = clip.astype(np.float32) / 255
    return float(np.abs(v[2:] - 2 * v[1:-1] + v[:-2]).mean()) if len(v) > 2 else 0.0
