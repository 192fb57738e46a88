"""Binary operators and how they pair the series of two vectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sre_tui.demo.promql.errors import ExecutionError
from sre_tui.demo.promql.nodes import Binary, Matching
from sre_tui.demo.promql.values import (
    NAME,
    Flags,
    Floats,
    LabelKey,
    Labels,
    Scalar,
    Vector,
    any_series,
    format_labels,
    label_key,
    merge_duplicates,
    without_name,
)

_ARITHMETIC: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "^": np.power,
    "atan2": np.arctan2,
}
_COMPARISON: Mapping[str, Callable[[Floats, Floats], Flags]] = {
    "==": np.equal,
    "!=": np.not_equal,
    ">": np.greater,
    "<": np.less,
    ">=": np.greater_equal,
    "<=": np.less_equal,
}


# Prometheus 2.42 leaves the metric's name on the result of atan2.
_UNNAMED = _ARITHMETIC.keys() - {"atan2"}


def scalars(op: str, left: Scalar, right: Scalar) -> Scalar:
    """An operation between two scalars; a comparison gives 0 or 1."""
    if op in _COMPARISON:
        return Scalar(_COMPARISON[op](left.values, right.values).astype(np.float64))
    return Scalar(_ARITHMETIC[op](left.values, right.values))


def vector_and_scalar(node: Binary, vector: Vector, scalar: Scalar, *, swapped: bool) -> Vector:
    """An operation of every sample with a number; ``swapped`` if the number stands left."""
    number = scalar.values[None, :]
    left, right = (number, vector.values) if swapped else (vector.values, number)
    labels = vector.labels
    if node.op in _ARITHMETIC:
        values, present = _ARITHMETIC[node.op](left, right), vector.present
    else:
        kept = _COMPARISON[node.op](left, right)
        if node.return_bool:
            values, present = kept.astype(np.float64), vector.present
        else:
            return Vector(labels, vector.values, vector.present & kept).used()
    if node.op in _UNNAMED or node.return_bool:
        labels = [without_name(one) for one in labels]
    return merge_duplicates(Vector(labels, values, present))


def _signature(matching: Matching, labels: Labels) -> LabelKey:
    if matching.on:
        return tuple((name, labels.get(name, "")) for name in matching.labels)
    ignored = {*matching.labels, NAME}
    return tuple(sorted((k, v) for k, v in labels.items() if k not in ignored and v))


def _by_signature(matching: Matching, labels: Sequence[Labels]) -> dict[LabelKey, list[int]]:
    groups: dict[LabelKey, list[int]] = {}
    for row, one in enumerate(labels):
        groups.setdefault(_signature(matching, one), []).append(row)
    return groups


def union(matching: Matching, operands: Sequence[Vector], steps: int) -> Vector:
    """``a or b or c``, all at once: each operand adds the groups that those before it lack."""
    held: dict[LabelKey, Flags] = {}
    labels: list[Labels] = []
    values: list[Floats] = []
    present: list[Flags] = []
    for operand in operands:
        vector = operand.used()
        if not vector.labels:
            continue
        groups = _by_signature(matching, vector.labels)
        shown = vector.present.copy() if held else vector.present
        for signature, rows in groups.items():
            before = held.get(signature)
            if before is not None:
                shown[rows] &= ~before
        labels.extend(vector.labels)
        values.append(vector.values)
        present.append(shown)
        for signature, group in _held(vector, groups).items():
            before = held.get(signature)
            held[signature] = group if before is None else group | before
    if not labels:
        return Vector.empty(steps)
    return merge_duplicates(Vector(labels, np.concatenate(values), np.concatenate(present)))


def intersection(node: Binary, left: Vector, right: Vector) -> Vector:
    """``and`` and ``unless``: keep samples by whether the other side has their group."""
    vector, other = left.used(), right.used()
    groups = _held(other, _by_signature(node.matching, other.labels))
    held = np.zeros_like(vector.present)
    for row, labels in enumerate(vector.labels):
        found = groups.get(_signature(node.matching, labels))
        if found is not None:
            held[row] = found
    kept = vector.present & (held if node.op == "and" else ~held)
    return Vector(vector.labels, vector.values, kept)


def _held(vector: Vector, groups: Mapping[LabelKey, list[int]]) -> dict[LabelKey, Flags]:
    """For each group, the steps at which it has a sample."""
    return {
        signature: any_series(vector.present[rows]) if len(rows) > 1 else vector.present[rows[0]]
        for signature, rows in groups.items()
    }


def vectors(node: Binary, left: Vector, right: Vector) -> Vector:
    """An operation between matching series of two vectors.

    Raises:
        ExecutionError: the matching is not unique on a side that must be.
    """
    matching = node.matching
    flipped = matching.cardinality == "one-to-many"
    many, one = (right, left) if flipped else (left, right)
    steps = left.present.shape[1]
    both = any_series(left.present) & any_series(right.present)
    groups = _by_signature(matching, one.labels)
    for signature, rows in groups.items():
        _refuse_duplicates(matching, signature, one, rows, both, "left" if flipped else "right")
    pairs = [
        (row, partner, signature)
        for row, signature in ((i, _signature(matching, one)) for i, one in enumerate(many.labels))
        for partner in groups.get(signature, ())
    ]
    if not pairs:
        return Vector.empty(steps)
    many_rows, one_rows = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    left_rows, right_rows = (one_rows, many_rows) if flipped else (many_rows, one_rows)
    values, kept = _operate(node, left, left_rows, right, right_rows)
    rows = [int(row) for row in np.flatnonzero(kept.any(axis=1))]
    labels = [
        _result_labels(node, many.labels[many_rows[row]], one.labels[one_rows[row]]) for row in rows
    ]
    _refuse_ambiguous(matching, [pairs[row][2] for row in rows], labels, kept[rows])
    return merge_duplicates(Vector(labels, values[rows], kept[rows]))


def _refuse_ambiguous(
    matching: Matching, signatures: Sequence[LabelKey], labels: Sequence[Labels], kept: Flags
) -> None:
    single = matching.cardinality == "one-to-one"
    slots: dict[tuple[LabelKey, LabelKey], list[int]] = {}
    for row, signature in enumerate(signatures):
        slot = (signature, () if single else label_key(labels[row]))
        slots.setdefault(slot, []).append(row)
    for same in slots.values():
        if len(same) > 1 and (kept[same].sum(axis=0) > 1).any():
            raise ExecutionError(
                "multiple matches for labels: many-to-one matching must be explicit"
                " (group_left/group_right)"
                if single
                else "multiple matches for labels: grouping labels must ensure unique matches"
            )


def _refuse_duplicates(
    matching: Matching,
    signature: LabelKey,
    one: Vector,
    rows: Sequence[int],
    both: Flags,
    side: str,
) -> None:
    if len(rows) < 2:
        return
    crowded = np.flatnonzero((one.present[list(rows)].sum(axis=0) > 1) & both)
    if not len(crowded):
        return
    first, second = [row for row in rows if one.present[row, crowded[0]]][:2]
    group = {name: value for name, value in signature if value}
    raise ExecutionError(
        f"found duplicate series for the match group {format_labels(group)} on the {side}"
        f" hand-side of the operation: [{format_labels(one.labels[second])},"
        f" {format_labels(one.labels[first])}];many-to-many matching not allowed:"
        " matching labels must be unique on one side"
    )


def _operate(
    node: Binary, left: Vector, left_rows: list[int], right: Vector, right_rows: list[int]
) -> tuple[Floats, Flags]:
    a, b = left.values[left_rows], right.values[right_rows]
    present = left.present[left_rows] & right.present[right_rows]
    if node.op in _ARITHMETIC:
        return _ARITHMETIC[node.op](a, b), present
    passed = _COMPARISON[node.op](a, b)
    if node.return_bool:
        return passed.astype(np.float64), present
    return a, present & passed


def _result_labels(node: Binary, many: Labels, one: Labels) -> Labels:
    matching = node.matching
    labels = dict(many)
    if node.op in _UNNAMED or node.return_bool:
        labels.pop(NAME, None)
    if matching.cardinality == "one-to-one":
        named = set(matching.labels)
        labels = {k: v for k, v in labels.items() if (k in named) == matching.on}
    for name in matching.include:
        if one.get(name):
            labels[name] = one[name]
        else:
            labels.pop(name, None)
    return labels
