"""The tool that lists backup jobs: when, where to, whom they take and whom they leave out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import Field

from providers.collector import uncollected
from providers.proxmox import TaskQuery
from providers.reading import joint_state
from sre_tui.diagnosis.coverage.jobs import BackupJobState, jobs_of
from sre_tui.diagnosis.coverage.reading import gather
from sre_tui.nearest import no_such
from sre_tui.tools.alert_sources import filter_text, filters_given
from sre_tui.tools.arguments import ForPeople, Positional, Short
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.proxmox_find import led_by
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.tool import ArgumentError, tool
from sre_tui.views.backup_jobs import keep_text, omissions, state_word, takes_text
from sre_tui.views.human import count

_LOOK_BACK: Final = timedelta(days=35)
"""How far back the last run of a monthly job may lie."""


class JobListing(Listing[BackupJobState]):
    """Backup jobs, those that need attention first."""

    filters: dict[str, str] = Field(default_factory=dict)

    def gist(self) -> str:
        """How many there are, and which need attention."""
        bad = [f"{job.id} ({state_word(job)})" for job in self.items
               if job.state not in ("ok", "running", "pending")]  # fmt: skip
        told = f": {', '.join(bad)}" if bad else ", all in order"
        return f"{count(len(self.items), 'backup job')}{told if self.items else ''}"


def _render(answer: ToolResult[JobListing], view: ModelView) -> str:
    data = answer.data
    heading = f"{count(len(data.items), 'backup job')} from {sources_text(answer)}"
    page = page_of(answer, view, heading + filter_text(data.filters), nothing="No backup jobs.")
    page.rows += [_text(job, view.now) for job in data.items]
    if note := truncation(data, "jobs"):
        page.notes.append(note)
    return page.text()


def _text(job: BackupJobState, now: datetime) -> str:
    parts = [f"job {job.id} ({job.schedule or 'by hand'} to {job.storage}): {state_word(job)}"]
    parts += [job.reason] if job.reason else []
    if job.last is not None and job.last.began is not None:
        ended = f", ended {stamp(job.last.ended, now)}" if job.last.ended else ""
        parts.append(f"last run {stamp(job.last.began, now)}{ended}")
    elif job.last is not None:
        parts.append(f"was due {stamp(job.last.due, now)}")
    if job.next_run is not None:
        parts.append(f"next {stamp(job.next_run, now)}")
    parts.append(f"takes {takes_text(job)}")
    if parts_left := list(omissions(job)):
        parts.append(f"leaves out {'; '.join(parts_left)}")
    if job.place:
        parts.append(f"into {job.place}")
    parts.append(f"mode {job.mode or 'snapshot'}, keeps {keep_text(job) or 'as the storage says'}")
    if job.comment:
        parts.append(f'note "{job.comment}"')
    return "; ".join(parts)


@tool(
    "backups jobs",
    render=_render,
    needs=("proxmox",),
    breadth="overview",
    examples=("backups jobs", "backups jobs --problems"),
)
async def backup_jobs(
    context: ToolContext,
    job: Annotated[
        str, Field(description="Only jobs whose id or note has this."), Positional()
    ] = "",
    problems: Annotated[
        bool, Field(description="Only failed, late, empty and disabled ones.")
    ] = False,
    limit: Annotated[
        int, Field(description="Most jobs.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 100,
) -> ToolResult[JobListing]:
    """List backup jobs: schedule, last and next run, target, guests they take and leave out."""
    now = context.clock()
    query = TaskQuery(since=now - _LOOK_BACK, kind="vzdump")
    gathered, tasks = await asyncio.gather(
        gather(context), ask_all(context.proxmox, lambda client: client.tasks(query))
    )
    with uncollected():
        every = jobs_of(
            gathered.evidence,
            {each.source: each.data.tasks for each in tasks if each.data is not None},
            gathered.places,
        )
    asked = job.strip().casefold()
    chosen = [one for one in every if asked in one.id.casefold() or asked in one.comment.casefold()]
    if every and not chosen:
        raise ArgumentError(no_such("backup job", job, [one.id for one in every]))
    found = [one for one in chosen if not problems or one.state not in ("ok", "running", "pending")]
    data = JobListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        filters=filters_given(job=job, problems="yes" if problems else None),
        hints=tuple(_hints(every, found)),
    )
    answer = result(data, led_by(gathered.jobs, [*gathered.readings, *tasks]), now=now)
    # What the backup servers hold says nothing of jobs.
    told = joint_state([reading.state for reading in gathered.jobs])
    return answer if told.has_data else answer.model_copy(update={"state": told})


def _hints(every: Sequence[BackupJobState], found: Sequence[BackupJobState]) -> Iterator[str]:
    if every and not found:
        yield f"{count(len(every), 'job')} without these filters, none with a problem"
    alone = dict.fromkeys(label for one in found for label in one.unprotected)
    if len(found) == len(every) and alone:
        yield f"no enabled job takes {', '.join(alone)}"
