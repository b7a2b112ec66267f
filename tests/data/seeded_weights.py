"""Parameters and inputs from a seed that the tests can draw too (tests/support/seeded_weights.h): nothing has to be stored.

Every number is (splitmix64(hash(name) + index) >> 40) / 2**24 - 0.5 times a power-of-two-free fp32 scale, plus 1 for gains; both
sides do it in fp32, so the bits are equal.
"""
import numpy as np
import torch

MASK = (1 << 64) - 1


def fnv1a(name: str) -> int:
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def uniform(name: str, count: int) -> np.ndarray:
    """fp32 in [-0.5, 0.5)."""
    with np.errstate(over="ignore"):
        z = np.uint64(fnv1a(name)) + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24) - np.float32(0.5)


def parameter(name: str, shape) -> torch.Tensor:
    count = int(np.prod(shape))
    values = uniform(name, count)
    if name.endswith("gamma") or (name.endswith(".weight") and len(shape) == 1):
        values = values + np.float32(1.0)
    elif len(shape) == 1:
        values = values * np.float32(0.25)
    elif not name.endswith("scale_shift_table"):
        values = values * np.float32(np.sqrt(12.0 * shape[0] / count))
    return torch.from_numpy(values.reshape(shape))


def fill(module: torch.nn.Module) -> None:
    """Randomises every parameter of a module."""
    with torch.no_grad():
        for name, value in module.named_parameters():
            value.copy_(parameter(name, tuple(value.shape)))


def values(name: str, shape, scale: float = 1.0) -> torch.Tensor:
    """An input tensor; the scale gives its standard deviation."""
    scaled = uniform(name, int(np.prod(shape))) * np.float32(np.sqrt(12.0) * scale)
    return torch.from_numpy(scaled.reshape(shape))
