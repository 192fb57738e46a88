"""The tool that finds what was wrong before: incidents that were recorded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from providers.text import one_line
from sre_tui.memory.incident import Incident
from sre_tui.tools.arguments import Completes, ForPeople, Positional, Short, Window, Words
from sre_tui.tools.context import ToolContext
from sre_tui.tools.gist import with_first
from sre_tui.tools.memory_data import asked_incidents
from sre_tui.tools.notes import page_of, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.human import duration

LONGEST_IN_ROW = 400
"""Characters of a cause or a resolution that a model needs to tell incidents apart."""


class IncidentMatches(Listing[Incident]):
    """Incidents: by how well the words match, else the latest first."""

    words: str = ""
    only_some_words: bool = False
    """Whether none has all the words, so that these have some of them."""

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
        ("helped", incident.resolution),
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
    if found.only_some_words:
        hints.append("no incident has all of the words: these have some of them")
    data = IncidentMatches(
        items=found.items,
        truncated=found.total > len(found.items),
        total=found.total,
        hints=tuple(hints),
        words=one_line(words),
        only_some_words=found.only_some_words,
    )
    return result(data, [status], now=now)
