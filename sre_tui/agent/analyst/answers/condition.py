"""Answers whether one thing is well: of that thing first, with its figures, the rest after it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Final

from sre_tui.agent.analyst.answers.disk_health import (
    about_neighbours,
    disk_lines,
    disk_states,
    neighbours,
)
from sre_tui.agent.analyst.answers.machines import machine_figures
from sre_tui.agent.analyst.answers.told import Section, told, yes_no
from sre_tui.agent.analyst.answers.ups import SUPPLY, ups_readings, ups_text, ups_troubles
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.diagnose import concluded, diagnose
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.known import nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.question import Intent
from sre_tui.agent.analyst.report import report, trouble_elsewhere
from sre_tui.agent.analyst.wording import capital, clock_time, names, plain
from sre_tui.diagnosis.causes.model import Investigation
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.views.human import count, duration

_OPEN: Final = frozenset({Intent.OVERVIEW, Intent.WHY, Intent.TARGETS})
_CLOSED: Final = re.compile(
    r"^(?:(?:is|are|ist|sind) (?!there\b)(?P<thing>.+?) (?:still |really |now |currently |all |in |"
    r"actually )*(?:ok|okay|fine|healthy|good|well|alright|right|valid|intact|dying|failing|failed|"
    r"broken|dead|bad|defective|faulty|damaged|unhealthy|down|up|offline|online|running|working|"
    r"reachable|alive|gut|kaputt|defekt|gesund|tot|ordnung|expired|abgelaufen)"
    r"|(?:how is|how are|how's|hows|wie geht's|wie geht es|health of|condition of) .+?"
    r"|(?:is |are )?(?:there )?(?:anything|something) wrong (?:with|on) .+"
    r")(?: (?:now|today|right now|at the moment|doing|going|feeling|jetzt|gerade))?$"
)
"""Whether or how something is: what stands before its end is the thing."""
_DEVICE: Final = re.compile(r"\b(?:sd[a-z]{1,2}|nvme\d+n\d+)\b")
SOON: Final = 14 * 86400.0
"""Seconds; a certificate that lasts no longer should have been renewed."""


@dataclass(frozen=True)
class _Condition:
    """What is told of the thing.

    Attributes:
        fine: whether it is well.
        lead: what is said of it, after "Yes, " or "No, ".
        about: whether a hypothesis of the diagnosis is about it, by its subject's name.
    """

    fine: bool
    lead: str
    cite: str
    about: frozenset[str]
    sections: tuple[Section, ...] = ()


async def tell_condition(look: Look) -> Iterator[str] | None:
    """How the one thing is that is named; None if that is not asked, or of no such thing."""
    folded, intent = look.question.folded, look.question.intent
    # Of a pool its own answer tells, of a disk of it this one.
    about_disk = intent is Intent.POOL and _DEVICE.search(folded) is not None
    if not (intent in _OPEN or about_disk) or not _CLOSED.match(folded):
        return None
    asked = (_asks_disk, _asks_ups, _asks_certificates)
    if not look.question.named and not any(asks(look) for asks in asked):
        return None
    await look.discover("identity", "targets", "alerts", "logs")
    if await nothing_known(look):
        return None
    for asks, tell in _THINGS:
        if asks(look):
            condition = await tell(look)
            return None if condition is None else await _told(look, condition)
    return None


async def _told(look: Look, condition: _Condition) -> Iterator[str]:
    found = await diagnose(look)
    made = concluded(found)
    # What is wrong with the thing itself is told with all that speaks for it.
    if not condition.fine and made is not None and any(
        one.confirmed and {one.subject.own_name, one.subject.host} & condition.about
        for one in made.causes
    ):  # fmt: skip
        return report(look, found)
    word = yes_no(look, fine=condition.fine).replace(":", ",")
    lead = condition.lead if word else capital(condition.lead)
    answer = told(look, Opening(word, f"{lead}.{condition.cite}"), *condition.sections)
    return chain(answer, trouble_elsewhere(look, found, condition.about))


# -- disks ---------------------------------------------------------------------------------------


def _asks_disk(look: Look) -> bool:
    named = _DEVICE.search(look.question.folded) is not None
    return named or bool(look.focus.of(EntityKind.DISK))


async def _disk(look: Look) -> _Condition | None:
    every = await disk_states(look)
    called = {one.name for one in look.focus.of(EntityKind.DISK)}
    called |= set(_DEVICE.findall(look.question.folded))
    on = {one.name for one in look.focus.of(EntityKind.HOST)}
    chosen = [one for one in every if one.name in called and (not on or one.host in on)]
    chosen = chosen or [one for one in every if one.name in called]
    # Of several machines' disks of one name those of a pool are meant first.
    chosen = [one for one in chosen if one.pool is not None] or chosen
    if not chosen:
        return None
    bad = [one for one in chosen if one.troubles()]
    first = (bad or chosen)[0]
    if bad:
        lead = f"disk {first.called} is not well**: {', '.join(first.troubles())}"
    else:
        figures = "; ".join(one.figures() or "nothing else is told" for one in chosen)
        are = "disk {} is" if len(chosen) == 1 else "disks {} are"
        who = names([one.called for one in chosen])
        lead = f"{are.format(who)} healthy**: {figures}{about_neighbours(first, every)}"
    lines = tuple(disk_lines(chosen)) if len(chosen) > 1 else ()
    told_of = called if bad else called | {one.name for one in neighbours(first, every)}
    return _Condition(not bad, lead, first.cite, frozenset(told_of), (("", lines),))


# -- power ---------------------------------------------------------------------------------------


def _asks_ups(look: Look) -> bool:
    return SUPPLY.search(look.question.folded) is not None and (
        not look.focus.entities or bool(look.focus.of(EntityKind.UPS))
    )


async def _ups(look: Look) -> _Condition | None:
    chosen, cite = await ups_readings(look)
    if not chosen:
        return None
    bad = {name: said for name, own in chosen.items() if (said := ups_troubles(own))}
    told_of = "; ".join(ups_text(name, own, bad.get(name, [])) for name, own in chosen.items())
    return _Condition(not bad, told_of.replace(": ", "**: ", 1), cite, frozenset(chosen))


# -- certificates --------------------------------------------------------------------------------


def _asks_certificates(look: Look) -> bool:
    return Topic.CERTIFICATE in look.question.topics


async def _certificates(look: Look) -> _Condition | None:
    query = "probe_ssl_earliest_cert_expiry"
    found = await look.ask(certificates=Call(INSTANT, {"query": query, "limit": 1000}))
    data = found["certificates"].data(InstantValues)
    ends = {
        look.inventory.sites.get(one.labels.get("instance", ""), "")
        or one.labels.get("instance", "?"): one.value
        for one in (data.items if data is not None else ())
        if one.value is not None
    }
    wanted = {one.name for one in look.focus.entities}
    chosen = {name: at for name, at in ends.items() if not wanted or name in wanted}
    if not chosen:
        return None
    now, cite = look.now.timestamp(), found["certificates"].cite
    ordered = sorted(chosen.items(), key=lambda pair: pair[1])
    soon = [(name, at) for name, at in ordered if at - now < SOON]
    if soon:
        told_of = names([f"{plain(name, 60)} {_end(at, look.now)}" for name, at in soon], 8)
        share = f"{len(soon)} of {count(len(chosen), 'certificate')}"
        lead = f"{look.caller.counted(share)} must be renewed**: {told_of}"
    else:
        name, at = ordered[0]
        every = count(len(chosen), "certificate")
        first = f"the first, that of {plain(name, 60)}, {_end(at, look.now)}"
        lead = f"all {every} are valid**; {first}"
        if len(chosen) == 1:
            lead = f"the certificate of {plain(name, 60)} is valid**: it {_end(at, look.now)}"
    lines = [f"{plain(name, 60)}: {_end(at, look.now)}{cite}" for name, at in ordered[:8]]
    shown: Section = ("The next to end", lines if len(chosen) > 1 else [])
    return _Condition(not soon, lead, cite, frozenset(chosen), (shown,))


def _end(at: float, now: datetime) -> str:
    left = at - now.timestamp()
    when = clock_time(datetime.fromtimestamp(at, UTC), now)
    return f"expires in {duration(left)} ({when})" if left > 0 else (
        f"expired {duration(-left)} ago ({when})"
    )  # fmt: skip


# -- machines and what runs on them --------------------------------------------------------------


def _asks_machine(look: Look) -> bool:
    return len({one.name for one in look.focus.entities if one.kind in _MACHINES}) == 1 and all(
        one.kind in _MACHINES for one in look.focus.entities
    )


def _is_named(look: Look, made: Investigation) -> bool:
    own = {one.name.casefold() for one in look.focus.entities}
    about = [*(one.subject for one in made.causes), *(one.subject for one in made.symptoms)]
    about += [effect.subject for cause in made.causes for effect in cause.effects]
    return any({one.own_name.casefold(), one.host.casefold()} & own for one in about)


_UP: Final = re.compile(
    r"\b(down|up|offline|online|running|reachable|alive|dead|broken|kaputt|tot|erreichbar)$"
)
_ELSEWHERE: Final = ("elsewhere", "nothing_wrong")
_RUNS: Final = re.compile(r"\b(?:online|running on|answers)\b(?!.*\b(?:does not answer|stopped)\b)")
_MACHINES: Final = frozenset({EntityKind.HOST, EntityKind.SERVICE})


async def _machine(look: Look) -> _Condition | None:
    made = concluded(await diagnose(look))
    # What stands in no topology is about nothing that was found, unless that has its name.
    if made is None:
        return None
    near = bool(made.causes or made.symptoms) and (bool(made.focus) or _is_named(look, made))
    up = _UP.search(look.question.folded) is not None
    # Whether it is up its own report tells, whatever else is told of it or of others.
    if near and not (up and made.verdict in _ELSEWHERE):
        return None
    figures, cite = await machine_figures(look)
    if not figures or (near and not _RUNS.search(figures)):
        return None
    name = plain(look.focus.entities[0].name, 60)
    well = "up" if up else "fine as far as can be seen"
    rest = "" if near else ". Nothing is visibly wrong about it"
    lead = f"{name} is {well}**: {figures}{rest}"
    return _Condition(True, lead, cite, frozenset((name, *look.focus.hosts)))


_Teller = Callable[[Look], Awaitable[_Condition | None]]
_THINGS: Final[tuple[tuple[Callable[[Look], bool], _Teller], ...]] = (
    (_asks_disk, _disk),
    (_asks_ups, _ups),
    (_asks_certificates, _certificates),
    (_asks_machine, _machine),
)

__all__ = ["tell_condition"]
