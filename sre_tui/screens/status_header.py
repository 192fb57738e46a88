"""The top of the app: which homelab, how it is, what time it is, how its sources are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from providers.clock import age_in_words
from providers.reading import SourceStatus, State
from sre_tui.live.health import Health
from sre_tui.screens.wanted import FindingsWanted
from widgets.badge import Badge
from widgets.badge_line import BadgeLine, LineBadge
from widgets.cell import Tone
from widgets.text import plain_line

_TONES = {
    State.OK: Tone.OK,
    State.PARTIAL: Tone.WARNING,
    State.STALE: Tone.STALE,
    State.UNREACHABLE: Tone.ERROR,
    State.UNAUTHORIZED: Tone.ERROR,
    State.BAD_RESPONSE: Tone.ERROR,
    State.NOT_CONFIGURED: Tone.MUTED,
}
_WORDS = {
    State.OK: "",
    State.PARTIAL: "partial",
    State.STALE: "stale",
    State.UNREACHABLE: "unreachable",
    State.UNAUTHORIZED: "no access",
    State.BAD_RESPONSE: "bad answer",
    State.NOT_CONFIGURED: "not set up",
}
_FRESH = 10.0
"""Seconds for which an age is not worth a figure."""


class HealthSentence(Badge):
    """How things are; a click shows what was found."""

    def on_click(self, event: events.Click) -> None:
        """Ask for the findings."""
        event.stop()
        self.post_message(FindingsWanted())


class StatusHeader(Vertical):
    """Two lines; whoever owns the data tells them what to show."""

    def __init__(self, homelab: str, sources: Sequence[str], health: Health, now: datetime) -> None:
        """A header that waits for these sources, and what it says until then."""
        super().__init__()
        self._health = health
        self._now = now
        self._homelab = plain_line(homelab)
        self._sources = tuple(sources)

    def compose(self) -> ComposeResult:
        """Name, sentence and clock above the badges."""
        with Horizontal(id="status-line"):
            yield Static(self._homelab, id="homelab", markup=False)
            yield HealthSentence(self._health.sentence, self._health.tone, id="health")
            yield Static(_clock(self._now), id="clock", markup=False)
        with Horizontal(id="sources"):
            yield Badge("paused, space goes on", Tone.WARNING, id="paused")
            yield BadgeLine(_badges(self._sources, {}, self._now))

    def show_time(self, now: datetime) -> None:
        """Show the local time."""
        self.query_one("#clock", Static).update(_clock(now))

    def show_health(self, health: Health) -> None:
        """Show the sentence."""
        badge = self.query_one("#health", Badge)
        badge.word, badge.tone = health.sentence, health.tone

    def show_paused(self, paused: bool) -> None:
        """Say whether the data stands still."""
        self.set_class(paused, "-paused")

    def show_sources(self, known: Mapping[str, SourceStatus], now: datetime) -> None:
        """Show the state and age of every source; those not seen before are added."""
        self._sources = tuple(dict.fromkeys([*self._sources, *known]))
        self.query_one(BadgeLine).badges = _badges(self._sources, known, now)


def _clock(now: datetime) -> str:
    return f"{now.astimezone():%H:%M:%S}"


def _badges(
    sources: Sequence[str], known: Mapping[str, SourceStatus], now: datetime
) -> tuple[LineBadge, ...]:
    backends = Counter(name.partition(":")[0] for name in sources)
    badges = []
    for name in sources:
        backend = name.partition(":")[0]
        # Of several the instance has to be told.
        short = backend if backends[backend] == 1 else name
        status = known.get(name)
        if status is None:
            badges.append(LineBadge(name, Tone.MUTED, "not asked yet", short))
            continue
        tone, word = _TONES[status.state], _WORDS[status.state]
        badges.append(LineBadge(name, tone, word, short, _age(status, now)))
    return tuple(badges)


def _age(status: SourceStatus, now: datetime) -> str:
    age = max(0.0, (now - status.observed_at).total_seconds())
    if not status.state.has_data or age < _FRESH:
        return ""
    # Rounded, so that a badge does not change its width all the time.
    return age_in_words(age if age >= 60 else age // _FRESH * _FRESH)
