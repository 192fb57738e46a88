"""How the homelab is, in one sentence: what the checks say, and until they do, its alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from providers.clock import age_in_words
from providers.reading import State
from providers.text import one_line
from sre_tui.live.snapshot import Snapshot
from widgets.cell import Tone

_LONGEST: Final = 240
"""Characters of a sentence; the header cuts it at its own width."""
_VERDICTS: Final = {
    "ok": Tone.OK,
    "note": Tone.OK,
    "warning": Tone.WARNING,
    "critical": Tone.CRITICAL,
    "unknown": Tone.STALE,
}


@dataclass(frozen=True, slots=True)
class Health:
    """A sentence and what it means."""

    sentence: str
    tone: Tone


def health_of(checks: Snapshot | None, alerts: Snapshot | None, now: datetime) -> Health:
    """The sentence for the header; it never says more than the sources do.

    Args:
        checks: what the checks found, as `sre status` tells it; None while they look.
        alerts: the alerts.
        now: aware UTC time that ages are counted to.
    """
    if checks is not None and checks.result is not None and checks.state.has_data:
        told = _from_checks(checks)
        # A sentence of an earlier run is worth less than alerts of now.
        if not _is_old(checks) or not _is_live(alerts):
            return _in_its_state(told, checks, now)
    if alerts is None:
        return Health("Asking how things are…", Tone.INFO)
    if alerts.result is None or not alerts.state.has_data:
        if alerts.state is State.NOT_CONFIGURED:
            return Health("No source of alerts is set up", Tone.MUTED)
        names = ", ".join(trouble.source for trouble in alerts.troubles)
        return Health(f"Nothing is known: no answer from {names}", Tone.ERROR)
    return _in_its_state(_from_alerts(alerts, now), alerts, now)


def _is_live(snapshot: Snapshot | None) -> bool:
    return snapshot is not None and snapshot.state in (State.OK, State.PARTIAL)


def _is_old(snapshot: Snapshot) -> bool:
    """Whether nothing of it is of now."""
    return snapshot.state is State.STALE and not any(
        source.state is State.OK for source in snapshot.sources
    )


def _in_its_state(told: Health, snapshot: Snapshot, now: datetime) -> Health:
    """The sentence, with how old it is or what it leaves out."""
    if snapshot.state is State.STALE and not _is_old(snapshot):
        names = ", ".join(trouble.source for trouble in snapshot.troubles)
        tone = Tone.WARNING if told.tone is Tone.OK else told.tone
        return Health(f"{told.sentence} · {names} as last seen", tone)
    if snapshot.state is State.STALE and snapshot.result is not None:
        age = age_in_words((now - snapshot.result.observed_at).total_seconds())
        return Health(f"{age} ago: {told.sentence}", Tone.STALE)
    if snapshot.state is State.PARTIAL:
        missing = ", ".join(t.source for t in snapshot.troubles if t.state is not State.PARTIAL)
        tone = Tone.WARNING if told.tone is Tone.OK else told.tone
        return Health(f"{told.sentence} · without {missing or 'some of it'}", tone)
    return told


def _from_checks(snapshot: Snapshot) -> Health:
    data = None if snapshot.result is None else snapshot.result.data
    sentence = one_line(data.sentence, _LONGEST) if data is not None else ""
    return Health(sentence, _VERDICTS.get(data.verdict if data is not None else "", Tone.NEUTRAL))


def _from_alerts(snapshot: Snapshot, now: datetime) -> Health:
    from providers.alerting import Alert, AlertState
    from sre_tui.views.human import count
    from sre_tui.views.severity import severity_rank, severity_tone

    items: tuple[Alert, ...] = () if snapshot.result is None else snapshot.result.data.items
    heard = [alert for alert in items if not alert.silenced and not alert.inhibited]
    firing = [alert for alert in heard if alert.state is AlertState.FIRING]
    pending = sum(alert.state is AlertState.PENDING for alert in heard)
    blind = sum(alert.state in (AlertState.NO_DATA, AlertState.ERROR) for alert in heard)
    rest = [f"{pending} pending"] if pending else []
    rest += [f"{count(blind, 'rule')} without data"] if blind else []
    silenced = sum(alert.silenced for alert in items)
    rest += [f"{silenced} silenced"] if silenced else []
    if not firing:
        tone = Tone.WARNING if pending or blind else Tone.OK
        return Health(" · ".join(["No alert is firing", *rest]), tone)
    worst = min(firing, key=lambda a: (severity_rank(a.severity), a.active_at or now, a.name))
    critical = sum(severity_tone(alert.severity) is Tone.CRITICAL for alert in firing)
    sentence = f"{count(len(firing), 'alert')} firing"
    if critical:
        sentence += f", {critical} critical"
    sentence += f": {one_line(worst.name, 60)}"
    if worst.host:
        sentence += f" on {one_line(worst.host, 40)}"
    if worst.active_at is not None:
        sentence += f" for {age_in_words((now - worst.active_at).total_seconds())}"
    tone = Tone.CRITICAL if critical else Tone.ERROR
    return Health(" · ".join([sentence, *rest]), tone)
