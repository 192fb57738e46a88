"""The tools that show shares, snapshots and replication."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from providers.truenas import (
    ProtectionReport,
    Replication,
    Share,
    SnapshotGroup,
    SnapshotTask,
)
from sre_tui.tools.alert_sources import filter_text, filters_given
from sre_tui.tools.arguments import Completes, ForPeople, Positional, Short
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.tools.truenas_data import ShareListing, SnapshotListing
from sre_tui.tools.truenas_names import check_known, place
from sre_tui.views.human import count, duration, percent, size
from sre_tui.views.nas import share_access
from sre_tui.views.protection import replication_late, replication_state

Kind = Literal["nfs", "smb"]
SnapshotOrder = Literal["count", "used", "oldest", "newest", "dataset"]


def _render_shares(answer: ToolResult[ShareListing], view: ModelView) -> str:
    data = answer.data
    heading = f"Shares of {sources_text(answer)}{filter_text(data.filters)}: {data.total or 0}"
    page = page_of(answer, view, heading, nothing="No shares.")
    page.rows = [_share_text(share, place(answer, share.source)) for share in data.items]
    if data.sessions:
        clients = ", ".join(f"{each.user} from {each.client}" for each in data.sessions)
        page.notes.append(f"Connected over SMB: {clients}")
    elif data.sessions is None and answer.state.has_data:
        page.notes.append("Connected SMB clients: not reported by this version or key")
    if note := truncation(data, "shares"):
        page.notes.append(note)
    return page.text()


def _share_text(share: Share, where: str) -> str:
    parts = [f"{share.kind.upper()} {share.name}{where} -> {share.path}", share_access(share)]
    parts.append(f"for {', '.join(share.allowed)}" if share.allowed else "for everybody")
    if share.maps_to:
        parts.append(share.maps_to)
    if share.comment:
        parts.append(share.comment)
    return "; ".join(parts)


@tool(
    "nas shares",
    render=_render_shares,
    needs=("truenas",),
    examples=("nas shares", "nas shares media --kind nfs"),
)
async def truenas_list_shares(
    context: ToolContext,
    search: Annotated[
        str, Field(description="Part of name, path, client or comment."), Positional()
    ] = "",
    kind: Annotated[Kind | None, Field(description="Only this protocol.")] = None,
    limit: Annotated[
        int, Field(description="Most shares.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 100,
) -> ToolResult[ShareListing]:
    """NFS and SMB shares: path, who may use them, read-only, disabled or locked."""
    readings = await ask_all(context.truenas, lambda client: client.shares())
    reports = [reading.data for reading in readings if reading.data is not None]
    known = [share for report in reports for share in report.shares]
    found = [share for share in known if _share_fits(share, search.casefold(), kind)]
    found.sort(key=lambda share: (share.enabled and not share.locked, share.path, share.kind))
    lists = [report.sessions for report in reports if report.sessions is not None]
    data = ShareListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=(f"{count(len(known), 'share')} without these filters",) if known and not found
        else (),
        filters=filters_given(search=search, kind=kind),
        sessions=tuple(each for sessions in lists for each in sessions) if lists else None,
    )  # fmt: skip
    return result(data, readings, now=context.clock())


def _share_fits(share: Share, search: str, kind: str | None) -> bool:
    text = " ".join((share.name, share.path, share.comment, *share.allowed)).casefold()
    return kind in (None, share.kind) and all(word in text for word in search.split())


def _render_snapshots(answer: ToolResult[SnapshotListing], view: ModelView) -> str:
    data = answer.data
    heading = (
        f"Snapshots of {sources_text(answer)}{filter_text(data.filters)}: "
        f"{_how_many(data.snapshots, data.total or 0)}"
    )
    page = page_of(answer, view, heading, nothing=_nothing(data.snapshots))
    page.heading += [
        _replication_text(task, place(answer, task.source), view.now) for task in data.replications
    ]
    page.heading += [_task_text(task, place(answer, task.source), view.now) for task in data.tasks]
    page.rows = [_group_text(group, place(answer, group.source), view.now) for group in data.items]
    if note := truncation(data, "datasets"):
        page.notes.append(note)
    return page.text()


def _how_many(snapshots: int | None, datasets: int) -> str:
    if snapshots is None:
        return "how many is not reported"
    return f"{snapshots:,} of {count(datasets, 'dataset')}"


def _nothing(snapshots: int | None) -> str:
    return "The snapshots are not reported." if snapshots is None else "No snapshots."


def _group_text(group: SnapshotGroup, where: str, now: datetime) -> str:
    parts = [f"{group.dataset}{where}: {count(group.count, 'snapshot')}"]
    if group.count != group.automatic:
        parts.append(f"{group.count - group.automatic:,} not named by a task")
    if group.used is not None:
        parts.append(f"hold {size(group.used)} alone")
    if group.newest is not None:
        parts.append(f"newest {stamp(group.newest, now)}")
    if group.oldest is not None:
        parts.append(f"oldest {stamp(group.oldest, now)}")
    return ", ".join(parts)


def _task_text(task: SnapshotTask, where: str, now: datetime) -> str:
    parts = [f"Snapshot task {task.dataset}{where}" + (" and below" if task.recursive else "")]
    if not task.enabled:
        parts.append("disabled")
    if task.interval is not None:
        parts.append(f"every {duration(task.interval)}")
    elif task.schedule:
        parts.append(f"schedule {task.schedule}")
    if task.keep is not None:
        parts.append(f"kept {duration(task.keep)}")
    if task.state:
        parts.append(task.state + (f" {stamp(task.ran_at, now)}" if task.ran_at else ""))
    if task.error:
        parts.append(task.error)
    return ", ".join(parts)


def _replication_text(task: Replication, where: str, now: datetime) -> str:
    what = f"Replication {task.name}{where} ({', '.join(task.datasets)} -> {task.target})"
    parts = [f"{what} {replication_state(task, now)[0]}"]
    if task.ran_at is not None:
        parts.append(f"last run {stamp(task.ran_at, now)}")
    if task.progress is not None:
        parts.append(f"{percent(task.progress)} sent")
    if task.last_snapshot_at is not None:
        parts.append(f"the copy is of {stamp(task.last_snapshot_at, now)}")
    else:
        parts.append("age of the copy not reported")
    if task.error:
        parts.append(task.error)
    return "; ".join(parts)


@tool(
    "nas snapshots",
    render=_render_snapshots,
    needs=("truenas",),
    examples=("nas snapshots", "nas snapshots tank/media", "nas snapshots --pool tank --sort used"),
)
async def truenas_snapshots(
    context: ToolContext,
    dataset: Annotated[
        str,
        Field(description="Only this dataset and those below it."),
        Positional(),
        Completes("dataset"),
    ] = "",
    pool: Annotated[str | None, Field(description="Only this pool."), Completes("pool")] = None,
    sort: Annotated[SnapshotOrder, Field(description="Most, largest or oldest first.")] = "count",
    limit: Annotated[
        int, Field(description="Most datasets.", ge=1, le=5000), Short("n"), ForPeople()
    ] = 100,
) -> ToolResult[SnapshotListing]:
    """Snapshots by dataset with age and space, snapshot tasks, and how current replication is."""
    readings = await ask_all(context.truenas, lambda client: client.protection())
    reports = [reading.data for reading in readings if reading.data is not None]
    known = [group for report in reports for group in report.groups or ()]
    check_known("pool", pool or "", [group.pool for group in known], readings)
    check_known("dataset with snapshots", dataset.rstrip("/"), _paths(known), readings)
    found = [group for group in known if _group_fits(group, dataset.rstrip("/"), pool)]
    found.sort(key=lambda group: _order(group, sort))
    copies = tuple(
        task
        for report in reports
        for task in report.replications or ()
        if _concerns([*task.datasets, task.target], dataset.rstrip("/"), pool)
    )
    data = SnapshotListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=_hints(reports),
        filters=filters_given(dataset=dataset, pool=pool),
        snapshots=sum(group.count for group in found)
        if any(report.groups is not None for report in reports)
        else None,
        tasks=tuple(
            task
            for report in reports
            for task in report.tasks or ()
            if _concerns([task.dataset], dataset.rstrip("/"), pool)
        ),
        replications=copies,
        late=tuple(task.key for task in copies if replication_late(task, context.clock())),
    )
    return result(data, readings, now=context.clock())


def _hints(reports: list[ProtectionReport]) -> tuple[str, ...]:
    if not reports or any(report.groups or report.tasks is None for report in reports):
        return ()
    if any(report.tasks for report in reports):
        return ()
    return ("no periodic snapshot task is set up (Data Protection > Periodic Snapshot Tasks)",)


def _concerns(datasets: list[str], asked: str, pool: str | None) -> bool:
    """Whether a task has to do with what was asked for: it is in it, or holds it."""
    return any(
        pool in (None, each.partition("/")[0])
        and (not asked or f"{each}/".startswith(f"{asked}/") or f"{asked}/".startswith(f"{each}/"))
        for each in datasets
    )


def _paths(groups: list[SnapshotGroup]) -> set[str]:
    found: set[str] = set()
    for group in groups:
        parts = group.dataset.split("/")
        found.update("/".join(parts[:end]) for end in range(1, len(parts) + 1))
    return found


def _group_fits(group: SnapshotGroup, dataset: str, pool: str | None) -> bool:
    inside = not dataset or group.dataset == dataset or group.dataset.startswith(f"{dataset}/")
    return inside and pool in (None, group.pool)


def _order(group: SnapshotGroup, sort: SnapshotOrder) -> tuple[float, str]:
    never = float("inf")
    keys = {
        "count": -float(group.count),
        "used": -float(group.used or 0),
        "oldest": group.oldest.timestamp() if group.oldest else never,
        "newest": -group.newest.timestamp() if group.newest else never,
        "dataset": 0.0,
    }
    return keys[sort], group.dataset
