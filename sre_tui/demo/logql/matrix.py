"""Values of metric queries: for each label set one value or none per step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Labels: TypeAlias = tuple[tuple[str, str], ...]


def label_key(labels: Mapping[str, str]) -> Labels:
    """Labels as a key: sorted, empty values left out."""
    return tuple(sorted((name, value) for name, value in labels.items() if value))


def project(labels: Labels, names: Iterable[str], *, without: bool) -> Labels:
    """The labels with, or without, these names."""
    chosen = set(names)
    return tuple(pair for pair in labels if (pair[0] in chosen) is not without)


@dataclass(frozen=True)
class Row:
    """One series: ``values`` count only where ``present``."""

    labels: Labels
    values: Floats
    present: Mask


@dataclass(frozen=True)
class Matrix:
    """The series of a vector expression over all steps."""

    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Scalar:
    """The value of a scalar expression, the same at every step."""

    value: float


Value: TypeAlias = Matrix | Scalar
