"""What an expression evaluates to: all steps of a query at once, one row per series.

A row's value counts only where ``present`` is true, because NaN is an ordinary sample value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sre_tui.demo.promql.errors import ExecutionError

Labels = Mapping[str, str]
Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Flags = NDArray[np.bool_]
LabelKey = tuple[tuple[str, str], ...]

NAME = "__name__"


@dataclass
class Vector:
    """Instant vectors of every step: ``values`` and ``present`` have shape (series, steps)."""

    labels: Sequence[Labels]
    values: Floats
    present: Flags

    @classmethod
    def empty(cls, steps: int) -> Vector:
        """No series."""
        return cls([], np.empty((0, steps)), np.zeros((0, steps), dtype=bool))

    def take(self, rows: Sequence[int], *, present: Flags | None = None) -> Vector:
        """Some rows in this order, with their own presence unless another is given."""
        shown = self.present if present is None else present
        picked = list(rows)
        return Vector([self.labels[row] for row in picked], self.values[picked], shown[picked])

    def used(self) -> Vector:
        """The rows that are present at some step; the vector itself when all are."""
        rows = np.flatnonzero(self.present.any(axis=1))
        return self if len(rows) == len(self.labels) else self.take(rows.tolist())


def any_series(present: Flags) -> Flags:
    """Whether any series is present, for each step."""
    found: Flags = np.asarray(present.any(axis=0))
    return found


@dataclass
class Scalar:
    """One number per step."""

    values: Floats


@dataclass
class Text:
    """A string."""

    value: str


def label_key(labels: Labels) -> LabelKey:
    """A hashable form of a label set, sorted by name."""
    return tuple(sorted(labels.items()))


def without_name(labels: Labels) -> Labels:
    """The label set without the metric's name."""
    return {name: value for name, value in labels.items() if name != NAME}


def format_labels(labels: Labels) -> str:
    """A label set as Prometheus prints it in messages: ``{job="node"}``."""
    parts = []
    for name, value in sorted(labels.items()):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        parts.append(f'{name}="{escaped}"')
    return "{" + ", ".join(parts) + "}"


def merge_duplicates(vector: Vector, *, overlap_only: bool = True) -> Vector:
    """Join rows with the same labels.

    Args:
        vector: the rows; left as it is when all label sets differ.
        overlap_only: rows that never share a step are joined; otherwise any pair is an error.

    Raises:
        ExecutionError: two rows with the same labels hold at the same step.
    """
    first: dict[LabelKey, int] = {}
    groups: dict[int, list[int]] = {}
    for row, labels in enumerate(vector.labels):
        kept = first.setdefault(label_key(labels), row)
        if kept != row:
            groups.setdefault(kept, []).append(row)
    if not groups:
        return vector
    values, present = vector.values.copy(), vector.present.copy()
    dropped: set[int] = set()
    for kept, others in groups.items():
        for row in others:
            both_used = bool(present[kept].any() and present[row].any())
            if (present[kept] & present[row]).any() or (both_used and not overlap_only):
                raise ExecutionError("vector cannot contain metrics with the same labelset")
            values[kept] = np.where(present[row], values[row], values[kept])
            present[kept] |= present[row]
            dropped.add(row)
    rows = [row for row in range(len(vector.labels)) if row not in dropped]
    return Vector(vector.labels, values, present).take(rows)
