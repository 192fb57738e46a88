"""The tool that shows pools down to their disks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from providers.truenas import Dataset, Pool, Scan, Vdev
from sre_tui.tools.alert_sources import filter_text, filters_given, rows
from sre_tui.tools.arguments import Completes, ForPeople, Positional, Short
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.tools.truenas_data import PoolListing
from sre_tui.tools.truenas_names import check_known, place
from sre_tui.views.human import count, duration, percent, size
from sre_tui.views.pools import layout_text, pool_rank


def _render(answer: ToolResult[PoolListing], view: ModelView) -> str:
    data = answer.data
    heading = f"Pools of {sources_text(answer)}{filter_text(data.filters)}: {data.total or 0}"
    page = page_of(answer, view, heading, nothing="No pools.")
    for pool in data.items:
        where = place(answer, pool.source)
        page.rows.append(_pool_text(pool, where, view.now, everything=data.detailed))
        page.rows += [_dataset_text(dataset) for dataset in pool.datasets]
    if note := truncation(data, "pools"):
        page.notes.append(note)
    return page.text()


def _pool_text(pool: Pool, where: str, now: datetime, *, everything: bool) -> str:
    parts = [f"{pool.name}{where} [{pool.state}] {layout_text(pool)}"]
    if pool.usable is not None and pool.usable_used is not None and pool.fill is not None:
        left = f"{size(pool.usable - pool.usable_used)} of {size(pool.usable)}"
        parts.append(f"{percent(pool.fill)} full, {left} left to files")
    elif pool.fill is not None and pool.size is not None and pool.used is not None:
        parts.append(f"{percent(pool.fill)} full ({size(pool.used)} of {size(pool.size)} raw)")
    else:
        parts.append("fill not reported")
    if pool.fragmentation is not None:
        parts.append(f"fragmentation {percent(pool.fragmentation)}")
    parts.append(_scan_text(pool.scan, now))
    if pool.status_code not in ("", "OK"):
        parts.append(f"{pool.status_code}: {pool.detail}" if pool.detail else pool.status_code)
    members = list(pool.members()) if everything else pool.troubled()
    parts += [_member_text(member) for member in members]
    if not members and pool.vdevs:
        parts.append("every disk online without errors")
    return "; ".join(parts)


def _scan_text(scan: Scan | None, now: datetime) -> str:
    if scan is None:
        return "last scrub not reported"
    if scan.state in ("running", "paused"):
        text = f"{scan.function} {scan.state}"
        if scan.progress is not None:
            text += f" {percent(scan.progress)}"
        if scan.left is not None:
            text += f", {duration(scan.left)} to go"
    else:
        at = scan.ended or scan.started
        text = f"last {scan.function} {scan.state}" + (f" {stamp(at, now)}" if at else "")
    return f"{text}, {scan.errors} errors" if scan.errors is not None else text


def _member_text(member: Vdev) -> str:
    known = [f"serial {member.serial}"] if member.serial else []
    known += [member.model] if member.model else []
    about = f" ({', '.join(known)})" if known else ""
    gone = ", missing from the system" if member.missing else ""
    errors = "/".join(
        "?" if count is None else str(count)
        for count in (member.read_errors, member.write_errors, member.checksum_errors)
    )
    return f"{member.label}{about} {member.state}{gone}, read/write/checksum errors {errors}"


def _dataset_text(dataset: Dataset) -> str:
    parts = [f"  {dataset.name}"]
    parts.append("used not reported" if dataset.used is None else f"used {size(dataset.used)}")
    if dataset.available is not None:
        parts.append(f"available {size(dataset.available)}")
    if dataset.snapshots_used is not None:
        parts.append(f"snapshots {size(dataset.snapshots_used)}")
    if dataset.quota:
        parts.append(f"quota {size(dataset.quota)}")
    if dataset.refquota:
        parts.append(f"quota without its children {size(dataset.refquota)}")
    if dataset.locked:
        parts.append("locked")
    return ", ".join(parts)


@tool(
    "pools",
    render=_render,
    needs=("truenas",),
    breadth="overview",
    examples=("pools", "pools --datasets", "pools tank --json"),
)
async def truenas_pool_status(
    context: ToolContext,
    pool: Annotated[
        str, Field(description="Only this pool, with every disk."), Positional(), Completes("pool")
    ] = "",
    problems: Annotated[bool, Field(description="Only pools with something wrong.")] = False,
    datasets: Annotated[bool, Field(description="Datasets with space and quota too.")] = False,
    limit: Annotated[
        int, Field(description="Most pools.", ge=1, le=200), Short("n"), ForPeople()
    ] = 50,
) -> ToolResult[PoolListing]:
    """ZFS pools of the NAS: state, fill, scrub or resilver, and the disks with errors."""
    readings = await ask_all(context.truenas, lambda client: client.pools(datasets=datasets))
    known = rows(readings)
    check_known("pool", pool, [each.name for each in known], readings)
    found = [
        each
        for each in known
        if pool in ("", each.name) and (not problems or pool_rank(each) < CALM)
    ]
    found.sort(key=lambda each: (pool_rank(each), -(each.fill or 0.0), each.key))
    data = PoolListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=(_all_well(len(known)),) if problems and known and not found else (),
        filters=filters_given(pool=pool, problems="yes" if problems else None),
        detailed=bool(pool),
    )
    return result(data, readings, now=context.clock())


def _all_well(pools: int) -> str:
    return f"{count(pools, 'pool')} {'is' if pools == 1 else 'are'} well"


CALM = 5.0
"""Rank from which on a pool has no problem."""
