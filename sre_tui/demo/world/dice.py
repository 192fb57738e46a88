"""Randomness that depends on names only: the same seed and name give the same number everywhere.

Python's own ``hash`` differs between processes, and a shared generator would make every value
depend on the order of creation.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_SCALE = 2.0**-53


def key(*parts: str | int) -> int:
    """A 64-bit number for a path of names."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def unit(*parts: str | int) -> float:
    """A number in [0, 1) for a path of names."""
    return (key(*parts) >> 11) * _SCALE


def between(low: float, high: float, *parts: str | int) -> float:
    """A number in [low, high) for a path of names."""
    return low + (high - low) * unit(*parts)


def generator(*parts: str | int) -> random.Random:
    """A generator of its own for a path of names."""
    return random.Random(key(*parts))  # noqa: S311 - a simulation, not a secret


def keys(names: Sequence[str]) -> NDArray[np.uint64]:
    """The keys of many names, shape (n,); not to be written to."""
    return _keys(tuple(names))


# Dozens of quantities are of the same subjects.
@lru_cache(maxsize=64)
def _keys(names: tuple[str, ...]) -> NDArray[np.uint64]:
    made = np.array([key(name) for name in names], dtype=np.uint64)
    made.flags.writeable = False
    return made


def units(base: NDArray[np.uint64], *parts: str | int) -> NDArray[np.float64]:
    """Numbers in [0, 1) for many keys at once (the finaliser of splitmix64), shape (n,)."""
    mixed = base ^ np.uint64(key(*parts))
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return (mixed >> np.uint64(11)).astype(np.float64) * _SCALE
