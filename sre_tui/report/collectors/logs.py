"""Errors in the logs of the window, compared with the window before."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from providers.errors import InvalidQuery
from providers.loki.models import LOG_HOST_LABELS, LOG_SERVICE_LABELS
from providers.loki.patterns import grouped
from providers.loki.selector import LabelMatcher, add_matcher, quote
from providers.reading import Reading, State
from providers.text import both_ends, one_line
from sre_tui.diagnosis.timeline.log_history import error_lines
from sre_tui.memory.report_sections import LoggedErrors, Logs
from sre_tui.memory.report_sources import ASKED
from sre_tui.report.piecewise import parts_of
from sre_tui.report.scope import CHUNK, DAY, Scope
from sre_tui.report.standing import Collected, joined, lacks, standing_of, unconfigured

if TYPE_CHECKING:
    from providers.loki import LogEntry, LokiClient
    from providers.series import Sample

MOST: Final = 40
"""Services that are told; the lines of all of them are counted."""
SAMPLES: Final = 3
"""Kinds of lines that are shown of a service."""
SHOWN: Final = 15
"""Services of which lines are shown."""
LINES: Final = 200
"""Lines that the samples of one service are chosen from."""
LONGEST: Final = 300


@dataclass(frozen=True)
class _Heard:
    """What one Loki told; counts by service, None where it is not known."""

    readings: tuple[Reading[Any], ...]
    after: dict[str, int] | None
    before: dict[str, int] | None
    samples: dict[str, tuple[str, ...]]
    lacking: tuple[str, ...] = ()


async def collect(scope: Scope) -> Collected:
    """Error lines of each service, in the window and in the one before."""
    if lacks(scope.context.settings, *ASKED["logs"]):
        return Collected(Logs(**unconfigured(*ASKED["logs"])._asdict()))
    heard = await asyncio.gather(*(_ask(client, scope) for client in scope.context.loki))
    after: dict[str, int] = defaultdict(int)
    before: dict[str, int] = defaultdict(int)
    samples: dict[str, tuple[str, ...]] = {}
    for one in heard:
        for service, amount in (one.after or {}).items():
            after[service] += amount
        for service, amount in (one.before or {}).items():
            before[service] += amount
        for service, lines in one.samples.items():
            samples[service] = (*samples.get(service, ()), *lines)[:SAMPLES]
    is_known = all(one.before is not None for one in heard)
    ordered = sorted(after, key=lambda service: (-after[service], service))
    readings = [each for one in heard for each in one.readings]
    return Collected(
        Logs(
            **standing_of(readings, *(each for one in heard for each in one.lacking))._asdict(),
            errors=sum(after.values()) if any(one.after is not None for one in heard) else None,
            errors_before=sum(before.values()) if is_known else None,
            services=tuple(
                LoggedErrors(
                    service=service,
                    count=after[service],
                    before=before.get(service, 0) if is_known else None,
                    samples=samples.get(service, ()),
                )
                for service in ordered[:MOST]
            ),
        ),
        joined(readings),
    )


async def _ask(client: LokiClient, scope: Scope) -> _Heard:
    names, first, early = await asyncio.gather(
        client.label_names(max(scope.since, scope.until - CHUNK), scope.until),
        client.label_names(scope.since, min(scope.since + DAY, scope.until)),
        client.label_names(scope.before, min(scope.before + DAY, scope.since)),
    )
    known = names.data or ()
    main = next(
        (one for one in (*LOG_SERVICE_LABELS, *LOG_HOST_LABELS) if one in known),
        next(iter(known), None),
    )
    if main is None:
        # Nothing has ever been logged, or nobody says so.
        return _Heard(
            (names,),
            None if names.data is None else {},
            None if early.data is None else {},
            {},
        )
    everything = f"{{{LabelMatcher(main, '=~', quote('.+'))}}}"
    parts = parts_of(scope.since, scope.until, CHUNK)
    lines = await error_lines(client, everything, *parts[-1])
    if lines.data is None:
        return _Heard((names, lines), None, None, {})
    query = lines.data.query
    after = await _counts(client, query, main, scope.since, scope.until)
    before: list[Reading[tuple[Sample, ...]]] = []
    # Where it keeps nothing from then, no line says nothing of how many there were.
    if early.data:
        before = await _counts(client, query, main, scope.before, scope.since)
    counts = _summed(after, main)
    is_counted = any(one.data is not None for one in after)
    samples = samples_of(lines.data.entries, main)
    if lines.data.truncated or len(parts) > 1:
        samples |= await _further(client, query, main, counts, samples, scope)
    lacking: tuple[str, ...] = ()
    if first.data is not None and not first.data:
        lacking = (f"{client.source}: it keeps nothing of the beginning of the window",)
    whole = bool(before) and all(one.state is State.OK for one in before)
    return _Heard(
        (names, lines, *after, *before),
        counts if is_counted else None,
        _summed(before, main) if whole else None,
        samples,
        lacking,
    )


async def _counts(
    client: LokiClient, query: str, main: str, start: datetime, end: datetime
) -> list[Reading[tuple[Sample, ...]]]:
    found: list[Reading[tuple[Sample, ...]]] = []
    for begin, stop in parts_of(start, end, CHUNK):
        seconds = round((stop - begin).total_seconds())
        counted = f"sum by ({main}) (count_over_time({query} [{seconds}s]))"
        try:
            found.append(await client.metric(counted, stop))
        except InvalidQuery as error:
            found.append(_rejected(client, stop, error))
    return found


def _rejected(client: LokiClient, at: datetime, error: InvalidQuery) -> Reading[Any]:
    return Reading[Any](
        source=client.source,
        state=State.PARTIAL,
        observed_at=at,
        detail=one_line(f"error lines were not counted: {error}", 200),
    )


def _summed(readings: Iterable[Reading[tuple[Sample, ...]]], main: str) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for reading in readings:
        for sample in reading.data or ():
            found[_service(sample.labels.get(main))] += round(sample.value or 0)
    return {service: amount for service, amount in found.items() if amount}


def _service(name: str | None) -> str:
    return one_line(name or "", 80) or "unknown"


def samples_of(entries: Sequence[LogEntry], main: str) -> dict[str, tuple[str, ...]]:
    """By service a line of each of its most frequent kinds.

    Args:
        entries: error lines.
        main: the label that names their service.
    """
    written: dict[str, list[LogEntry]] = defaultdict(list)
    for one in entries:
        written[_service(one.labels.get(main))].append(one)
    return {
        service: tuple(
            both_ends(pattern.example, LONGEST) for pattern, _ in grouped(several)[:SAMPLES]
        )
        for service, several in written.items()
    }


async def _further(
    client: LokiClient,
    query: str,
    main: str,
    counts: dict[str, int],
    samples: dict[str, tuple[str, ...]],
    scope: Scope,
) -> dict[str, tuple[str, ...]]:
    """Lines of services with many errors, of which none was among the newest of all."""
    most = sorted(counts, key=lambda service: -counts[service])[:SHOWN]
    parts = list(reversed(parts_of(scope.since, scope.until, CHUNK)))

    async def newest(service: str) -> tuple[LogEntry, ...]:
        of_it = add_matcher(query, LabelMatcher(main, "=", quote(service)))
        for part in parts:
            reading = await client.logs(of_it, *part, limit=LINES)
            if reading.data is None or reading.data.entries:
                return reading.data.entries if reading.data is not None else ()
        return ()

    found = await asyncio.gather(*(newest(one) for one in most if one not in samples))
    return samples_of([entry for entries in found for entry in entries], main)
