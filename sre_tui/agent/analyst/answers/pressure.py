"""Answers whether a machine is short of something: what the checks of it say, and its figures."""

from __future__ import annotations

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
from sre_tui.agent.analyst.quantities import quantities
from sre_tui.agent.analyst.quotes import Quotes
from sre_tui.agent.analyst.wording import capital, names, plain, since
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.tools.health import HealthListing
from sre_tui.views.human import count

CHECK: Final = "check_health"
MOST: Final = 8


@dataclass(frozen=True)
class _Resource:
    """What a machine can be short of.

    Attributes:
        word: what it is then.
        checks: checks of it, and areas of checks.
        quantities: what there is to measure of it, the most telling first.
    """

    word: str
    checks: str
    quantities: tuple[str, ...]


RESOURCES: Final[Mapping[Topic, _Resource]] = {
    Topic.MEMORY: _Resource("under memory pressure", "memory", ("memory_free", "swap")),
    Topic.CPU: _Resource(
        "short of processor time", "cpu-busy,cpu-pressure,cpu-steal,load-per-core", ("cpu", "load")
    ),
    Topic.IO: _Resource(
        "held up by its disks",
        "io-pressure,io-wait,disk-busy,read-latency,write-latency,guest-disk-traffic",
        ("disk_busy", "disk_io"),
    ),
    Topic.SPACE: _Resource(
        "short of space",
        "space,inodes,storage-fill,pool-fill,datastore-fill,space-growth,datastore-full-soon",
        ("space", "growth"),
    ),
    Topic.TEMPERATURE: _Resource(
        "too hot", "chip-temperature,disk-temperature,nvme-temperature", ("temperature",)
    ),
}  # fmt: skip
_FALLBACKS: Final = {Topic.DISK: Topic.IO, Topic.POOL: Topic.SPACE}


def resource_of(look: Look) -> Topic | None:
    """The resource the question is about; None if it is about none of them."""
    topics = look.question.topics
    found = next((topic for topic in topics if topic in RESOURCES), None)
    if found is not None or "full" not in look.question.folded.split():
        return found
    return next((_FALLBACKS[topic] for topic in topics if topic in _FALLBACKS), None)


async def tell_pressure(look: Look, topic: Topic) -> Iterator[str]:
    """Whether what is named, or anything, is short of it, with figures of what is named."""
    resource = RESOURCES[topic]
    if look.focus.unknown and not look.focus.named:
        return iter([*unknown_names(look), *gaps(look)])
    found = (await look.ask(checks=Call(CHECK, {"only": resource.checks})))["checks"]
    rows: list[Row] = []
    if look.focus.named:
        for quantity in quantities():
            if quantity.id in resource.quantities:
                rows += await measure(look, quantity, figures_for(look, quantity))
    return _told(look, resource, found, rows)


def _told(look: Look, resource: _Resource, found: Found, rows: Sequence[Row]) -> Iterator[str]:
    tell = look.caller.counted
    data = found.data(HealthListing)
    wrong = _about(look, data.items) if data is not None else []
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
        word = yes_no(look, fine=False) and "Yes, "
        lead = Opening(word, f"{subjects} {'is' if len(wrong) == 1 else 'are'} {resource.word}**")
        return told(look, lead + f".{quotes.cite(wrong[0].evidence)}", ("", lines),
                    ("Figures", figures))  # fmt: skip
    ran = count(data.ran, "check")
    word = "No, " if yes_no(look, fine=True) else ""
    said = f"{who} is {'' if who.startswith('nothing') else 'not '}{resource.word}"
    said = said if word else capital(said)
    first = f": {figures[0]}" if figures else f": {ran} found nothing{found.cite}"
    behind = f" {ran} found nothing wrong.{found.cite}" if figures else ""
    lead = Opening(word, f"{said}**{first}.{behind}")
    return told(look, lead, ("", figures[1 : MOST + 1]))


def _about(look: Look, findings: Sequence[Finding]) -> list[Finding]:
    """Findings about what the question names; all if it names nothing."""
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


__all__ = ["RESOURCES", "resource_of", "tell_pressure"]
