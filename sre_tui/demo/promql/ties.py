"""Which of equal values ``topk`` and ``bottomk`` keep: those that Prometheus's heap leaves over."""

from __future__ import annotations

import math
from collections.abc import Sequence


def kept_of_ties(keys: Sequence[float], count: int) -> list[int]:
    """Positions of the ``count`` smallest keys, smallest first.

    Of equal ones those are kept that a heap with the largest on top is left with.

    Args:
        keys: in the order of the series; NaN is larger than everything.
        count: at least 1.
    """
    heap: list[int] = []
    for position, key in enumerate(keys):
        if len(heap) == count:
            top = keys[heap[0]]
            if not (top > key or (math.isnan(top) and not math.isnan(key))):
                continue
            last = heap.pop()
            if heap:
                heap[0] = last
                _down(heap, keys)
        heap.append(position)
        _up(heap, keys)
    return sorted(heap, key=lambda one: (math.isnan(keys[one]), keys[one]))


def _goes_first(keys: Sequence[float], one: int, other: int) -> bool:
    return math.isnan(keys[one]) or keys[one] > keys[other]


def _up(heap: list[int], keys: Sequence[float]) -> None:
    child = len(heap) - 1
    while child:
        parent = (child - 1) // 2
        if not _goes_first(keys, heap[child], heap[parent]):
            return
        heap[parent], heap[child] = heap[child], heap[parent]
        child = parent


def _down(heap: list[int], keys: Sequence[float]) -> None:
    parent = 0
    while (child := 2 * parent + 1) < len(heap):
        right = child + 1
        if right < len(heap) and _goes_first(keys, heap[right], heap[child]):
            child = right
        if not _goes_first(keys, heap[child], heap[parent]):
            return
        heap[parent], heap[child] = heap[child], heap[parent]
        parent = child
