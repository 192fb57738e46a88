"""The top of the app: which homelab, how it is, what time it is, how its sources are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from providers.clock import age_in_words
from providers.reading import SourceStatus, State
from sre_tui.live.health import Health
from widgets.badge import Badge
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


class StatusHeader(Vertical):
    """Two lines; whoever owns the data tells them what to show."""

    def __init__(self, homelab: str, sources: Sequence[str], health: Health, now: datetime) -> None:
        """A header that waits for these sources, and what it says until then."""
        super().__init__()
        self._health = health
        self._now = now
        self._homelab = plain_line(homelab)
        self._sources = tuple(sources)
        self._known: Mapping[str, SourceStatus] = {}

    def compose(self) -> ComposeResult:
        """Name, sentence and clock above the badges."""
        with Horizontal(id="status-line"):
            yield Static(self._homelab, id="homelab", markup=False)
            yield Badge(self._health.sentence, self._health.tone, id="health")
            yield Static(_clock(self._now), id="clock", markup=False)
        with Horizontal(id="sources"):
            yield Badge("paused, space goes on", Tone.WARNING, id="paused")
            for name in self._sources:
                yield _SourceBadge(name)

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
        row = self.query_one("#sources", Horizontal)
        badges = {badge.source: badge for badge in row.query_children(_SourceBadge)}
        for name, status in known.items():
            badge = badges.get(name)
            if badge is None:
                badge = _SourceBadge(name)
                row.mount(badge)
            badge.show(status, now)


def _clock(now: datetime) -> str:
    return f"{now.astimezone():%H:%M:%S}"


class _SourceBadge(Badge):
    def __init__(self, source: str) -> None:
        super().__init__(f"{source} not asked yet", Tone.MUTED)
        self.source = source

    def show(self, status: SourceStatus, now: datetime) -> None:
        age = max(0.0, (now - status.observed_at).total_seconds())
        words = [self.source, _WORDS[status.state]]
        if status.state.has_data and age >= _FRESH:
            # Rounded, so that a badge does not change its width all the time.
            words.append(age_in_words(age if age >= 60 else age // _FRESH * _FRESH))
        self.word = " ".join(word for word in words if word)
        self.tone = _TONES[status.state]
