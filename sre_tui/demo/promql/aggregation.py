"""Aggregation operators: ``sum by (job) (…)``, ``topk``, ``quantile``, ``count_values``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sre_tui.demo.promql.errors import ExecutionError
from sre_tui.demo.promql.formatting import format_value
from sre_tui.demo.promql.nodes import Aggregate
from sre_tui.demo.promql.quantiles import row_quantiles
from sre_tui.demo.promql.ties import kept_of_ties
from sre_tui.demo.promql.values import (
    NAME,
    Flags,
    Floats,
    LabelKey,
    Labels,
    Vector,
    label_key,
)

_LABEL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_Groups = list[tuple[Labels, list[int]]]


def _group(node: Aggregate, vector: Vector) -> _Groups:
    if node.by:
        return _group_by(node.labels, vector.labels)
    groups: dict[LabelKey, tuple[Labels, list[int]]] = {}
    named = {*node.labels, NAME}
    for row, labels in enumerate(vector.labels):
        kept = {name: value for name, value in labels.items() if name not in named}
        groups.setdefault(label_key(kept), (kept, []))[1].append(row)
    return list(groups.values())


def _group_by(names: Sequence[str], rows: Sequence[Labels]) -> _Groups:
    groups: dict[tuple[str | None, ...], list[int]] = {}
    for row, labels in enumerate(rows):
        groups.setdefault(tuple([labels.get(name) for name in names]), []).append(row)
    return [
        ({name: value for name, value in zip(names, key, strict=True) if value is not None}, found)
        for key, found in groups.items()
    ]


def _mean(values: Floats, present: Flags) -> Floats:
    result: Floats = np.where(present, values, 0.0).sum(axis=0) / present.sum(axis=0)
    return result


def _variance(values: Floats, present: Flags) -> Floats:
    origin = values[present.argmax(axis=0), np.arange(values.shape[1])]
    shifted = np.where(present, values - origin[None, :], 0.0)
    mean = _mean(shifted, present)
    variance = _mean((shifted - mean[None, :]) ** 2, present)
    # One sample has no variance, not even when it is infinite or NaN.
    return np.where(present.sum(axis=0) == 1, 0.0, variance)


_REDUCERS: Mapping[str, Callable[[Floats, Flags], Floats]] = {
    "sum": lambda values, present: np.where(present, values, 0.0).sum(axis=0),
    "avg": _mean,
    "min": lambda values, present: np.fmin.reduce(np.where(present, values, np.nan), axis=0),
    "max": lambda values, present: np.fmax.reduce(np.where(present, values, np.nan), axis=0),
    "count": lambda _values, present: present.sum(axis=0).astype(np.float64),
    "group": lambda _values, present: np.ones(present.shape[1]),
    "stdvar": _variance,
    "stddev": lambda values, present: np.sqrt(_variance(values, present)),
}


def aggregate(node: Aggregate, vector: Vector, param: Floats | str | None) -> Vector:
    """Aggregate a vector; ``param`` is the operator's number per step, or its label name."""
    if node.op == "count_values":
        return _count_values(node, vector, str(param))
    groups = _group(node, vector)
    if node.op in {"topk", "bottomk"}:
        assert isinstance(param, np.ndarray)
        return _select(vector, groups, param, largest=node.op == "topk")
    steps = vector.present.shape[1]
    values, shown = np.full((len(groups), steps), np.nan), np.zeros((len(groups), steps), bool)
    for index, (_labels, rows) in enumerate(groups):
        # A slice keeps a group of everything from being copied.
        picked = slice(None) if len(rows) == len(vector.labels) else rows
        group_values, present = vector.values[picked], vector.present[picked]
        shown[index] = present.any(axis=0)
        if isinstance(param, np.ndarray):
            used = np.flatnonzero(shown[index])
            values[index, used] = row_quantiles(
                param[used], group_values[:, used].T, present[:, used].T
            )
        else:
            values[index] = _REDUCERS[node.op](group_values, present)
    return Vector([labels for labels, _rows in groups], values, shown)


def _select(vector: Vector, groups: _Groups, param: Floats, *, largest: bool) -> Vector:
    """Keep the ``param`` largest or smallest rows of each group at each step; NaN comes last."""
    if not np.isfinite(param).all():
        raise ExecutionError(f"Scalar value {format_value(float(param[0]))} overflows int64")
    wanted = param.astype(np.int64)
    shown = np.zeros_like(vector.present)
    is_instant = vector.present.shape[1] == 1
    order: list[int] = []
    sign = -1.0 if largest else 1.0
    for _labels, rows in groups:
        picked = np.array(rows)
        present = vector.present[picked]
        key = sign * vector.values[picked]
        # lexsort goes by its last key first: present, then numbers before NaN, then by value.
        ranks = np.lexsort((key, np.isnan(key), ~present), axis=0)
        position = np.empty_like(ranks)
        np.put_along_axis(position, ranks, np.arange(len(rows))[:, None], axis=0)
        shown[picked] = present & (position < wanted[None, :])
        tied = (wanted > 0) if is_instant else _is_tied(key, present, ranks, wanted)
        for step in np.flatnonzero(tied):
            used = np.flatnonzero(present[:, step])
            kept = picked[used[kept_of_ties(key[used, step].tolist(), int(wanted[step]))]]
            shown[picked, step] = False
            shown[kept, step] = True
            if is_instant:
                order.extend(kept.tolist())
    if is_instant:
        return vector.take(order, present=shown)
    return Vector(vector.labels, vector.values, shown)


def _is_tied(
    key: Floats, present: Flags, ranks: NDArray[np.int64], wanted: NDArray[np.int64]
) -> Flags:
    """At which steps the last row kept and the first row left out are equal."""
    steps = np.arange(key.shape[1])
    can = (wanted > 0) & (wanted < present.sum(axis=0))
    last = ranks[np.where(can, wanted - 1, 0), steps]
    following = ranks[np.where(can, wanted, 0), steps]
    ours, theirs = key[last, steps], key[following, steps]
    tied: Flags = can & ((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)))
    return tied


def _count_values(node: Aggregate, vector: Vector, label: str) -> Vector:
    if not _LABEL_NAME.fullmatch(label):
        raise ExecutionError(f'invalid label name "{label}"')
    steps = vector.present.shape[1]
    counts: dict[LabelKey, tuple[Labels, Floats]] = {}
    named = set(node.labels)
    for row, labels in enumerate(vector.labels):
        used = np.flatnonzero(vector.present[row])
        distinct, which = np.unique(vector.values[row, used], return_inverse=True)
        for index, value in enumerate(distinct):
            # The value becomes a label before grouping, so ``by (value)`` may name it.
            full = {**labels, label: format_value(float(value))}
            if node.by:
                kept = {name: full[name] for name in (*node.labels, label) if name in full}
            else:
                kept = {k: v for k, v in full.items() if k not in named and k != NAME}
            entry = counts.setdefault(label_key(kept), (kept, np.zeros(steps)))
            entry[1][used[which == index]] += 1
    if not counts:
        return Vector.empty(steps)
    values = np.stack([count for _labels, count in counts.values()])
    return Vector([labels for labels, _count in counts.values()], values, values > 0)
