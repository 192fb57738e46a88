"""How the backup runs of the last weeks are shown: one cell for each day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from rich.text import Text

from sre_tui.views.human import count
from widgets.cell import Display, Tone
from widgets.page import toned

WEEKS: Final = 5
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NONE: Final = "no run"
_WORDS: Final[Mapping[str, tuple[Tone, str]]] = {
    "error": (Tone.ERROR, "failed"),
    "warning": (Tone.WARNING, "with warnings"),
    "unknown": (Tone.WARNING, "with warnings"),
    "running": (Tone.INFO, "running"),
    "ok": (Tone.OK, "done"),
}
"""By the state of a run, the gravest first."""
_RANK: Final = list(_WORDS)


class Run(Protocol):
    """One run of a backup."""

    @property
    def started(self) -> datetime: ...
    @property
    def state(self) -> str: ...


def run_calendar(runs: Iterable[Run], display: Display) -> Text:
    """Weeks from the top down, the newest at the end, with what the signs mean.

    Of several runs on one day the gravest is shown. Days are those of the time zone shown.
    """
    today = _day(display.now, display)
    worst = _worst(runs, display)
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    text = Text()
    text.append(" " * 8 + " ".join(f"{name:>4}" for name in _DAYS) + "\n", "dim")
    shown: Counter[str] = Counter()
    for week in range(WEEKS):
        begin = first + timedelta(weeks=week)
        text.append(f"{begin.day:>2} {begin:%b}  ", "dim")
        for offset in range(7):
            day = begin + timedelta(days=offset)
            if day > today:
                continue
            state = worst.get(day)
            tone, word = _WORDS[state] if state else (Tone.MUTED, _NONE)
            shown[word] += 1
            text.append(f"{tone.glyph:>5}", toned(tone))
        text.append("\n")
    text.append("\n")
    text.append_text(_legend(shown))
    return text


def _legend(shown: Mapping[str, int]) -> Text:
    """What each sign means, and how many days there are of it."""
    meanings = [*dict.fromkeys(_WORDS.values()), (Tone.MUTED, _NONE)]
    told = [(tone, word) for tone, word in meanings if shown.get(word)]
    text = Text()
    for number, (tone, word) in enumerate(told):
        text.append("   " if number else "")
        text.append(f"{tone.glyph} {word}", toned(tone))
        text.append(f" {count(shown[word], 'day')}", "dim")
    return text


def _worst(runs: Iterable[Run], display: Display) -> dict[date, str]:
    found: dict[date, str] = {}
    for run in runs:
        state = run.state if run.state in _WORDS else "unknown"
        day = _day(run.started, display)
        known = found.get(day, state)
        found[day] = min(known, state, key=_RANK.index)
    return found


def _day(at: datetime, display: Display) -> date:
    return at.date() if display.utc else at.astimezone().date()


class Copy(Protocol):
    """One backup."""

    @property
    def verified(self) -> str | None: ...


def verify_summary(copies: Sequence[Copy]) -> Iterator[tuple[str, Tone]]:
    """How many copies are known to be good: pieces of one line."""
    states = Counter(one.verified or "not yet" for one in copies)
    yield f"{count(len(copies), 'copy', 'copies')}: ", Tone.NEUTRAL
    told = (("ok", "verified", Tone.OK), ("failed", "damaged", Tone.ERROR),
            ("not yet", "not verified yet", Tone.MUTED))  # fmt: skip
    pieces = [(f"{tone.glyph} {states[key]:,} {word}", tone) for key, word, tone in told
              if states[key]]  # fmt: skip
    for number, (piece, tone) in enumerate(pieces):
        yield f"{'   ' if number else ''}{piece}", tone
