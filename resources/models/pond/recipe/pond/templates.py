"""The detector's own drawings of the eight things, made with OpenCV polygons, discs and ellipses. Nothing here knows the renderer."""

import cv2
import numpy as np

SIDE = 48  # of a normalised silhouette
UNIT = 0.30  # square root of a silhouette's area over SIDE
TURNS = 48


def _canvas():
    return np.zeros((400, 400), np.uint8)


def _points(points):
    return np.int32([[200 + 100 * x, 200 + 100 * y] for x, y in points])


def _drawings():
    """Several drawings where a thing may look different ways; white on black."""
    fish = _canvas()
    cv2.ellipse(fish, (215, 200), (105, 56), 0, 0, 360, 255, -1)
    cv2.fillPoly(fish, [_points([(-0.6, 0.0), (-1.55, -0.75), (-1.35, 0.0), (-1.55, 0.75)])], 255)
    plain_fish = fish.copy()
    for side in (-1, 1):
        cv2.ellipse(fish, (210, 200 + side * 58), (28, 24), 0, 0, 360, 255, -1)
    yield "fish", fish
    yield "fish", plain_fish
    bent = _canvas()
    cv2.ellipse(bent, (215, 200), (105, 58), 0, 0, 360, 255, -1)
    cv2.fillPoly(bent, [_points([(-0.6, 0.0), (-1.5, -0.45), (-1.35, 0.18), (-1.4, 0.95)])], 255)
    yield "fish", bent
    ball = _canvas()
    cv2.circle(ball, (200, 200), 100, 255, -1)
    yield "ball", ball
    for inner in (0.40, 0.50):
        star = _canvas()
        turns = [(np.pi * k / 5 - np.pi / 2, 1.2 if k % 2 == 0 else 1.2 * inner) for k in range(10)]
        cv2.fillPoly(star, [_points([(r * np.cos(a), r * np.sin(a)) for a, r in turns])], 255)
        yield "star", star
    for width in (40, 52):
        ring = _canvas()
        cv2.circle(ring, (200, 200), 85, 255, width)
        yield "ring", ring
    for height in (58, 70):
        leaf = _canvas()
        arc = np.linspace(-1, 1, 40)
        outline = [(1.2 * s, -height / 100 * (1 - s * s)) for s in arc] + [(1.2 * s, height / 100 * (1 - s * s)) for s in arc[::-1]]
        cv2.fillPoly(leaf, [_points(outline)], 255)
        yield "leaf", leaf.copy()
        cv2.line(leaf, (200 - 165, 200), (200 - 100, 200), 255, 12)
        yield "leaf", leaf
    heart = _canvas()
    for side in (-1, 1):
        cv2.circle(heart, (200 + side * 48, 165), 54, 255, -1)
    cv2.fillPoly(heart, [_points([(-1.0, -0.18), (-0.75, 0.18), (0.0, 0.98), (0.75, 0.18), (1.0, -0.18), (0.0, -0.4)])], 255)
    yield "heart", heart
    for offset in (45, 55):
        moon = _canvas()
        cv2.circle(moon, (200, 200), 100, 255, -1)
        cv2.circle(moon, (200 + offset, 200), 80, 0, -1)
        yield "moon", moon
    for reach, petal in ((66, 40), (68, 36)):
        flower = _canvas()
        cv2.circle(flower, (200, 200), 42, 255, -1)
        for k in range(5):
            a = 2 * np.pi * k / 5 - np.pi / 2
            cv2.circle(flower, (int(200 + reach * np.cos(a)), int(200 + reach * np.sin(a))), petal, 255, -1)
        yield "flower", flower


def normalise(mask):
    """A silhouette about its centre of mass, scaled to a standard area; float SIDE x SIDE."""
    moments = cv2.moments(mask, True)
    if moments["m00"] < 4:
        return None
    scale = UNIT * SIDE / np.sqrt(moments["m00"])
    x, y = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
    matrix = np.float32([[scale, 0, SIDE / 2 - scale * x], [0, scale, SIDE / 2 - scale * y]])
    return cv2.warpAffine(mask.astype(np.float32), matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR if scale > 0.7 else cv2.INTER_AREA)


class Silhouettes:
    """All drawings in all turns, to compare a mask with."""

    def __init__(self):
        self.names, rows = [], []
        for name, drawing in _drawings():
            for turn in range(TURNS):
                matrix = cv2.getRotationMatrix2D((200, 200), 360 * turn / TURNS, 0.8)
                turned = cv2.warpAffine(drawing, matrix, (400, 400))
                rows.append(normalise((turned > 127).astype(np.uint8)).ravel())
                self.names.append(name)
        self.rows = np.stack(rows)
        self.sums = self.rows.sum(1)

    def scores(self, mask):
        """Best overlap (intersection over union) with each thing's drawings."""
        flat = normalise(mask)
        if flat is None:
            return {}
        flat = flat.ravel()
        both = np.minimum(self.rows, flat[None]).sum(1)
        overlap = both / (self.sums + flat.sum() - both)
        best = {}
        for name, value in zip(self.names, overlap):
            best[name] = max(best.get(name, 0.0), float(value))
        return best
