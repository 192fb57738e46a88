"""The tool that says for every guest whether it could be restored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from providers.clock import age_in_words
from providers.collector import uncollected
from providers.proxmox import Guest
from sre_tui.diagnosis.coverage.logic import judge
from sre_tui.diagnosis.coverage.model import (
    PROBLEMS,
    BackupCopy,
    GuestCoverage,
    Orphan,
    Verdict,
    rank,
)
from sre_tui.diagnosis.coverage.owners import orphans
from sre_tui.diagnosis.coverage.reading import Gathered, gather
from sre_tui.diagnosis.coverage.shared import in_common
from sre_tui.tools.alert_sources import filter_text, filters_given
from sre_tui.tools.arguments import AlsoCalled, Completes, ForPeople, Positional, Short
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.proxmox_find import (
    all_answered,
    matching_guests,
    no_such_guest,
    node_names,
    require_known,
)
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import ArgumentError, tool
from sre_tui.views.human import count, size

_WORDS: dict[str, str] = {
    "never": "NO BACKUP",
    "not_covered": "NOT COVERED",
    "damaged": "DAMAGED",
    "stale": "STALE",
    "unknown": "unknown",
    "pending": "pending",
    "excluded": "left out on purpose",
    "template": "template",
    "ok_in_part": "ok in part",
    "ok": "ok",
}


def _render_coverage(answer: ToolResult[CoverageListing], view: ModelView) -> str:
    data = answer.data
    counted = ", ".join(f"{amount} {_WORDS[v]}" for v, amount in _in_order(data.counts))
    heading = (
        f"Backup coverage of guests from {sources_text(answer)}: {counted or 'no guests'}; "
        f"{count(data.jobs, 'enabled job')}"
    )
    heading += filter_text(data.filters)
    page = page_of(answer, view, heading, nothing="No guest fits.")
    page.heading += data.shared
    page.rows += _lines(data.items, view.now)
    page.rows += [_orphan_text(orphan, view.now) for orphan in data.orphans]
    if note := truncation(data, "guests"):
        page.notes.append(note)
    return page.text()


def _in_order(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(verdict, counts[verdict]) for verdict in _WORDS if verdict in counts]


def _lines(items: Sequence[GuestCoverage], now: datetime) -> Iterator[str]:
    """A line for each guest that needs a word; those that are fine and alike share one."""
    plain = [item for item in items if _is_plain(item)]
    yield from (_guest_text(item, now) for item in items if item not in plain)
    if len(plain) <= 2:
        yield from (_guest_text(item, now) for item in plain)
        return
    names = ", ".join(item.label for item in plain)
    ages = [item.age for item in plain if item.age is not None]
    yield (
        f"ok, {len(plain)} guests with a good backup {age_in_words(min(ages))} to "
        f"{age_in_words(max(ages))} old: {names}"
    )


def _is_plain(item: GuestCoverage) -> bool:
    return (
        item.verdict == "ok"
        and not item.excluded_disks
        and item.identity == "same"
        and item.reason in ("", "not verified yet")
        and not item.running
    )


def _guest_text(item: GuestCoverage, now: datetime) -> str:
    parts = [f"{item.label} [{item.type} on {item.node}, {item.status}] {_WORDS[item.counted_as]}"]
    if item.reason:
        parts.append(item.reason)
    if item.newest is not None:
        parts.append(
            f"newest good {_copy_text(item.newest, now)}, {count(item.copies, 'copy', 'copies')}"
        )
    if item.damaged is not None:
        parts.append(f"damaged: {_copy_text(item.damaged, now)}")
    parts += [f"job {job.id} ({job.schedule or 'by hand'} to {job.storage})" for job in item.jobs]
    if item.running:
        parts.append("a backup runs now")
    if item.excluded_disks:
        parts.append(item.without)
    if item.former_names:
        parts.append(f"{_identity_text(item)}: {', '.join(item.former_names)}")
    return "; ".join(parts)


def _identity_text(item: GuestCoverage) -> str:
    words = {
        "renamed": "renamed, older backups are called",
        "recreated": "made anew under an old id, older backups are of another guest",
    }
    return words.get(item.identity, "older backups under this id are called")


def _copy_text(copy: BackupCopy, now: datetime) -> str:
    state = {"ok": "verified", "failed": "failed verification", None: "unverified"}[copy.verified]
    held = size(copy.size) if copy.size is not None else "size not reported"
    return f"{stamp(copy.at, now)} in {copy.place}, {held}, {state}"


def _orphan_text(orphan: Orphan, now: datetime) -> str:
    name = f" ({orphan.name})" if orphan.name else ""
    return (
        f"orphaned backups of {orphan.type} {orphan.vmid}{name}: {orphan.reason}; "
        f"{count(orphan.copies, 'copy', 'copies')}, newest {stamp(orphan.newest, now)} in "
        f"{', '.join(orphan.places)}"
    )


@tool(
    "backups coverage",
    render=_render_coverage,
    needs=("proxmox",),
    breadth="overview",
    examples=("backups coverage", "backups coverage --problems", "backups coverage nextcloud"),
)
async def backup_coverage(
    context: ToolContext,
    guest: Annotated[
        str, Field(description="Only this guest, by name or id."), Positional(), Completes("guest")
    ] = "",
    problems: Annotated[
        bool, Field(description="Only guests without a good backup in time.")
    ] = False,
    verdict: Annotated[
        Verdict | None, Field(description="Only this verdict."), AlsoCalled("state")
    ] = None,
    node: Annotated[
        str | None, Field(description="Only guests on this node."), Completes("node")
    ] = None,
    limit: Annotated[
        int, Field(description="Most guests.", ge=1, le=5000), Short("n"), ForPeople()
    ] = 500,
) -> ToolResult[CoverageListing]:
    """Tell for every guest which job covers it, its newest good backup, and what is wrong.

    Joins jobs and archives of Proxmox VE with all datastores of the backup servers.
    """
    gathered = await gather(context)
    evidence = gathered.evidence
    with uncollected():
        every = sorted(judge(evidence), key=rank)
    chosen = _named(every, guest, evidence.guests, complete=gathered.every_guest_known)
    if evidence.guests and not any(node in (None, each.node) for each in evidence.guests):
        # A node without guests is no unknown one.
        inventories = await ask_all(context.proxmox, lambda client: client.inventory())
        require_known(node, node_names(inventories), "node", all_answered(inventories))
    found = [
        item
        for item in chosen
        if (not problems or item.problem)
        and verdict in (None, item.verdict)
        and node in (None, item.node)
    ]
    filters = filters_given(
        guest=guest, problems="yes" if problems else None, verdict=verdict, node=node
    )
    gone = orphans(evidence.guests, evidence.seen) if gathered.every_guest_known else []
    data = CoverageListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=(
            *_hints(every, found, filters, bool(context.pbs), gathered.every_guest_known),
            *_unknown(gathered),
            # Where all is well it does not matter what lies in a drawer.
            *(gathered.skipped if any(i.problem or i.verdict == "unknown" for i in every) else ()),
        ),
        shared=tuple(in_common(every if not filters or set(filters) == {"problems"} else found)),
        counts=dict(Counter(item.counted_as for item in every)),
        filters=filters,
        orphans=() if filters else tuple(gone),
        jobs=sum(job.enabled for jobs in evidence.jobs.values() for job in jobs),
    )
    answer = result(data, gathered.statuses, now=evidence.now)
    # Where no guest is known there is no coverage to tell, whatever the backup servers hold.
    known = gathered.guests.has_data
    return answer if known else answer.model_copy(update={"state": gathered.guests})


def _unknown(gathered: Gathered) -> Iterator[str]:
    """Whose guests are not known, and which backups are of nobody who is."""
    for source in gathered.silent:
        yield f"the guests of {source} are not known: it could not be asked"
    if gathered.strange and gathered.guests.has_data:
        places = ", ".join(gathered.strange)
        yield f"{places}: not counted, no Proxmox VE that answered keeps its backups there"


def _named(
    every: Sequence[GuestCoverage], asked: str, guests: Sequence[Guest], *, complete: bool
) -> list[GuestCoverage]:
    if not asked.strip():
        return list(every)
    keys = {guest.key for guest in matching_guests(asked, guests)}
    if not keys and guests:
        raise ArgumentError(no_such_guest(asked, guests, complete=complete))
    return [item for item in every if item.key in keys]


def _hints(
    every: Sequence[GuestCoverage],
    found: Sequence[GuestCoverage],
    filters: dict[str, str],
    has_servers: bool,
    every_guest_known: bool,
) -> Iterator[str]:
    if every and not found:
        lacking = sum(item.verdict in PROBLEMS for item in every)
        yield f"{count(len(every), 'guest')} without these filters, {lacking} with a problem"
    members: dict[str, list[tuple[GuestCoverage, bool]]] = {}
    for item in every:
        for job in item.jobs:
            members.setdefault(job.id, []).append((item, job.late or item.newest is None))
    for name, those in members.items():
        if len(those) > 2 and all(lacks and item.problem for item, lacks in those) and not filters:
            of = f"any of its {len(those)} guests"
            yield f"the last run of job {name} left no good backup of {of}"
    if not has_servers:
        yield "no backup server is configured: only what Proxmox VE shows of backups is known"
    if not every_guest_known:
        yield "orphaned backups are not told: not every Proxmox VE could be asked"
