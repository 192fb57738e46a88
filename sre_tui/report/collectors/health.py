"""How the homelab is now, by the checks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from providers.errors import BackendError
from providers.text import one_line
from sre_tui.diagnosis.causes.model import Cause, Step
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.memory.report_sections import Health, LikelyCause
from sre_tui.memory.report_sources import ASKED
from sre_tui.report.scope import Scope
from sre_tui.report.standing import Collected, joined, standing_of, unconfigured
from sre_tui.tools.health import (
    Examined,
    causes_first,
    examine,
    listing_fields,
    of_interest,
)
from sre_tui.tools.investigate import investigate
from sre_tui.views.human import count
from sre_tui.views.report_markup import paragraphs
from sre_tui.views.report_troubles import troubles_of

log = logging.getLogger(__name__)

CAUSES_LIMIT: Final = 60.0
"""Seconds in which the causes are looked for."""


async def collect(scope: Scope) -> Collected:
    """What every check finds now.

    Raises:
        Complaint: if what the operator declares of checks has mistakes.
    """
    if not scope.context.settings.configured:
        return Collected(Health(**unconfigured(*ASKED["health"])._asdict()))
    examined = await examine(scope.context)
    found = causes_first(of_interest(examined.report.findings, everything=False), examined.topology)
    fields = listing_fields(found, examined)
    sources = joined(examined.picture.sources())
    causes, trouble = await _causes(scope) if _is_grave(found) else ((), "")
    standing = standing_of(sources, *_blind(examined), *([trouble] if trouble else []))
    is_known = standing.state != "missing"
    return Collected(
        Health(
            **standing._asdict(),
            sentence=one_line(str(fields["sentence"])),
            verdict=str(fields["verdict"]),
            critical=_amount(found, Severity.CRITICAL) if is_known else None,
            warnings=_amount(found, Severity.WARNING) if is_known else None,
            notes=_amount(found, Severity.NOTE) if is_known else None,
            causes=causes,
            troubles=troubles_of(found),
        ),
        sources,
    )


def _is_grave(found: Sequence[Finding]) -> bool:
    return any(one.severity is not Severity.NOTE for one in found)


async def _causes(scope: Scope) -> tuple[tuple[LikelyCause, ...], str]:
    """What is behind the findings, as `sre investigate` concludes, and why that is not known.

    It reads all that the checks read and more: where a backend is silent, the findings must not
    wait for it a second time and then be lost with it.
    """
    try:
        async with asyncio.timeout(CAUSES_LIMIT):
            found = (await investigate.run(scope.context, {})).data
    except TimeoutError:
        return (), f"what is behind it was not looked for to the end: over {CAUSES_LIMIT:g} s"
    except BackendError as error:
        return (), one_line(f"what is behind it was not looked for: {error}")
    except Exception as error:
        # A mistake in the search costs the causes; what the checks found stands without them.
        log.exception("what is behind the findings of a report could not be looked for")
        name = type(error).__name__
        return (), f"what is behind it could not be looked for ({name}; the log has details)"
    likely = (one for one in found.causes if one.confirmed and one.active)
    return tuple(_cause(one, found.steps) for one in likely), ""


def _cause(one: Cause, steps: Sequence[Step]) -> LikelyCause:
    subjects = (one.subject, *(effect.subject for effect in one.effects))
    return LikelyCause(
        claim=one_line(one.claim),
        confidence=one.confidence,
        severity=one.severity.value,
        since=one.since,
        open_start=one.open_start,
        effects=one.effects_total,
        subjects=tuple(dict.fromkeys(one_line(str(each)) for each in subjects)),
        steps=tuple(_helping(step for step in steps if step.runbook == one.runbook)),
        runbook=one.runbook,
    )


def _helping(steps: Iterable[Step]) -> Iterator[str]:
    """What mends it; what would have to be looked at, if no more is known."""
    known = list(steps)
    mending = [one for one in known if one.heading.casefold().startswith("fix")]
    for one in mending or known:
        yield one_line(" ".join(each.text for each in paragraphs(one.text)))


def _amount(found: Sequence[Finding], severity: Severity) -> int:
    return sum(one.severity is severity for one in found)


def _blind(examined: Examined) -> tuple[str, ...]:
    blind = len(examined.report.blind)
    return (f"{count(blind, 'check')} could not look",) if blind else ()
