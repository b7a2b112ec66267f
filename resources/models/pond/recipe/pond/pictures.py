"""Contact sheets and clips as picture files."""

import cv2
import numpy as np


def to_bytes(clip):
    """(3, F, H, W) in [-1, 1] to (F, H, W, 3) bytes, RGB."""
    return ((clip.float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 3, 0).cpu().numpy()


def strip(frames, count=5):
    """Some frames side by side."""
    picks = np.linspace(0, len(frames) - 1, count).round().astype(int) if len(frames) > 1 else [0]
    return np.concatenate([frames[i] for i in picks], 1)


def sheet(clips, columns=2, count=5):
    """A contact sheet of clips, each (F, H, W, 3) bytes."""
    rows = [strip(clip, count) for clip in clips]
    while len(rows) % columns:
        rows.append(np.zeros_like(rows[0]))
    height = len(rows) // columns
    return np.concatenate([np.concatenate(rows[i * height:(i + 1) * height]) for i in range(columns)], 1)


def save(path, picture):
    """Write an RGB picture; the ending of the path decides the format (WebP with losses the eye does not see)."""
    if not cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, 85]):
        raise OSError(f"could not write {path}")
