"""What the checks say of a homelab, for the tools that tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from providers.alerting import AlertState
from providers.reading import State
from sre_tui.diagnosis.checks.check import Area, Check
from sre_tui.diagnosis.checks.run import CheckReport, run_checks
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import SubjectKind
from sre_tui.nearest import nearest
from sre_tui.tools.context import ToolContext
from sre_tui.tools.knowledge import declared
from sre_tui.tools.rendering import stamp
from sre_tui.tools.result import Listing
from sre_tui.tools.tool import ArgumentError
from sre_tui.views.findings import Row
from sre_tui.views.human import ago, count

if TYPE_CHECKING:
    from datetime import datetime

    from sre_tui.diagnosis.patterns.load import Patterns
    from sre_tui.diagnosis.picture.picture import Picture
    from sre_tui.diagnosis.topology.graph import Topology

Verdict = Literal["ok", "note", "warning", "critical", "unknown"]
AREAS: Final[tuple[Area, ...]] = get_args(Area)
_NAMING: Final = frozenset({"inventory", "identity", "nas", "disks"})
"""Parts of the picture that tell who is who, whatever is looked for."""


_NAMED: Final = 12
"""Subjects of alike findings that are named."""


class SkippedCheck(BaseModel):
    """A check that could not look."""

    model_config = ConfigDict(frozen=True)

    check: str
    reason: str


class HealthListing(Listing[Finding]):
    """Findings, the gravest first, and how far the checks could look."""

    verdict: Verdict = "ok"
    """The gravest finding; ``unknown`` if there is none but some checks could not look, or a
    critical alert is firing that none confirms.
    """
    sentence: str = ""
    """How the homelab is, in one sentence."""
    counts: dict[str, int] = Field(default_factory=dict)
    """Findings by severity."""
    areas: dict[str, int] = Field(default_factory=dict)
    """Findings by area, the one with most first."""
    ran: int = 0
    """Checks that could look."""
    skipped: tuple[SkippedCheck, ...] = ()
    filters: dict[str, str] = Field(default_factory=dict)

    def gist(self) -> str:
        """The sentence."""
        return self.sentence


@dataclass(frozen=True)
class Examined:
    """A picture, what stands on what in it, and what the checks found."""

    picture: Picture
    topology: Topology
    report: CheckReport
    unconfirmed: tuple[Finding, ...] = ()
    """Firing alerts about what no check finds anything wrong with; none if few checks looked."""


def chosen_checks(every: Iterable[Check], names: str) -> frozenset[str]:
    """Ids of the checks of areas or ids, separated by commas; all if empty.

    Raises:
        ArgumentError: if there is no such area or check.
    """
    checks = tuple(every)
    words = [word.strip().casefold() for word in names.split(",") if word.strip()]
    known = [*AREAS, *(check.id for check in checks)]
    for word in words:
        if word not in known:
            close = nearest(word, known, limit=2)
            hint = f"did you mean {' or '.join(close)}?" if close else f"areas: {', '.join(AREAS)}"
            raise ArgumentError(f"there is no check and no area {word!r}; {hint}")
    return frozenset(
        check.id for check in checks if not words or {check.id, check.area} & set(words)
    )


async def examine(context: ToolContext, only: str = "") -> Examined:
    """Read what some checks need, at once, and let them look.

    Args:
        context: settings and clients.
        only: areas or ids of checks, separated by commas; all if empty.

    Raises:
        ArgumentError: if there is no such area or check.
        PatternError, OwnCheckError, OverrideError: if what the operator declares has mistakes.
    """
    from sre_tui.diagnosis.picture.gather import Wanted, take_picture
    from sre_tui.diagnosis.topology.build import build_topology

    patterns, overrides = declared(context.settings, context.folders.config)
    wanted = chosen_checks(overrides.checks, only)
    enabled = tuple(check for check in overrides.enabled() if check.id in wanted)
    needed = frozenset().union(*(check.parts for check in enabled)) | _NAMING
    picture = await take_picture(
        context,
        Wanted(end=context.clock(), queries=overrides.queries(enabled), parts=needed),
    )
    topology = build_topology(picture)
    report = run_checks(enabled, picture, topology, overrides.limits, patterns)
    unconfirmed = () if only else tuple(_unconfirmed(picture, topology, report, patterns))
    return Examined(picture, topology, report, unconfirmed)


def _unconfirmed(
    picture: Picture, topology: Topology, report: CheckReport, patterns: Patterns
) -> Iterator[Finding]:
    from sre_tui.diagnosis.signs.alerts import NO_TROUBLE, active_alerts, from_alerts

    lasting = [one for one in report.findings if one.active and one.severity is not Severity.NOTE]
    known = {one.subject for one in lasting} | {one.subject.host for one in lasting}
    firing = [one for one in active_alerts(picture) if one.state is AlertState.FIRING]
    for told in from_alerts(firing, patterns, topology):
        if told.kind == NO_TROUBLE:
            continue
        if told.subject not in known and (told.subject.host or told.subject.name) not in known:
            yield told


def told_once(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in order, of the same trouble with the same subject only the gravest."""
    known: dict[tuple[str, str], Finding] = {}
    for one in sorted(findings, key=lambda each: each.order):
        known.setdefault((one.kind, one.subject.key), one)
    return list(known.values())


def of_interest(findings: Iterable[Finding], *, everything: bool) -> list[Finding]:
    """What is told: without what is over, or only helps to find a cause, if not everything."""
    if everything:
        return sorted(findings, key=lambda each: each.order)
    return told_once(one for one in findings if not one.diagnostic and (one.active or one.event))


def causes_first(findings: Iterable[Finding], topology: Topology) -> list[Finding]:
    """Findings in order, of one severity those first that most others stand on.

    Of those that as many stand on, what many things use comes before a guest.
    """
    every = sorted(findings, key=lambda each: each.order)
    lasting = {one.subject for one in every if one.active}
    carried = {
        subject: len(lasting & topology.dependents(subject).keys() - {subject})
        for subject in lasting
    }
    return sorted(
        every,
        key=lambda one: (
            one.severity.rank, not one.active, -carried.get(one.subject, 0),
            _USED_BY_MANY.get(one.subject.kind, len(_USED_BY_MANY)),
        ),
    )  # fmt: skip


_USED_BY_MANY: Final = {
    kind: place
    for place, kind in enumerate(
        (
            SubjectKind.UPS, SubjectKind.CLUSTER, SubjectKind.NODE, SubjectKind.NAS,
            SubjectKind.POOL, SubjectKind.DATASTORE, SubjectKind.STORAGE, SubjectKind.DISK,
            SubjectKind.BACKUP_SERVER, SubjectKind.DATASET, SubjectKind.SHARE, SubjectKind.HOST,
        )
    )
}  # fmt: skip


_WHOLE: Final = frozenset({State.OK, State.STALE})
"""An answer that is old is told of on its own."""


def verdict_of(findings: Sequence[Finding], examined: Examined) -> Verdict:
    """The gravest finding; without any, whether all could be looked at and nothing else is grave.

    What a critical alert tells and no check confirms is neither known to be so nor not to be so.
    """
    if findings:
        return findings[0].severity.value
    grave = any(one.severity is Severity.CRITICAL for one in examined.unconfirmed)
    return "unknown" if examined.report.blind or grave else "ok"


def sentence_of(findings: Sequence[Finding], examined: Examined) -> str:
    """How things are, in one sentence that never says more than could be seen."""
    report = examined.report
    unseen = [count(number, "check") + f" {what}" for number, what in (
        (len(report.blind), "could not look"),
        (_narrowed(examined), "saw only a part"),
    ) if number]  # fmt: skip
    rest = "".join(f"; {each}" for each in [*unseen, *_alerting(examined), *_outdated(examined)])
    if not report.ran:
        return "Nothing is known: no check could look"
    if not findings:
        seen = "Nothing wrong was found" if rest else "All is well"
        return f"{seen}: {count(len(report.ran), 'check')} ran{rest}"
    counts = Counter(one.severity for one in findings)
    told = ", ".join(_amount(severity, counts[severity]) for severity in Severity
                     if counts[severity])  # fmt: skip
    return f"{told}: {_capital_free(findings[0].text)} ({findings[0].subject}){rest}"


def _narrowed(examined: Examined) -> int:
    """Checks that looked although an answer they need did not come, or not all of it."""
    lacking = {
        name
        for name, part in examined.picture.parts()
        if part.seen and not all(reading.state in _WHOLE for reading in part.readings)
    }
    return sum(bool(check.parts & lacking) for check in examined.report.ran)


def _alerting(examined: Examined) -> Iterator[str]:
    """What only alerts tell: whether it is so, nothing else says."""
    if examined.unconfirmed:
        from sre_tui.diagnosis.signs.alerts import unconfirmed_text

        yield f"{unconfirmed_text(examined.unconfirmed)} (sre alerts)"


def _outdated(examined: Examined) -> Iterator[str]:
    """What of it comes from sources that did not answer now."""
    picture = examined.picture
    stale = [one for one in picture.sources() if one.state is State.STALE]
    if stale:
        oldest = min(one.observed_at for one in stale)
        told = "1 source does" if len(stale) == 1 else f"{len(stale)} sources do"
        yield f"{told} not answer, last heard {ago(oldest, picture.now)}"


def _amount(severity: Severity, amount: int) -> str:
    if severity is Severity.CRITICAL:
        return f"{amount} critical"
    return count(amount, severity.value)


def _capital_free(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


_LONGEST: Final = 140


def listing_fields(findings: Sequence[Finding], examined: Examined) -> dict[str, object]:
    """The fields of a listing that do not depend on how many findings are shown."""
    report = examined.report
    area_of = {check.id: check.area for check in report.ran}
    return {
        "verdict": verdict_of(findings, examined),
        "sentence": sentence_of(findings, examined),
        "counts": {
            severity.value: amount
            for severity in Severity
            if (amount := sum(one.severity is severity for one in findings))
        },
        "areas": dict(Counter(area_of[one.check] for one in findings).most_common()),
        "ran": len(report.ran),
        "skipped": tuple(
            SkippedCheck(check=one.check.id, reason=one.reason) for one in report.skipped
        ),
    }


def row_text(row: Row, now: datetime) -> str:
    """One line for a finding and those like it, for a model."""
    first, others = row.finding, row.others
    parts = [f"[{first.severity.value}] {first.subject.kind.value} {first.subject}: {first.text}"]
    if others:
        names = ", ".join(str(one.subject) for one in others[:_NAMED])
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        parts.append(f"the same with {count(len(others), 'other')}: {names}{more}")
    if first.since is not None:
        word = "at" if first.event else "since before" if first.open_start else "since"
        parts.append(f"{word} {stamp(first.since, now)}")
    if not first.active and not first.event:
        parts.append("over" if first.until is None else f"over {stamp(first.until, now)}")
    if first.advice:
        parts.append(f"first: {first.advice}")
    if first.runbook:
        parts.append(f"runbook {first.runbook}")
    return "; ".join(parts) + f" (check {first.check})"


def skipped_text(skipped: Sequence[SkippedCheck]) -> Iterator[str]:
    """A line for each reason why checks could not look."""
    reasons: dict[str, list[str]] = {}
    for one in skipped:
        reasons.setdefault(one.reason, []).append(one.check)
    for reason, names in reasons.items():
        shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        yield f"{count(len(names), 'check')} could not look ({shown}): {reason}"
