"""Quantiles of samples and of classic histograms."""

from __future__ import annotations

import numpy as np

from sre_tui.demo.promql.values import NAME, Flags, Floats, LabelKey, Labels, Vector, label_key


def row_quantiles(quantile: Floats, values: Floats, valid: Flags) -> Floats:
    """The quantile of each row's valid values, interpolated; NaN sorts below all numbers.

    Args:
        quantile: one quantile per row; outside 0..1 the answer is infinite.
        values: shape (rows, columns).
        valid: same shape; each row has at least one valid value.
    """
    key = np.where(np.isnan(values), -np.inf, values)
    # The last key rules: valid before invalid, then NaN before -Inf, then by value.
    order = np.lexsort((key, ~np.isnan(values), ~valid), axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    count = valid.sum(axis=1)
    inside = (quantile >= 0) & (quantile <= 1)
    rank = np.where(inside, quantile, 0.0) * (count - 1)
    lower = np.floor(rank).astype(np.int64)
    upper = np.minimum(lower + 1, count - 1)
    weight = rank - lower
    rows = np.arange(len(values))
    result = ordered[rows, lower] * (1 - weight) + ordered[rows, upper] * weight
    result = np.where(quantile < 0, -np.inf, result)
    result = np.where(quantile > 1, np.inf, result)
    return np.where(np.isnan(quantile), np.nan, result)


def histogram_quantile(quantile: Floats, buckets: Vector) -> Vector:
    """The quantile of each classic histogram, from its cumulative ``le`` buckets."""
    groups: dict[LabelKey, tuple[Labels, list[tuple[float, int]]]] = {}
    for row, labels in enumerate(buckets.labels):
        bound = _bound(labels.get("le", ""))
        if bound is None:
            continue
        kept = {key: value for key, value in labels.items() if key not in {"le", NAME}}
        groups.setdefault(label_key(kept), (kept, []))[1].append((bound, row))
    steps = buckets.present.shape[1]
    results, shown = np.full((len(groups), steps), np.nan), np.zeros((len(groups), steps), bool)
    for group, (_labels, members) in enumerate(groups.values()):
        members.sort()
        bounds = np.array([bound for bound, _row in members])
        rows = [row for _bound, row in members]
        counts, present = buckets.values[rows], buckets.present[rows]
        patterns, which = np.unique(present, axis=1, return_inverse=True)
        for index in range(patterns.shape[1]):
            used = patterns[:, index]
            columns = np.flatnonzero(which.ravel() == index)
            if used.any():
                shown[group, columns] = True
                results[group, columns] = _bucket_quantile(
                    quantile[columns], bounds[used], counts[used][:, columns]
                )
    return Vector([labels for labels, _members in groups.values()], results, shown)


def _bound(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _bucket_quantile(quantile: Floats, bounds: Floats, counts: Floats) -> Floats:
    """Quantiles per column of ``counts``, shape (buckets, columns), ``bounds`` ascending."""
    outside = np.where(quantile < 0, -np.inf, np.where(quantile > 1, np.inf, np.nan))
    if bounds[-1] != np.inf:
        return outside
    bounds, starts = np.unique(bounds, return_index=True)
    counts = np.fmax.accumulate(np.add.reduceat(counts, starts, axis=0), axis=0)
    if len(bounds) < 2:
        return outside
    observations = counts[-1]
    rank = quantile * observations
    reached = counts[:-1] >= rank[None, :]
    bucket = np.where(reached.any(axis=0), reached.argmax(axis=0), len(bounds) - 1)
    columns = np.arange(counts.shape[1])
    below = np.maximum(bucket - 1, 0)
    start = np.where(bucket > 0, bounds[below], 0.0)
    before = np.where(bucket > 0, counts[below, columns], 0.0)
    share = (rank - before) / (counts[bucket, columns] - before)
    result = start + (bounds[bucket] - start) * share
    result = np.where((bucket == 0) & (bounds[0] <= 0), bounds[0], result)
    result = np.where(bucket == len(bounds) - 1, bounds[-2], result)
    result = np.where(observations == 0, np.nan, result)
    inside = (quantile >= 0) & (quantile <= 1)
    return np.where(inside, result, outside)
