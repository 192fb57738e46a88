"""What many guests without a good backup have in common, in a line instead of many rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Final

from sre_tui.diagnosis.coverage.model import GuestCoverage, Verdict
from sre_tui.views.backup_coverage import short_error

LEAST: Final = 3
"""Guests from which it is worth a line."""
_LACK: Final[Mapping[Verdict, str]] = {
    "never": "have no backup at all",
    "not_covered": "are selected by no backup job",
    "damaged": "have newer backups that fail their verification",
    "stale": "have no backup",
    "unknown": "cannot be judged",
}


def in_common(every: Sequence[GuestCoverage]) -> Iterator[str]:
    """A line for each verdict and cause that several guests share, the most frequent first."""
    groups: dict[tuple[Verdict, str, str], list[GuestCoverage]] = {}
    for item in every:
        if item.verdict in _LACK:
            key = (item.verdict, short_error(item.error), item.error_place)
            groups.setdefault(key, []).append(item)
    total = sum(item.verdict != "template" for item in every)
    for (verdict, cause, place), items in sorted(groups.items(), key=lambda one: -len(one[1])):
        if len(items) < LEAST:
            continue
        who = f"all {total} guests" if len(items) == total else f"{len(items)} of {total} guests"
        dues = [item.due for item in items if item.due is not None]
        since = ""
        if verdict == "stale" and dues:
            since = f" since the run of {min(dues).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        why = f": {cause}" if cause else ""
        where = f" ({place})" if cause and place else ""
        yield f"{who} {_LACK[verdict]}{since}{why}{where}"
