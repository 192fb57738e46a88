"""The tool that finds what to do: runbooks, the operator's documents, Ansible."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from index.documents import DocumentKind
from index.results import Hit
from providers.reading import SourceStatus, State
from providers.text import clean, one_line
from sre_tui.settings import Settings
from sre_tui.tools.arguments import Completes, ForPeople, Positional, Short
from sre_tui.tools.context import ToolContext
from sre_tui.tools.gist import with_first
from sre_tui.tools.rendering import ModelView, Page
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.runbook_sections import whole_sections
from sre_tui.tools.tool import tool

PASSAGE_CHARACTERS = 1600
"""As much of a passage as a model needs to act on it."""


_WHAT_TO_DO: Final = ("runbook", "docs", "ansible", "report")
"""What is searched if nothing is said: what happened once is no advice."""


class RunbookPassage(BaseModel):
    """A section of a document that answers the query."""

    model_config = ConfigDict(frozen=True)

    id: str
    """The document's name, for ``sre runbooks show``."""
    kind: DocumentKind
    title: str
    heading: str
    """Headings above the passage, the outermost first, joined by `` > ``."""
    source: str
    score: float
    """0..1; comparable only within one answer."""
    matched_by: tuple[str, ...]
    passage: str


class RunbookMatches(Listing[RunbookPassage]):
    """Passages, the best first."""

    query: str
    mode: Literal["hybrid", "text"]
    """``text`` if only words were searched because the index cannot be used."""

    def gist(self) -> str:
        """How many passages, and where the best ones are."""
        places = dict.fromkeys(f"{item.id} > {item.heading}" for item in self.items)
        return with_first(self.counted("passage"), places)


def _render(answer: ToolResult[RunbookMatches], view: ModelView) -> str:
    data = answer.data
    page = Page(view, heading=[f'Runbook passages for "{data.query}", best first:'])
    page.nothing = "No document mentions any of this."
    for number, item in enumerate(data.items, start=1):
        where = f"{item.title} > {item.heading}" if item.heading else item.title
        page.rows.append(
            f"{number}. {where} (runbook id {item.id})\n{item.passage[:PASSAGE_CHARACTERS]}"
        )
    page.notes += list(answer.warnings)
    return page.text()


def _with_sections(settings: Settings, hits: Sequence[Hit], section: str) -> tuple[Hit, ...]:
    """One hit for each document, holding the wanted section where the document has it."""
    best = {hit.source: hit for hit in reversed(hits)}
    whole = whole_sections(settings, best, section)
    return tuple(
        best[source].model_copy(
            update={"passage": whole[source], "heading_path": (section.capitalize(),)}
        )
        if source in whole
        else best[source]
        for source in dict.fromkeys(hit.source for hit in hits)
    )


@tool(
    "runbooks search",
    render=_render,
    breadth="anything",
    examples=(
        'runbooks search "replace a failed disk"',
        "runbooks search HostOutOfMemory --json",
    ),
)
async def runbook_search(
    context: ToolContext,
    query: Annotated[
        str,
        Field(min_length=1, description="Question, symptom, alert name or error text."),
        Positional(),
        Completes("alert"),
    ],
    limit: Annotated[
        int, Field(ge=1, le=20, description="Most passages."), Short("n"), ForPeople()
    ] = 4,
    section: Annotated[
        str, Field(max_length=40, description="Give this section whole, such as fix.")
    ] = "",
    kind: Annotated[
        DocumentKind | None,
        Field(description="Only these documents; incidents and reports are found only so."),
        Short("k"),
        ForPeople(),
    ] = None,
) -> ToolResult[RunbookMatches]:
    """Find runbook sections: symptoms, checks, causes, fixes for an alert or problem."""
    kinds = _WHAT_TO_DO if kind is None else (kind,)
    found = await asyncio.to_thread(context.index.search, query, limit=limit, kinds=kinds)
    hits = found.hits
    if section.strip():
        hits = await asyncio.to_thread(_with_sections, context.settings, hits, section.strip())
    now = context.clock()
    status = SourceStatus(
        source="index:runbooks",
        state=State.PARTIAL if found.degraded else State.OK,
        observed_at=now,
        detail=clean(found.degraded or ""),
    )
    items = tuple(
        RunbookPassage(
            id=PurePosixPath(clean(hit.source)).stem,
            kind=hit.kind,
            title=one_line(hit.title),
            heading=" > ".join(one_line(heading) for heading in hit.heading_path),
            source=clean(hit.source),
            score=round(hit.score, 4),
            matched_by=hit.matched_by,
            passage=clean(hit.passage),
        )
        for hit in hits
    )
    return result(RunbookMatches(items=items, query=query, mode=found.mode), [status], now=now)
