"""Aggregates series: sum, topk and their relatives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sre_tui.demo.logql.matrix import Floats, Labels, Mask, Matrix, Row, project
from sre_tui.demo.logql.syntax import VectorAggregation


def aggregate(expression: VectorAggregation, operand: Matrix) -> Matrix:
    """The operand's series, joined by group; without a grouping all are one group."""
    if expression.function in ("sort", "sort_desc"):
        return operand
    groups: dict[Labels, list[Row]] = {}
    for row in operand.rows:
        grouping = expression.grouping
        key = project(row.labels, grouping.labels, without=grouping.without) if grouping else ()
        groups.setdefault(key, []).append(row)
    if expression.function in ("topk", "bottomk"):
        largest = expression.function == "topk"
        chosen = [
            row
            for members in groups.values()
            for row in _extremes(members, expression.parameter, largest=largest)
        ]
        return Matrix(tuple(sorted(chosen, key=lambda row: row.labels)))
    return Matrix(
        tuple(_join(expression.function, key, rows) for key, rows in sorted(groups.items()))
    )


def _stack(rows: Sequence[Row]) -> tuple[Floats, Mask]:
    return np.vstack([row.values for row in rows]), np.vstack([row.present for row in rows])


def _join(function: str, labels: Labels, rows: Sequence[Row]) -> Row:
    values, present = _stack(rows)
    count = present.sum(axis=0)
    some = count > 0
    divisor = np.maximum(count, 1)
    match function:
        case "sum":
            joined = np.where(present, values, 0.0).sum(axis=0)
        case "count":
            joined = count.astype(np.float64)
        case "min":
            joined = np.where(present, values, np.inf).min(axis=0)
        case "max":
            joined = np.where(present, values, -np.inf).max(axis=0)
        case "avg":
            joined = np.where(present, values, 0.0).sum(axis=0) / divisor
        case _:
            mean = np.where(present, values, 0.0).sum(axis=0) / divisor
            joined = np.where(present, (values - mean) ** 2, 0.0).sum(axis=0) / divisor
            joined = np.sqrt(joined) if function == "stddev" else joined
    return Row(labels, joined, some)


def _extremes(rows: Sequence[Row], k: int, *, largest: bool) -> list[Row]:
    values, present = _stack(rows)
    ranked = np.where(present, -values if largest else values, np.inf)
    chosen = np.zeros_like(present)
    order = np.argsort(ranked, axis=0, kind="stable")[:k]
    np.put_along_axis(chosen, order, values=True, axis=0)
    chosen &= present
    return [
        Row(row.labels, row.values, keep)
        for row, keep in zip(rows, chosen, strict=True)
        if keep.any()
    ]
