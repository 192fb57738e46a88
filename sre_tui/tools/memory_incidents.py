"""The tool that finds what was wrong before: incidents that were recorded."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from index.words import tokens
from providers.text import one_line
from sre_tui.memory.incident import Incident
from sre_tui.tools.arguments import Completes, ForPeople, Positional, Short, Window, Words
from sre_tui.tools.context import ToolContext
from sre_tui.tools.gist import with_first
from sre_tui.tools.incident_meaning import alike_in_meaning
from sre_tui.tools.memory_data import asked_incidents
from sre_tui.tools.notes import page_of, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.human import count, duration

if TYPE_CHECKING:
    from sre_tui.memory.incidents import Found, Wanted

_LOOKED_AT: Final = 1000
"""The latest incidents, among which those that are alike in meaning are looked for."""
_LATE: Final = "{} recorded or changed since the index was built: `sre index build` takes them in"
LONGEST_IN_ROW = 400
"""Characters of a cause or a resolution that a model needs to tell incidents apart."""


class IncidentMatches(Listing[Incident]):
    """Incidents: by how well the words match, else the latest first."""

    words: str = ""
    only_some_words: bool = False
    """Whether none has all the words, so that these have some of them, or their meaning."""

    def gist(self) -> str:
        """How many, and which come first."""
        return with_first(self.counted("incident"), (item.title for item in self.items))


def _render(answer: ToolResult[IncidentMatches], view: ModelView) -> str:
    data = answer.data
    about = f' for "{data.words}", best first' if data.words else ", latest first"
    page = page_of(
        answer, view, f"Recorded incidents{about}:", nothing="No such incident was recorded."
    )
    page.rows += [incident_text(item, view) for item in data.items]
    page.notes += [line for line in (truncation(data, "incidents"),) if line]
    return page.text()


def incident_text(incident: Incident, view: ModelView) -> str:
    """An incident as a model reads it: when, what about, why, what helped."""
    said = [f"- {incident.title} (incident id {incident.id})"]
    said += [incident.severity] if incident.severity else []
    said += [f"alert {incident.alert}"] if incident.alert else []
    said += [f"about {incident.subject}"] if incident.subject else []
    said += [f"affected {', '.join(incident.services)}"] if incident.services else []
    said.append(f"began {stamp(incident.started, view.now)}")
    lasted = incident.lasted
    said.append("still open" if lasted is None else f"lasted {duration(lasted)}")
    texts = (
        ("seen", incident.description),
        ("cause", incident.cause),
        ("helped", incident.helped),
        ("tried", incident.tried),
    )
    told = [f"  {name}: {one_line(text, LONGEST_IN_ROW)}" for name, text in texts if text]
    return "\n".join(["; ".join(said), *told])


@tool(
    "incidents search",
    render=_render,
    examples=(
        "incidents search jellyfin buffering",
        "incidents search --alert SmartDiskFailing --since 90d --json",
    ),
)
async def memory_search_incidents(
    context: ToolContext,
    words: Annotated[
        Words,
        Field(description="Words in its texts; all if none."),
        Positional("WORDS", words=True),
    ] = "",
    alert: Annotated[
        str | None, Field(description="Only those of this alert."), Completes("alert")
    ] = None,
    service: Annotated[str | None, Field(description="Only those that affected it.")] = None,
    subject: Annotated[
        str | None, Field(description="Only those about it, such as nas1/tank."), Completes("host")
    ] = None,
    since: Annotated[
        Window | None, Field(description="Only those of this last time, such as 30d."), Short("s")
    ] = None,
    state: Annotated[
        Literal["open", "closed"] | None, Field(description="Whether they go on.")
    ] = None,
    limit: Annotated[
        int, Field(ge=1, le=1000, description="Most incidents."), Short("n"), ForPeople()
    ] = 50,
) -> ToolResult[IncidentMatches]:
    """Find recorded incidents: what was wrong before, why, and what helped."""
    from sre_tui.memory.incidents import Wanted

    now = context.clock()
    wanted = Wanted(
        words=words,
        alert=alert or "",
        service=service or "",
        subject=subject or "",
        since=None if since is None else now - since,
        is_open=None if state is None else state == "open",
        limit=limit,
    )
    found, status, remarks = await asked_incidents(context, lambda each: each.find(wanted))
    if found is None:
        return result(IncidentMatches(words=words), [status], now=now)
    hints = list(remarks)
    if tokens(words) and (found.only_some_words or not found.total):
        found, told = await _by_meaning(context, wanted, found)
        hints += told
    data = IncidentMatches(
        items=found.items,
        truncated=found.total > len(found.items),
        total=found.total,
        hints=tuple(hints),
        words=one_line(words),
        only_some_words=found.only_some_words,
    )
    return result(data, [status], now=now)


async def _by_meaning(
    context: ToolContext, wanted: Wanted, found: Found
) -> tuple[Found, tuple[str, ...]]:
    """What is alike in meaning before what has some of the words, and what is to be told of it."""
    from index.errors import DocumentIndexError
    from sre_tui.memory.incidents import Found

    some = ("no incident has all of the words: these have some of them",) if found.total else ()
    every, _, _ = await asked_incidents(
        context, lambda each: each.find(replace(wanted, words="", limit=_LOOKED_AT))
    )
    if every is None or not every.total:
        return found, some
    try:
        names = await asyncio.to_thread(alike_in_meaning, context.index, wanted.words)
        built = (await asyncio.to_thread(context.index.manifest)).built_at
    except DocumentIndexError as error:
        return found, (*some, f"searched by words only: {error}; `sre index build` mends that")
    newer = sum(one.updated.timestamp() > built for one in every.items)
    late = (_LATE.format(count(newer, "incident")),) if newer else ()
    known = {one.id: one for one in every.items}
    alike = [known[name] for name in names if name in known]
    if not alike:
        return found, (*some, *late)
    items = list({one.id: one for one in (*alike, *found.items)}.values())
    told = "no incident has all of the words: the first are alike in meaning"
    whole = Found(tuple(items[: wanted.limit]), max(found.total, len(items)), only_some_words=True)
    return whole, (told, *late)
