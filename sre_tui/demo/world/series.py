"""The world's metrics as the Prometheus server reads them: any window, computed on demand."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from sre_tui.demo.telemetry import Matcher, MetricMetadata, Moments, Series
from sre_tui.demo.world.family import INTERVAL, Family, RowSet, Target
from sre_tui.demo.world.shapes import Floats, Shape

_CHUNK = 2_000_000
"""Samples computed at once, so that long windows over many series stay small in memory."""

_REMEMBERED = 6_000_000
"""Samples of recent selections kept: rules and panels ask for the same window again and again."""

_Selection = tuple[tuple[Matcher, ...], float, float, bytes, int]


@dataclass(frozen=True)
class RawSeries:
    """Samples a scenario injects: they replace matching series, or stand alone."""

    name: str
    labels: Mapping[str, str]
    shape: Shape

    @property
    def start(self) -> float:
        return self.shape.points[0][0]


@dataclass(frozen=True)
class _Built:
    rows: RowSet
    labels: Sequence[dict[str, str]]
    targets: Sequence[Target]
    overrides: Mapping[int, RawSeries]


class WorldSeries:
    """Implements ``SeriesSource`` over metric families."""

    def __init__(
        self, targets: Sequence[Target], families: Iterable[Family], raw: Sequence[RawSeries]
    ) -> None:
        self._targets = targets
        self._families = {family.name: family for family in families}
        self._raw = raw
        self._built: dict[str, _Built] = {}
        self._recent: OrderedDict[_Selection, Sequence[Series]] = OrderedDict()
        self._kept = 0
        self._lock = Lock()
        for item in raw:
            if item.name not in self._families:
                self._families[item.name] = Family(
                    item.name, "gauge", "", lambda: RowSet((), (), _nothing), described=None
                )

    @property
    def names(self) -> list[str]:
        """All metric names, sorted."""
        return sorted(self._families)

    def metadata(self) -> Mapping[str, MetricMetadata]:
        """Type and help by metric name, for scraped metrics only."""
        return {
            family.described or family.name: MetricMetadata(family.type, family.help)
            for family in self._families.values()
            if family.described is not None
        }

    def select(
        self,
        matchers: Sequence[Matcher],
        start: float,
        end: float,
        at: Moments | None = None,
        window: int = 0,
    ) -> Sequence[Series]:
        """Every matching series with its samples in ``start <= t <= end``; none without samples."""
        if at is not None and len(at) < 2:
            at = None
        asked = (tuple(matchers), start, end, b"" if at is None else at.tobytes(), window)
        with self._lock:
            if asked in self._recent:
                self._recent.move_to_end(asked)
                return self._recent[asked]
        found = tuple(self._computed(matchers, start, end, at, window))
        self._remember(asked, found)
        return found

    def _remember(self, asked: _Selection, found: Sequence[Series]) -> None:
        for series in found:
            series.times.flags.writeable = series.values.flags.writeable = False
        size = _size(found)
        if size > _REMEMBERED // 4:
            return
        with self._lock:
            if asked in self._recent:
                return
            self._recent[asked] = found
            self._kept += size
            while self._kept > _REMEMBERED:
                self._kept -= _size(self._recent.popitem(last=False)[1])

    def _computed(
        self,
        matchers: Sequence[Matcher],
        start: float,
        end: float,
        at: Moments | None,
        window: int,
    ) -> list[Series]:
        found: list[Series] = []
        for family, rows in self._matching(matchers):
            samples = max(1, int((end - start) / INTERVAL) + 2)
            step = max(1, _CHUNK // samples)
            for first in range(0, len(rows), step):
                chosen = rows[first : first + step]
                found += self._samples(family, chosen, start, end, at, window)
        return found

    def label_sets(
        self, matchers: Sequence[Matcher], start: float, end: float
    ) -> Sequence[Mapping[str, str]]:
        """Label sets that have a sample in the window, made only where one can be missing."""
        present: dict[int, bool] = {}
        found: list[Mapping[str, str]] = []
        for built, rows in self._matching(matchers):
            if built.rows.gaps:
                each = (self._samples(built, [row], start, end) for row in rows)
                found += [series.labels for made in each for series in made]
                continue
            for row in rows:
                if row >= len(built.rows.targets):
                    raw = built.overrides[row]
                    if _scrapes(0.0, INTERVAL, max(start, raw.start), end)[1] > 0:
                        found.append(built.labels[row])
                    continue
                target = built.targets[row]
                identity = -id(target) if built.rows.always else id(target)
                if identity not in present:
                    present[identity] = _any_sample(target, built.rows.always, start, end)
                if present[identity]:
                    found.append(built.labels[row])
        return found

    def _matching(self, matchers: Sequence[Matcher]) -> Iterable[tuple[_Built, list[int]]]:
        by_name = [matcher for matcher in matchers if matcher.name == "__name__"]
        others = [matcher for matcher in matchers if matcher.name != "__name__"]
        exact = next((matcher.value for matcher in by_name if matcher.op == "="), None)
        names = self._families if exact is None else (exact,) if exact in self._families else ()
        for name in names:
            if not all(matcher.matches(name) for matcher in by_name):
                continue
            built = self._get(name)
            rows = _select_rows(built.labels, others)
            if rows:
                yield built, rows

    def _get(self, name: str) -> _Built:
        if name not in self._built:
            rows = self._families[name].build()
            targets = [self._targets[index] for index in rows.targets]
            labels = [
                {
                    "__name__": name,
                    "job": target.job,
                    "instance": target.instance,
                    **target.labels,
                    **own,
                }
                for target, own in zip(targets, rows.labels, strict=True)
            ]
            overrides: dict[int, RawSeries] = {}
            for raw in self._raw:
                if raw.name != name:
                    continue
                wanted = [Matcher(key, "=", value) for key, value in raw.labels.items()]
                hit = _select_rows(labels, wanted)
                if not hit:
                    hit = [len(labels)]
                    labels.append({"__name__": name, **raw.labels})
                overrides.update(dict.fromkeys(hit, raw))
            self._built[name] = _Built(rows, labels, targets, overrides)
        return self._built[name]

    def _samples(
        self,
        built: _Built,
        rows: Sequence[int],
        start: float,
        end: float,
        at: Moments | None = None,
        window: int = 0,
    ) -> list[Series]:
        found: list[Series] = []
        scraped = [row for row in rows if row < len(built.targets)]
        if scraped:
            found = self._scraped(built, scraped, start, end, at, window)
        for row in rows[len(scraped) :]:
            raw = built.overrides[row]
            first, count = _scrapes(0.0, INTERVAL, max(start, raw.start), end)
            if count > 0:
                times = (first + np.arange(count, dtype=np.float64)) * INTERVAL
                found.append(Series(built.labels[row], times, raw.shape.value(times)))
        return found

    def _scraped(
        self,
        built: _Built,
        rows: Sequence[int],
        start: float,
        end: float,
        at: Moments | None,
        window: int,
    ) -> list[Series]:
        targets = {id(built.targets[row]): built.targets[row] for row in rows}
        missing = built.rows.gaps or (
            not built.rows.always and any(t.down for t in targets.values())
        )
        if missing and not window:
            # An earlier scrape counts.
            at = None
        each, counts = _scrape_times([*targets.values()], start, end, at, window)
        if each.shape[1] == 0:
            return []
        place = {name: number for number, name in enumerate(targets)}
        times = each[[place[id(built.targets[row])] for row in rows]]
        values = built.rows.compute(np.array(rows, dtype=np.intp), times)
        found = []
        for number, row in enumerate(rows):
            count = counts[place[id(built.targets[row])]]
            if count <= 0:
                continue
            when, what = times[number, :count], values[number, :count]
            if row in built.overrides:
                raw = built.overrides[row]
                what = np.where(when >= raw.start, raw.shape.value(when), what)
            target = built.targets[row]
            if target.down and not built.rows.always:
                seen = target.seen(when)
                if seen is not None:
                    when, what = when[seen], what[seen]
                    if not len(when):
                        continue
            if built.rows.gaps:
                there = ~np.isnan(what)
                when, what = when[there], what[there]
                if not len(when):
                    continue
            found.append(Series(built.labels[row], when, what))
        return found


def _size(selection: Sequence[Series]) -> int:
    """Its samples, and one for each series and for itself, which are not free when empty."""
    return 1 + sum(1 + len(series.times) for series in selection)


def _nothing(rows: object, t: Floats) -> Floats:
    return np.zeros_like(t)


def _scrapes(offset: float, interval: float, start: float, end: float) -> tuple[int, int]:
    """Number of the first scrape in ``start <= t <= end``, and how many there are."""
    first = math.ceil((start - offset) / interval)
    if (first - 1) * interval + offset >= start:
        first -= 1
    last = math.floor((end - offset) / interval)
    if (last + 1) * interval + offset <= end:
        last += 1
    return first, last - first + 1


def _scrape_times(
    targets: Sequence[Target], start: float, end: float, at: Moments | None, window: int
) -> tuple[Floats, Sequence[int]]:
    """When targets of one interval are scraped in ``start <= t <= end``, as (targets, m).

    Args:
        targets: whose scrapes.
        start: Unix seconds.
        end: Unix seconds.
        at: where only the last scrape up to each of these moments is wanted.
        window: where those of so many milliseconds before each are wanted too.

    Returns:
        The times, and how many of its row hold for each target.
    """
    interval = targets[0].interval
    offsets = np.array([[target.offset] for target in targets])
    before = math.ceil(window / interval / 1000)
    if at is not None and at[1] - at[0] > (before + 1) * interval * 1000:
        numbers = np.floor((at / 1000 - offsets) / interval) + 1
        for _ in range(2):
            numbers -= np.rint((numbers * interval + offsets) * 1000) > at
        if before:
            # One more than fits may come from before the start, and is in no window.
            numbers = (numbers[:, :, None] + np.arange(-before, 1)).reshape(len(targets), -1)
        times = numbers * interval + offsets
        if before or times[:, 0].min() >= start:
            return times, [times.shape[1]] * len(targets)
    spans = [_scrapes(target.offset, interval, start, end) for target in targets]
    counts = [count for _, count in spans]
    first = np.array([[first] for first, _ in spans], dtype=np.float64)
    steps = np.arange(max(0, max(counts)), dtype=np.float64)
    return (first + steps) * interval + offsets, counts


def _any_sample(target: Target, always: bool, start: float, end: float) -> bool:
    first, count = _scrapes(target.offset, target.interval, start, end)
    if count <= 0:
        return False
    if always or not target.down:
        return True
    times = (first + np.arange(count, dtype=np.float64)) * target.interval + target.offset
    seen = target.seen(times)
    return seen is None or bool(seen.any())


def _select_rows(labels: Sequence[Mapping[str, str]], matchers: Sequence[Matcher]) -> list[int]:
    rows = list(range(len(labels)))
    for matcher in matchers:
        name = matcher.name
        known: dict[str, bool] = {}
        kept = []
        for row in rows:
            value = labels[row].get(name, "")
            verdict = known.get(value)
            if verdict is None:
                verdict = known[value] = matcher.matches(value)
            if verdict:
                kept.append(row)
        rows = kept
    return rows
