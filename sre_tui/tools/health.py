"""What the checks say of a homelab, for the tools that tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from sre_tui.diagnosis.checks.check import Area, Check
from sre_tui.diagnosis.checks.run import CheckReport, run_checks
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.nearest import nearest
from sre_tui.tools.context import ToolContext
from sre_tui.tools.knowledge import declared
from sre_tui.tools.rendering import stamp
from sre_tui.tools.result import Listing
from sre_tui.tools.tool import ArgumentError
from sre_tui.views.findings import Row
from sre_tui.views.human import count

if TYPE_CHECKING:
    from datetime import datetime

    from sre_tui.diagnosis.picture.picture import Picture

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
    """The gravest finding; ``unknown`` if there is none but some checks could not look."""
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
    """A picture and what the checks found in it."""

    picture: Picture
    report: CheckReport


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
    report = run_checks(enabled, picture, build_topology(picture), overrides.limits, patterns)
    return Examined(picture, report)


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


def verdict_of(findings: Sequence[Finding], report: CheckReport) -> Verdict:
    """The gravest finding; without any, whether everything could be looked at."""
    if findings:
        return findings[0].severity.value
    return "unknown" if blind(report) else "ok"


def blind(report: CheckReport) -> bool:
    """Whether a check could not look although its backend is configured."""
    return any(one.configured for one in report.skipped)


def sentence_of(findings: Sequence[Finding], report: CheckReport) -> str:
    """How things are, in one sentence that never says more than could be seen."""
    unseen = sum(one.configured for one in report.skipped)
    rest = f"; {count(unseen, 'check')} could not look" if unseen else ""
    if not report.ran:
        return "Nothing is known: no check could look"
    if not findings:
        seen = "Nothing wrong was found" if unseen else "All is well"
        return f"{seen}: {count(len(report.ran), 'check')} ran{rest}"
    counts = Counter(one.severity for one in findings)
    told = ", ".join(_amount(severity, counts[severity]) for severity in Severity
                     if counts[severity])  # fmt: skip
    return f"{told}: {_capital_free(findings[0].text)} ({findings[0].subject}){rest}"


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
        "verdict": verdict_of(findings, report),
        "sentence": sentence_of(findings, report),
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
