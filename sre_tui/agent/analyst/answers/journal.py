"""Answers from the operator's journal: whether it happened before, what it was, what helped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from sre_tui.agent.analyst.alert_names import is_called_alert, names_in_camel_case
from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.diagnose import INVESTIGATE, concluded
from sre_tui.agent.analyst.endings import bullets
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import capital, code, names, plain, within
from sre_tui.memory.incident import Incident, folded
from sre_tui.tools.arguments import format_window
from sre_tui.tools.grafana_data import AlertListing, RuleListing
from sre_tui.tools.memory_incidents import IncidentMatches
from sre_tui.views.human import count
from sre_tui.views.incidents import recorded_line

JOURNAL: Final = "memory_search_incidents"
MOST_ALERTS: Final = 4
MOST_TOLD: Final = 5
_BEFORE: Final = r"(?:before|in the past|previously|earlier|already)(?:$| and\b| or\b)"
_SO: Final = r"(?:passiert|vorgekommen|aufgetreten|gegeben|gehabt|gefeuert)"
_TROUBLED: Final = (
    r"(?:down|slow|away|offline|broken|full|unreachable|unavailable|stuck|dead|gone|bad|"
    r"like (?:this|that)|this \w+|so \w+|fail\w*|crash\w*|br(?:oke|eak)\w*|die[ds]?|hang|hung|"
    r"stall\w*|buffer\w*|out of (?:memory|space))"
)
_ASKED: Final = re.compile(
    r"^(?:has|have|had|did|was|were|is|and|when|how often)\b.*\b(?:happen\w*|occur\w*|seen|saw|"
    r"fired?|triggered|come up|came up|(?:had|have) (?:this|that|it|such))\b.*\b" + _BEFORE + "|"
    r"^(?:how often|when) (?:did|has|was|have)\b.*\blast (?:happen|occur|fire)\w*$|"
    r"\bwhat (?:was (?:it|the cause)|helped|fixed it|did (?:i|we) do)"
    r" (?:the )?(?:last time|before|back then)\b|"
    r"^(?!.*\bhow (?:do|can|should)\b).*\b(?:open|past|recorded|previous|earlier|similar)"
    r" incidents?\b|"
    r"^(?:has|have|had|did|was|were)\b.*\b" + _TROUBLED + r" (?:before|in the past|previously)"
    r"(?:$| and\b| or\b)|"
    rf"\bschon (?:ein)?mal\b.*\b{_SO}\b|\b{_SO}\b.*\bschon (?:ein)?mal\b|"
    r"^hatten wir (?:das|so ?was|so etwas)\b.*\bschon\b"
)
_NOW_TOO: Final = re.compile(r"^(?:is|are)\b.+\band\b.+\b(?:has|have|was|were|did)\b")
"""Asks first how it is: whoever looks into that tells what the journal has as well."""
_OF_WORK: Final = re.compile(
    r"\b(?:backups?|back up|snapshots?|jobs?|tasks?|scrubs?|replications?|updates?|upgrades?|"
    r"restarts?|reboots?|migrations?)\b"
)
"""What happens by plan, and is in the lists of tasks and changes."""
_OPEN: Final = re.compile(r"\bopen incidents?\b")
_WHAT_HELPED: Final = re.compile(
    r"\bwhat (?:helped|fixed it|did (?:i|we) do)\b|\bwas hat\b.*\bgeholfen\b"
)
_HOW_MANY: Final = re.compile(
    r"^(?:and |und )?(?:how many|wie ?viele) (?:\w+ )?(?:incidents|vorfälle)\b"
)
_MOST: Final = 1000
"""Incidents that are counted."""
_NO_NAME: Final = re.compile(
    r"vorfälle|alerts?|alarms?|incidents?|problems?|issues?|trouble|thing|recorded|past|previous|similar|"
    r"open|journal|happen(?:ed)?|occur(?:red)?|fired?|seen|triggered|helped|fixed|errors?|outages?|"
    r"time|hatten|wir|gab|das|(?:ein)?mal|passiert|vorgekommen|schon|" + _TROUBLED,
    re.IGNORECASE,
)
"""Words of such questions that are no names."""


async def tell_history(look: Look) -> Iterator[str] | None:
    """What the journal has of an alert or a name; None if that is not asked."""
    folded = look.question.folded
    if _NOW_TOO.search(folded):
        return None
    if _HOW_MANY.search(folded) and look.caller.offers(JOURNAL):
        return await _counted(look)
    is_asked = _ASKED.search(folded) and ("incident" in folded or not _OF_WORK.search(folded))
    if not is_asked or not look.caller.offers(JOURNAL):
        return None
    found, about = await _asked(look)
    read = [one for one in found if one.data(IncidentMatches) is not None]
    return _told(look, read, about) if read else _not_read(look)


def _not_read(look: Look) -> Iterator[str]:
    reason = look.coverage.trouble("Memory") or "Nobody could ask it."
    return iter([f"**The journal of incidents could not be read.** {reason}\n\n"])


async def _counted(look: Look) -> Iterator[str]:
    """How many incidents the journal has, in the time and of the things that are named."""
    folded, scope = look.question.folded, look.question.scope
    arguments: dict[str, object] = {"limit": _MOST}
    command = "sre incidents list"
    state = next((word for word in ("open", "closed") if re.search(rf"\b{word}\b", folded)), "")
    if state:
        arguments["state"] = state
        command += f" --state {state}"
    if scope.said:
        arguments["since"] = format_window(look.now - scope.start)
        command += f" --since {arguments['since']}"
    known = look.question.named or look.question.candidates
    words = [one for one in dict.fromkeys(known) if not _NO_NAME.fullmatch(one)]
    if words:
        arguments["words"] = " ".join(words)
        command = command.replace("list", f"search {' '.join(words)}", 1)
    (found,) = await _found(look, [arguments])
    data = found.data(IncidentMatches)
    if data is None:
        return _not_read(look)
    items = () if data.only_some_words else data.items
    begun = [one for one in items if not scope.said or scope.start <= one.started <= scope.end]
    least = "at least " if data.truncated else ""
    of = f" of {names(words)}" if words else ""
    noun = f"{state} incident" if state else "incident"
    when = f" that began {within(scope.start, scope.end, look.now)}" if scope.said else ""
    lead = f"**The journal has {least}{count(len(begun), noun)}{of}{when}**.{found.cite}"
    if begun and not state:
        lead += f" {sum(one.ended is None for one in begun)} of them still open."
    earlier = sum(one.started < scope.start for one in items) if scope.said else 0
    if earlier:
        lead += f" {count(earlier, 'earlier one')} went on then."
    latest = sorted(begun, key=lambda one: one.started, reverse=True)[:MOST_TOLD]
    lines = [_line(look, one, found) for one in latest]
    pieces = told(look, lead, ("The latest" if len(begun) > MOST_TOLD else "", lines))
    return chain(pieces, [f"Each of them: {code(command)}\n"])


async def _asked(look: Look) -> tuple[list[Found], str]:
    """What the journal says, and of what that is in words."""
    text = look.question.about or look.question.text
    if _OPEN.search(look.question.folded):
        return await _found(look, [{"state": "open"}]), ""
    in_camel = names_in_camel_case(text)[:MOST_ALERTS]
    alerts, read = await _of_alerts(look, text, in_camel) if in_camel else ([], [])
    if alerts:
        return read, f"of {names([plain(one, 80) for one in alerts])}"
    known = look.question.named or look.question.candidates
    words = [one for one in dict.fromkeys([*known, *in_camel]) if not _NO_NAME.fullmatch(one)]
    if words:
        return await _found(look, [{"words": " ".join(words)}]), f"of {names(words)}"
    await look.discover("alerts")
    active = [one.name for one in look.inventory.alerts if one.state.active]
    if alerts := list(dict.fromkeys(active))[:MOST_ALERTS]:
        read = await _found(look, [{"alert": one} for one in alerts])
        return read, f"of {names([plain(one, 80) for one in alerts])}"
    return await _found(look, [{}]), ""


async def _of_alerts(look: Look, text: str, given: list[str]) -> tuple[list[str], list[Found]]:
    """Those of the names that are alerts, and what the journal has of each.

    A name is an alert's if it is called one in the question, was recorded as one, or is one to
    those who raise them. They are asked only where the journal mentions it at all.
    """
    of_alert = await _found(look, [{"alert": one} for one in given])
    of = dict(zip(given, of_alert, strict=True))
    unsure = [one for one in given if not (is_called_alert(text, one) or _items(of[one]))]
    if unsure:
        mentions = await _found(look, [{"words": one} for one in unsure])
        raised = await _raised(look, unsure) if any(map(_items, mentions)) else frozenset()
        unsure = [one for one in unsure if folded(one) not in raised]
    alerts = [one for one in given if one not in unsure]
    return alerts, [of[one] for one in alerts]


async def _raised(look: Look, given: list[str]) -> frozenset[str]:
    """The names of alerts, active or not, among those whose name holds one that is given."""
    rules = {f"rules{n}": Call("grafana_get_alert_rules", {"search": one, "limit": 20})
             for n, one in enumerate(given)}  # fmt: skip
    found = await look.ask(alerts=Call("grafana_get_alerts"), **rules)
    known: set[str] = set()
    for each in found.values():
        active, ruled = each.data(AlertListing), each.data(RuleListing)
        known |= {folded(one.name) for one in (active.items if active is not None else ())}
        known |= {folded(one.name) for one in (ruled.items if ruled is not None else ())}
    return frozenset(known)


async def _found(look: Look, wanted: list[dict[str, object]]) -> list[Found]:
    made = await look.ask(**{f"journal{n}": Call(JOURNAL, one) for n, one in enumerate(wanted)})
    return list(made.values())


def _told(look: Look, read: list[Found], about: str) -> Iterator[str]:
    every = {
        one.id: (one, found) for found in read if not _only_in_part(found) for one in _items(found)
    }
    rows = sorted(every.values(), key=lambda row: row[0].started, reverse=True)
    cites = "".join(dict.fromkeys(found.cite for found in read))
    of = f" {about}" if about else ""
    noun = "open incident" if _OPEN.search(look.question.folded) else "incident"
    if not rows:
        near = [_line(look, one, found) for found in read if _only_in_part(found)
                for one in _items(found)[:2]]  # fmt: skip
        lead = f"**The journal has no {noun}{of}.**{cites} It knows what was recorded in it: "
        return told(look, f"{lead}`sre incidents record`.", ("Close to it", near))
    amount = count(len(rows), noun)
    if _WHAT_HELPED.search(look.question.folded):
        # An open one tells what was tried, which did not help yet.
        rows.sort(key=lambda row: not row[0].helped)
    last = rows[0][0]
    word = (
        "the last"
        if last == max((one for one, _ in rows), key=lambda one: one.started)
        else ("the last that something helped")
    )
    without = [found for found in read if not _items(found) and "alert" in found.call.arguments]
    if without:
        # Of several alerts not all were recorded.
        about = names(list(dict.fromkeys(plain(one.alert, 80) for one, _ in rows)))
        of = f" of {about}"
    lead = f"**The journal has {amount}{of}, {word}: {plain(recorded_line(last, look.now), 500)}**"
    more = [_line(look, one, found) for one, found in rows[1:MOST_TOLD]]
    left = len(rows) - MOST_TOLD
    more += [f"and {left} more: `sre incidents list`"] if left > 0 else []
    whole = code(f"sre incidents show {last.id}")
    lead += f".{rows[0][1].cite} All of it: {whole}."
    if without:
        others = names([plain(str(found.call.arguments["alert"]), 80) for found in without])
        lead += f" Nothing of {others}.{''.join(found.cite for found in without)}"
    return told(look, lead, ("Before that" if word == "the last" else "The others", more))


def recorded(look: Look) -> Iterator[str]:
    """What the journal has of what was investigated, for the end of an answer."""
    found = next((one for one in look.caller.made if one.call.tool == INVESTIGATE), None)
    made = None if found is None else concluded(found)
    if found is None or made is None:
        return
    if made.recorded:
        lines = [_line(look, one, found) for one in made.recorded]
        yield "**In your journal**\n" + bullets(lines)
    troubles = [one for one in made.not_checked if one.startswith("the journal ")]
    yield from (f"{capital(plain(one, 240))}.{found.cite}\n\n" for one in troubles)


def _items(found: Found) -> tuple[Incident, ...]:
    data = found.data(IncidentMatches)
    return data.items if data is not None else ()


def _only_in_part(found: Found) -> bool:
    """Whether only some of the words were found, which is no answer to what was asked."""
    data = found.data(IncidentMatches)
    return data is not None and data.only_some_words


def _line(look: Look, incident: Incident, found: Found) -> str:
    said = look.caller.counted(plain(recorded_line(incident, look.now), 500))
    return f"{said} ({code(f'sre incidents show {incident.id}')}){found.cite}"


__all__ = ["JOURNAL", "recorded", "tell_history"]
