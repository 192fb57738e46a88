"""Answers whether a machine is short of something: what the checks of it say, and its figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sre_tui.agent.analyst.amounts import figures_for
from sre_tui.agent.analyst.answers.told import told, yes_no
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.endings import gaps, unknown_names
from sre_tui.agent.analyst.figures import Row, measure
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import meant_kinds, quantities
from sre_tui.agent.analyst.quotes import Quotes
from sre_tui.agent.analyst.wording import capital, code, names, plain, since
from sre_tui.diagnosis.checks.check import Check
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.tools.health import HealthListing
from sre_tui.views.human import count, duration
from sre_tui.views.units import with_unit

CHECK: Final = "check_health"
MOST: Final = 8


@dataclass(frozen=True)
class _Resource:
    """What a machine can be short of.

    Attributes:
        word: what it is then.
        checks: checks of it, and areas of checks.
        quantities: what there is to measure of it, the most telling first.
        limit: the check whose limit the first of them is held against, in the same unit.
        kinds: the kinds of things that are held against it, where nothing is named.
    """

    word: str
    checks: str
    quantities: tuple[str, ...]
    limit: str
    kinds: tuple[str, ...]


RESOURCES: Final[Mapping[Topic, _Resource]] = {
    Topic.MEMORY: _Resource(
        "under memory pressure", "memory", ("memory_free", "swap"), "memory-available",
        ("host", "node"),
    ),
    Topic.CPU: _Resource(
        "short of processor time", "cpu-busy,cpu-pressure,cpu-steal,load-per-core", ("cpu", "load"),
        "cpu-busy", ("host", "node"),
    ),
    Topic.IO: _Resource(
        "held up by its disks",
        "io-pressure,io-wait,disk-busy,read-latency,write-latency,guest-disk-traffic",
        ("disk_busy", "disk_io"),
        "disk-busy",
        ("disk",),
    ),
    Topic.SPACE: _Resource(
        "short of space",
        "space,inodes,storage-fill,pool-fill,datastore-fill,space-growth,datastore-full-soon,"
        "nas-alerts",
        ("space", "growth"),
        "space",
        ("pool",),
    ),
    Topic.TEMPERATURE: _Resource(
        "too hot", "chip-temperature,disk-temperature,nvme-temperature", ("temperature",),
        "chip-temperature", ("host",),
    ),
}  # fmt: skip
_LOAD: Final = _Resource(
    "overloaded", f"{RESOURCES[Topic.CPU].checks},{RESOURCES[Topic.IO].checks},memory",
    ("cpu", "load", "disk_busy"), "cpu-busy", ("host", "node"),
)  # fmt: skip
"""What load is of, where nobody says of what: work waits for disks and memory as well."""
_FOR_GOOD: Final = re.compile(
    r"\b(?:normal\w*|usual|ok|okay|fine|good|healthy|al ?right|enough|üblich|gut|ordnung|genug)\b"
)
"""Asks whether it is well, so that trouble is a no."""
_OF_PROCESSORS: Final = frozenset({"cpu", "cpus", "processor", "processors", "prozessor", "steal"})
_FALLBACKS: Final = {Topic.DISK: Topic.IO, Topic.POOL: Topic.SPACE}


def resource_of(look: Look) -> Topic | None:
    """The resource the question is about; None if it is about none of them."""
    topics = look.question.topics
    found = next((topic for topic in topics if topic in RESOURCES), None)
    words = look.question.folded.split()
    if found is Topic.CPU and Topic.DISK in topics and not _OF_PROCESSORS & set(words):
        # A disk is busy as well.
        return Topic.IO
    if found is not None or "full" not in words:
        return found
    return next((_FALLBACKS[topic] for topic in topics if topic in _FALLBACKS), None)


def _meant(look: Look, topic: Topic) -> _Resource:
    """What is looked at for a topic: all that makes load where no processor is named."""
    if topic is Topic.CPU and not _OF_PROCESSORS & set(look.question.folded.split()):
        return _LOAD
    return RESOURCES[topic]


def _word(look: Look, *, wrong: bool) -> str:
    """``Yes, `` or ``No, `` where the question is whether something is so, else nothing."""
    if not yes_no(look, fine=True):
        return ""
    return "Yes, " if wrong is not bool(_FOR_GOOD.search(look.question.folded)) else "No, "


async def tell_pressure(look: Look, topic: Topic) -> Iterator[str]:
    """Whether what is named, or anything, is short of it, with figures of what is named."""
    resource = _meant(look, topic)
    if look.focus.unknown and not look.focus.named:
        return iter([*unknown_names(look), *gaps(look)])
    found = (await look.ask(checks=Call(CHECK, {"only": resource.checks})))["checks"]
    rows: list[Row] = []
    by_id = {one.id: one for one in quantities()}
    for quantity in (by_id[name] for name in resource.quantities):
        if look.focus.named:
            rows += await measure(look, quantity, figures_for(look, quantity))
        elif quantity.id == resource.quantities[0]:
            meant = [one for one in meant_kinds(look.question.folded) if quantity.of(one)]
            most = await measure(look, quantity, quantity.of(*(meant or resource.kinds)))
            # Nothing is named: the worst of all stands for the rest.
            rows += sorted(most, key=lambda row: _fill(row, resource), reverse=True)[:1]
    return _told(look, topic, found, rows)


async def lines_of_trouble(look: Look, topic: Topic) -> list[str]:
    """What the checks find of a topic wherever it is, one line each, with citations."""
    found = (await look.ask(checks=Call(CHECK, {"only": RESOURCES[topic].checks})))["checks"]
    data = found.data(HealthListing)
    _note_skipped(look, data)
    quotes = Quotes(look.caller, found)
    wrong = _about(look, topic, data.items) if data is not None else []
    return [_line(one, look, quotes) for one in wrong]


def _fill(row: Row, resource: _Resource) -> float:
    """What is ranked by and held against a limit, the higher the worse."""
    if row.quantity.id != resource.quantities[0]:
        return 0.0
    if row.quantity.id in ("memory_free", "space"):
        return 1 - row.share if row.share is not None else 0.0
    return row.value


def _unsaid(resource: _Resource, rows: Sequence[Row]) -> tuple[list[Row], Check | None]:
    """What is over the limit of the check though that has not fired, and the check."""
    from sre_tui.diagnosis.checks.registry import all_checks

    check = next((one for one in all_checks() if one.id == resource.limit), None)
    if check is None or check.limits is None:
        return [], None
    below = check.limits.sign == "<"
    leading = [row for row in rows if row.quantity.id == resource.quantities[0]]
    return [row for row in leading
            if check.limits.beyond(1 - _fill(row, resource) if below else _fill(row, resource))
            ], check  # fmt: skip


def _not_yet(check: Check) -> str:
    """When the check fires that has not."""
    limits = check.limits
    assert limits is not None
    shown = with_unit(limits.trigger, "°C" if limits.unit == "celsius" else "ratio")
    over = "less than" if limits.sign == "<" else "more than"
    held = f" for {duration(limits.delay)}" if limits.delay else ""
    return f"no check has fired yet: {code(check.id)} does at {over} {shown}{held}"


def _told(look: Look, topic: Topic, found: Found, rows: Sequence[Row]) -> Iterator[str]:
    resource = _meant(look, topic)
    tell = look.caller.counted
    data = found.data(HealthListing)
    wrong = _about(look, topic, data.items) if data is not None else []
    figures = [f"{row.who} {tell(row.sentence(look.now))}{row.cite}" for row in rows]
    who = names([plain(one.name, 60) for one in look.focus.entities]) or "nothing here"
    _note_skipped(look, data)
    # Without any value of it, checks that find nothing say nothing.
    unseen = look.focus.named and not rows
    if data is None or (not wrong and (unseen or not data.ran)):
        missing = f"there are no values of {' and '.join(resource.quantities).replace('_', ' ')}"
        why = missing if data is not None and data.ran else "no check of it could look"
        lead = f"**Whether {who} is {resource.word} cannot be told**: {why}"
        return told(look, f"{lead}.{found.cite}", ("What is known", figures))
    quotes = Quotes(look.caller, found)
    if wrong:
        subjects = names([plain(str(one.subject), 60) for one in wrong], 4)
        lines = [_line(one, look, quotes) for one in wrong[:MOST]]
        if len(wrong) > MOST:
            lines.append(f"and {len(wrong) - MOST} more: `sre check --only {resource.checks}`")
        word = _word(look, wrong=True)
        lead = Opening(word, f"{subjects} {'is' if len(wrong) == 1 else 'are'} {resource.word}**")
        return told(look, lead + f".{quotes.cite(wrong[0].evidence)}", ("", lines),
                    ("Figures", figures))  # fmt: skip
    clean = _nothing_found(look, data)
    over, check = _unsaid(resource, rows)
    if over and check is not None:
        first = over[0]
        word = _word(look, wrong=True)
        lead = Opening(word, tell(f"{first.who} {first.sentence(look.now)}** now; "
                                  f"{_not_yet(check)}"))  # fmt: skip
        return told(look, lead + f".{first.cite}{found.cite}", ("", _others(figures, rows, first)))
    word = _word(look, wrong=False)
    said = f"{who} is {'' if who.startswith('nothing') else 'not '}{resource.word}"
    said = said if word else capital(said)
    first_figure = f": {figures[0]}" if figures else f": {clean}{found.cite}"
    if rows and not look.focus.named:
        nearest = rows[0]
        said_of_it = tell(nearest.sentence(look.now))
        first_figure = f": nearest to it is {nearest.who}, which {said_of_it}{nearest.cite}"
    behind = f" {capital(clean)}.{found.cite}" if figures else ""
    lead = Opening(word, f"{said}**{first_figure}.{behind}")
    return told(look, lead, ("", figures[1 : MOST + 1]))


def _nothing_found(look: Look, data: HealthListing) -> str:
    """That no check has a finding of what is asked.

    Which checks saw a single thing is not told, so that they are counted only where all is meant.
    """
    if look.focus.named:
        return "no check of this has a finding of it; `sre check` runs all of them"
    clean = data.ran - len({one.check for one in data.items})
    return f"{count(clean, 'check')} found nothing wrong"


def _others(figures: Sequence[str], rows: Sequence[Row], told_of: Row) -> list[str]:
    return [said for said, row in zip(figures, rows, strict=True) if row is not told_of][:MOST]


def _about(look: Look, topic: Topic, every: Sequence[Finding]) -> list[Finding]:
    """Findings about what the question names; all of its topic if it names nothing."""
    findings = [one for one in every if one.check != "nas-alerts" or _is_of(one, topic)]
    if not look.focus.named:
        return list(findings)
    own = {one.name.casefold() for one in look.focus.entities}
    hosts = {host.casefold() for host in look.focus.hosts}
    return [
        one
        for one in findings
        if {one.subject.own_name.casefold(), one.subject.name.casefold()} & own
        or one.subject.host.casefold() in hosts
        or one.subject.name.casefold() in hosts
    ]


def _is_of(one: Finding, topic: Topic) -> bool:
    pattern = bundled().get(one.kind)
    return pattern is not None and topic in pattern.topics


def _line(one: Finding, look: Look, quotes: Quotes) -> str:
    about = "" if one.subject.own_name in one.text else f"{plain(str(one.subject), 80)}: "
    began = since(one.since, look.now, open_start=one.open_start)
    cite = quotes.cite(one.evidence, f"{one.text} {began}".strip())
    return f"{about}{plain(one.text, 200)} {began}".rstrip() + cite


def _note_skipped(look: Look, data: HealthListing | None) -> None:
    """Say why checks could not look, each reason once."""
    reasons: dict[str, list[str]] = {}
    for one in data.skipped if data is not None else ():
        reasons.setdefault(one.reason, []).append(one.check)
    for reason, checks in reasons.items():
        look.note_gap(f"{names(checks, 4)}: {plain(reason, 160)}")


__all__ = ["RESOURCES", "lines_of_trouble", "resource_of", "tell_pressure"]
