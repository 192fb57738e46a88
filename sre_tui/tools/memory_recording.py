"""The tool that records an incident: the only one that writes, and only into the memory."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from providers.reading import SourceStatus, State
from sre_tui.memory.incident import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    Incident,
    check_is_past,
    checked,
)
from sre_tui.memory.place import SOURCE
from sre_tui.tools.arguments import NOW, Completes, ForPeople, Positional, Short, When, Words
from sre_tui.tools.context import ToolContext
from sre_tui.tools.memory_data import with_incidents
from sre_tui.tools.memory_incidents import incident_text
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool


def _render(answer: ToolResult[Incident], view: ModelView) -> str:
    return incident_text(answer.data, view)


def _listed(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


LongText = Annotated[str, Field(max_length=LONGEST_TEXT)]


@tool(
    "incidents record",
    render=_render,
    writes=True,
    examples=(
        'incidents record "Jellyfin buffers" --alert SmartDiskFailing --cause "sdc fails"',
        'incidents record "Power cut" --started 14:05 --ended 14:40 --services dns,immich --json',
    ),
)
async def memory_record_incident(
    context: ToolContext,
    title: Annotated[
        Words,
        Field(max_length=LONGEST_TITLE, description="What was wrong, in a line."),
        Positional("TITLE", words=True),
    ],
    description: Annotated[LongText, Field(description="What was seen."), Short("d")] = "",
    alert: Annotated[
        str,
        Field(max_length=LONGEST_TITLE, description="The alert that told of it."),
        Completes("alert"),
    ] = "",
    subject: Annotated[
        str,
        Field(max_length=LONGEST_TITLE, description="What it is about, such as nas1/tank."),
        Completes("host"),
    ] = "",
    services: Annotated[
        tuple[str, ...],
        BeforeValidator(_listed),
        Field(max_length=50, description="What it affects, with commas between."),
    ] = (),
    severity: Annotated[
        Literal["critical", "warning", "info"] | None, Field(description="How bad it is.")
    ] = None,
    cause: Annotated[LongText, Field(description="Why it happened.")] = "",
    resolution: Annotated[LongText, Field(description="What helped.")] = "",
    started: Annotated[When, Field(description="When it began.")] = NOW,
    ended: Annotated[When | None, Field(description="When it ended; open if left out.")] = None,
    session: Annotated[
        str,
        Field(max_length=LONGEST_TITLE, description="The conversation it came out of."),
        ForPeople(),
    ] = "",
) -> ToolResult[Incident]:
    """Record an incident in the journal: what was wrong, why, and what helped."""
    from sre_tui.memory.incidents import new_id

    now = context.clock()
    began = started.resolve(now)
    over = None if ended is None else ended.resolve(now)
    check_is_past(began, over, now)
    incident = checked(
        Incident(
            id=new_id(),
            title=title,
            description=description,
            alert=alert,
            subject=subject,
            services=services,
            severity=severity or "",
            cause=cause,
            resolution=resolution,
            started=began,
            ended=over,
            recorded=now,
            updated=now,
            session=session,
        )
    )
    await with_incidents(context, lambda each: each.add(incident))
    status = SourceStatus(source=SOURCE, state=State.OK, observed_at=now)
    return result(incident, [status], now=now)
