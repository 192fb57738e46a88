"""Answers which alerts fired within a time, how often, and which the most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sre_tui.agent.analyst.alert_names import names_in_camel_case
from sre_tui.agent.analyst.answers.changes import CHANGES
from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.answers.updates import changes_window
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look, window_arguments
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import cited, clock_time, names, plain
from sre_tui.diagnosis.signals.firings import Firing, each_once, from_alerts, from_series
from sre_tui.diagnosis.signs.alerts import MEANT_TO_FIRE
from sre_tui.tools.grafana_data import AlertListing
from sre_tui.tools.prometheus_data import SeriesListing
from sre_tui.tools.what_changed import LONGEST, ChangeListing
from sre_tui.views.human import count, duration

RANGE: Final = "prometheus_range_query"
FIRED: Final = 'ALERTS{alertstate="firing"}'
WEEK: Final = timedelta(weeks=1)
MONTH: Final = timedelta(days=30)
STEP: Final = timedelta(minutes=5)
"""Between two looks within a week; what fires for less may be missed."""
NAMED: Final = 5
"""Alerts that the first sentence names."""
_ALERTS: Final = r"(?:alerts?|alarms?|alarme[ns]?|warnungen|meldungen|notifications?)"
_FIRED: Final = (
    r"(?:fired|went off|gone off|go off|triggered|trigger|came|come up|came up|happened|raised|"
    r"fire|i miss(?:ed)?|gefeuert|feuerten|ausgelöst|gekommen|kamen|gab|were there|there been|"
    r"were firing|was firing|did i (?:get|have|miss|receive)|i (?:got|get|had|missed)|"
    r"have (?:i|we) had|had)"
)
_PAST: Final = (
    r"(?:yesterday|today|tonight|last night|overnight|(?:this|last|past) (?:\d+ )?\w+|since|"
    r"gestern|heute|letzte\w*|diese\w*|seit|in the last|recently|weekend|wochenende)"
)
_ASKED: Final = re.compile(
    rf"^(?:which|what|how many|how often|did|has|have|were|was|welche\w*|wie ?viele|wie oft|list|"
    rf"show|any|gab|hat|haben|when|wann)\b.*\b{_ALERTS}\b.*\b{_FIRED}\b"
    rf"|^(?:which|what|how many|how often|did|has|have|were|was|welche\w*|wie ?viele|wie oft|gab|"
    rf"any|when|wann)\b.*\b{_FIRED}\b.*\b{_ALERTS}\b"
    rf"|^(?:which|what|how many|were there|was there|welche\w*|wie ?viele|list|show|all|the|any|"
    rf"gab es)\b.*\b{_ALERTS}\b.*\b{_PAST}\b"
    rf"|^{_ALERTS} (?:(?:of|from|in|since|over|during|von|seit) )?(?:the |der )?{_PAST}\b"
    rf"|\b(?:noisiest|most frequent|loudest|flapping|häufigste\w*|recent|past|previous|earlier)"
    rf" {_ALERTS}\b|\b{_ALERTS} history\b|\bhistory of {_ALERTS}\b"
    rf"|\b(?:which|what|welche\w*)\b.*\b{_ALERTS}\b.*\b(?:most|often|häufigsten|oft)\b"
    rf"|\b{_ALERTS}\b.*\b(?:flap\w*|flatter\w*)\b"
)
_OF_ONE: Final = re.compile(r"^(?:how often|wie oft|how many times|did|has|hat|when did)\b.*\bfire")
_OTHERWISE: Final = re.compile(
    r"\b(?:why|warum|wieso|explain|erklär\w*|mean|means|rules?|regeln?|report\w*|bericht\w*|how "
    r"(?:do|can|to|should)|silence|mute|before|in the past|last time|(?<!were )(?<!was )firing|"
    r"active|aktiv|pending|silenced|feuer(?:t|n)(?! am| oft)|now|jetzt|current\w*|gerade|"
    r"moment|truenas|nas)\b"
)
_MOST: Final = re.compile(r"\b(?:most|often|noisiest|loudest|frequent\w*|häufig\w*|oft|flap\w*)\b")
_HOW_MANY: Final = re.compile(r"\b(?:how many|how often|how many times|wie ?viele|wie oft)\b")
_CLOSED: Final = re.compile(r"^(?:did|has|have|were|was|any|gab|hat|haben)\b")


_EVENT: Final = re.compile(r"alert (?P<name>.+?) fired\b")


@dataclass(frozen=True)
class _Fired:
    """One alert within the window."""

    name: str
    severity: str
    about: tuple[str, ...]
    times: int
    """How often it began; 0 if it fired already when the window began."""
    seconds: float
    last: datetime | None
    still: bool

    def brief(self) -> str:
        return plain(self.name, 80) + (f" ({self.times} times)" if self.times > 1 else "")

    def line(self, now: datetime) -> str:
        times = count(self.times, "time") if self.times else "since before that"
        severity = f", {plain(self.severity, 30)}" if self.severity else ""
        about = f" of {names([plain(one, 60) for one in self.about], 4)}" if self.about else ""
        last = f", the last {clock_time(self.last, now)}" if self.last is not None else ""
        still = ", fires still" if self.still else f", for {duration(self.seconds)} in all"
        return f"{plain(self.name, 80)}{severity}{about}: {times}{last}{still}"


async def tell_past_alerts(look: Look) -> Iterator[str] | None:
    """What fired within a time; None if that is not asked."""
    folded, scope = look.question.folded, look.question.scope
    named = names_in_camel_case(look.question.text)
    if _OTHERWISE.search(folded) or not (
        _ASKED.search(folded) or (named and scope.said and _OF_ONE.search(folded))
    ):
        return None
    await look.discover("identity", "targets")
    if not named and await nothing_known(look):
        return not_known(look)
    begin = max(scope.start, look.now - MONTH) if scope.said else look.now - WEEK
    end = scope.end if scope.said else look.now
    step = STEP if end - begin <= WEEK else 4 * STEP
    window = window_arguments(end - begin, end, look.now)
    found = await look.ask(
        fired=Call(RANGE, {"query": FIRED, "step": f"{int(step.total_seconds())}s", "limit": 1000,
                           **window}),
        alerts=Call("grafana_get_alerts", {"limit": 1000}),
        changes=Call(CHANGES, {"limit": 1000, **changes_window(begin, end, look.now)}),
    )  # fmt: skip
    history, active = found["fired"].data(SeriesListing), found["alerts"].data(AlertListing)
    if history is None and active is None:
        return None
    firings = [] if history is None else list(
        from_series(history.items, history.start, history.end, step)
    )  # fmt: skip
    if active is not None:
        firings += from_alerts(active.items)
    # Of its own rules only Grafana remembers what is over, which the timeline has read.
    known = {one.name for one in firings}
    firings += [one for one in _of_timeline(found["changes"]) if one.name not in known]
    once = each_once(firings, begin, end)
    fired = [one for one in once if one.seconds(begin, end) > 0 and _is_meant(look, one, named)]
    return _told(look, fired, begin, end, found)


def _of_timeline(found: Found) -> Iterator[Firing]:
    data = found.data(ChangeListing)
    for event in data.items if data is not None else ():
        told_of = _EVENT.match(event.text) if event.kind == "alert_fired" else None
        for subject in event.subjects if told_of is not None else ():
            source = event.sources[0] if event.sources else ""
            name = told_of["name"] if told_of is not None else ""
            yield Firing(name, str(subject), "", source, event.at, event.until)


def _is_meant(look: Look, one: Firing, named: Sequence[str]) -> bool:
    if named:
        return one.name.casefold() in {name.casefold() for name in named}
    hosts = look.focus.hosts
    return not hosts or any(host in one.about for host in hosts)


def _of_each(firings: Sequence[Firing], begin: datetime, end: datetime) -> list[_Fired]:
    """The alerts, those that began most often first."""
    by_name: dict[str, list[Firing]] = {}
    for one in firings:
        by_name.setdefault(one.name, []).append(one)
    rows = []
    for name, own in by_name.items():
        began = sorted(one.began for one in own if one.began is not None and one.began >= begin)
        rows.append(_Fired(
            name, next((one.severity for one in own if one.severity), ""),
            tuple(dict.fromkeys(one.about for one in own if one.about)), len(began),
            sum(one.seconds(begin, end) for one in own), began[-1] if began else None,
            any(one.ended is None for one in own),
        ))  # fmt: skip
    return sorted(rows, key=lambda row: (-row.times, -row.seconds, row.name))


def _told(
    look: Look, firings: Sequence[Firing], begin: datetime, end: datetime, found: dict[str, Found]
) -> Iterator[str]:
    folded, now = look.question.folded, look.now
    cites = cited(one.id for one in found.values())
    rows = _of_each(firings, begin, end)
    always = [one for one in rows if MEANT_TO_FIRE.search(one.name)]
    rows = [one for one in rows if one not in always]
    older = begin < now - LONGEST and look.caller.offers("grafana_get_dashboard")
    if older:
        since_then = clock_time(now - LONGEST, now)
        look.note_gap(f"what Grafana's own rules did before {since_then}; `sre report` tells it")
    meant = ("Meant to fire always", [plain(one.name, 80) + cites for one in always])
    since = f"since {clock_time(begin, now)}"
    if now - end > timedelta(minutes=2):
        since = f"between {clock_time(begin, now)} and {clock_time(end, now)}"
    on = f" of {names([plain(one, 60) for one in look.focus.hosts], 3)}" if look.focus.hosts else ""
    closed = _CLOSED.match(folded) is not None
    blind = not found["fired"].ok
    if blind:
        # What is over is only in the history.
        look.note_gap("alerts that are over: the history of alerts is kept by Prometheus")
    if not rows:
        if blind:
            return told(look, f"**Cannot tell which alerts fired {since}**; none{on} fires now."
                              f"{cites}", meant)  # fmt: skip
        said = f"o alert{on} fired {since}**.{cites}"
        lead = Opening("No: ", f"n{said}") if closed else Opening("", f"N{said}")
        return told(look, lead, meant)
    lines = [one.line(now) + cites for one in rows]
    first = rows[0]
    if _MOST.search(folded) and not _HOW_MANY.search(folded):
        times = count(first.times, "time") if first.times else "all the time"
        about = f", of {names([plain(one, 60) for one in first.about], 4)}" if first.about else ""
        lead = Opening("", f"{plain(first.name, 80)} fired most often {since}: {times}**{about}."
                           f"{cites}")  # fmt: skip
        return told(look, lead, ("After it", lines[1:]), meant)
    fresh = [one for one in rows if one.times]
    before = [one for one in rows if not one.times]
    kept = f"{names([one.brief() for one in before], NAMED)} fired already before"
    if not fresh:
        said = f"o alert{on} began to fire {since}**; {kept}.{cites}"
        lead = Opening("No: ", f"n{said}") if closed else Opening("", f"N{said}")
        return told(look, lead, ("", lines), meant)
    earlier = f"; {kept}" if before else ""
    if len(fresh) == 1:
        going = ", and fires still" if first.still else ", and does not any more"
        about = f" of {names([plain(one, 60) for one in first.about], 4)}" if first.about else ""
        often = "once" if first.times == 1 else count(first.times, "time")
        said = f"{plain(first.name, 80)} fired {often} {since}**{about}{going}{earlier}.{cites}"
        return told(look, Opening("Yes: " if closed else "", said), ("", lines), meant)
    total = sum(one.times for one in fresh)
    often = f", {total} times in all" if total > len(fresh) else ""
    listed = names([one.brief() for one in fresh], NAMED)
    still = sum(one.still for one in fresh)
    which = {0: "none of them fires", len(fresh): "all of them fire"}
    going = which.get(still, f"{still} of them fire")
    said = f"{count(len(fresh), 'alert')}{on} fired {since}{often}: {listed}**; {going} still"
    return told(look, Opening("Yes: " if closed else "", f"{said}{earlier}.{cites}"), ("", lines),
                meant)  # fmt: skip


__all__ = ["tell_past_alerts"]
