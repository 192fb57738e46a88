"""Binary operators between scalars and vectors."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from sre_tui.demo.logql.errors import LogQLError
from sre_tui.demo.logql.matrix import (
    Floats,
    Labels,
    Mask,
    Matrix,
    Row,
    Scalar,
    Value,
    project,
)
from sre_tui.demo.logql.syntax import BinaryOperation, VectorMatching

_Pair: TypeAlias = Callable[[Floats, Floats], Floats]
_COMPARE: dict[str, Callable[[Floats, Floats], Mask]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_ARITHMETIC: dict[str, _Pair] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": np.fmod,
    "^": operator.pow,
}


def combine(expression: BinaryOperation, left: Value, right: Value) -> Value:
    """The operator's result; a comparison without ``bool`` keeps the left side's values.

    Raises ``LogQLError`` when several series of one side match one of the other unannounced.
    """
    with np.errstate(all="ignore"):
        if isinstance(left, Scalar) and isinstance(right, Scalar):
            return Scalar(_scalars(expression.op, left.value, right.value))
        if isinstance(left, Matrix) and isinstance(right, Matrix):
            if expression.op in ("and", "or", "unless"):
                return _set_operation(expression, left, right)
            return _vectors(expression, left, right)
        return _vector_and_scalar(expression, left, right)


def _scalars(op: str, left: float, right: float) -> float:
    first, second = np.array([left]), np.array([right])
    if op in _COMPARE:
        return float(_COMPARE[op](first, second)[0])
    return float(_ARITHMETIC[op](first, second)[0])


def _vector_and_scalar(expression: BinaryOperation, left: Value, right: Value) -> Matrix:
    rows: list[Row] = []
    vector = left if isinstance(left, Matrix) else right
    for row in vector.rows if isinstance(vector, Matrix) else ():
        first = row.values if isinstance(left, Matrix) else np.full_like(row.values, left.value)
        second = row.values if isinstance(right, Matrix) else np.full_like(row.values, right.value)
        rows.append(_apply(expression, row.labels, first, second, row.present, filtered=row.values))
    return Matrix(tuple(row for row in rows if row.present.any()))


def _apply(
    expression: BinaryOperation,
    labels: Labels,
    left: Floats,
    right: Floats,
    present: Mask,
    filtered: Floats,
) -> Row:
    if expression.op in _ARITHMETIC:
        return Row(labels, _ARITHMETIC[expression.op](left, right), present)
    holds = _COMPARE[expression.op](left, right)
    if expression.returns_bool:
        return Row(labels, holds.astype(np.float64), present)
    return Row(labels, filtered, present & holds)


def _signature(labels: Labels, matching: VectorMatching) -> Labels:
    return project(labels, matching.labels, without=not matching.on)


def _presence(rows: Sequence[Row], matching: VectorMatching) -> dict[Labels, Mask]:
    masks: dict[Labels, Mask] = {}
    for row in rows:
        key = _signature(row.labels, matching)
        masks[key] = masks[key] | row.present if key in masks else row.present
    return masks


def _set_operation(expression: BinaryOperation, left: Matrix, right: Matrix) -> Matrix:
    matching = expression.matching
    if expression.op == "or":
        taken = _presence(left.rows, matching)
        extra = [
            Row(row.labels, row.values, row.present & ~taken[key] if key in taken else row.present)
            for row in right.rows
            for key in (_signature(row.labels, matching),)
        ]
        return Matrix((*left.rows, *(row for row in extra if row.present.any())))
    other = _presence(right.rows, matching)
    rows: list[Row] = []
    for row in left.rows:
        found = other.get(_signature(row.labels, matching), np.zeros_like(row.present))
        keep = row.present & (found if expression.op == "and" else ~found)
        rows.append(Row(row.labels, row.values, keep))
    return Matrix(tuple(row for row in rows if row.present.any()))


def _vectors(expression: BinaryOperation, left: Matrix, right: Matrix) -> Matrix:
    matching = expression.matching
    swapped = matching.many == "right"
    many, one = (right, left) if swapped else (left, right)
    side = "left" if swapped else "right"
    partners: dict[Labels, list[Row]] = {}
    for row in one.rows:
        partners.setdefault(_signature(row.labels, matching), []).append(row)
    for group in partners.values():
        _require_single(group, f"multiple matches for labels on {side} side")
    if not matching.many:
        lefts: dict[Labels, list[Row]] = {}
        for row in many.rows:
            lefts.setdefault(_signature(row.labels, matching), []).append(row)
        for key, group in lefts.items():
            if key in partners:
                _require_single(
                    group,
                    "multiple matches for labels: many-to-one matching must be explicit "
                    "(group_left/group_right)",
                )
    rows: list[Row] = []
    for row in many.rows:
        for partner in partners.get(_signature(row.labels, matching), ()):
            first, second = (partner, row) if swapped else (row, partner)
            labels = _result_labels(expression, row, partner)
            joined = _apply(
                expression,
                labels,
                first.values,
                second.values,
                first.present & second.present,
                filtered=first.values,
            )
            if joined.present.any():
                rows.append(joined)
    return Matrix(tuple(rows))


def _require_single(rows: Sequence[Row], message: str) -> None:
    if len(rows) > 1 and np.vstack([row.present for row in rows]).sum(axis=0).max() > 1:
        raise LogQLError(message)


def _result_labels(expression: BinaryOperation, many: Row, one: Row) -> Labels:
    matching = expression.matching
    if matching.many:
        kept = dict(project(many.labels, matching.include, without=True))
        kept.update(project(one.labels, matching.include, without=False))
        return tuple(sorted(kept.items()))
    if matching.on or matching.labels:
        return _signature(many.labels, matching)
    return many.labels
