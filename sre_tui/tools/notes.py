"""What a rendering says beside its rows: how far the sources can be trusted, hints, limits."""

from __future__ import annotations

from typing import Any

from providers.reading import State
from providers.series import Labels
from sre_tui.tools.rendering import ModelView, Page, stamp
from sre_tui.tools.result import Listing, ToolResult

NAME = "__name__"


def page_of(
    answer: ToolResult[Any], view: ModelView, *heading: str, nothing: str = "Nothing found."
) -> Page:
    """A page that says how its sources are, with the hints of a listing as notes.

    Without any data it has no heading and says only that, so that nobody reads it as an empty
    answer; ``nothing`` stands where there is an answer and it has no rows.
    """
    has_data = answer.state.has_data
    page = Page(
        view=view,
        heading=[line for line in heading if line and has_data],
        nothing=nothing if has_data else "There is no data.",
    )
    if answer.state is not State.OK:
        page.heading += [f"! {line}" for line in answer.warnings]
        if answer.state is State.STALE:
            page.heading.append(f"! what follows was true at {stamp(answer.observed_at, view.now)}")
    else:
        page.notes += [f"Warning: {line}" for line in answer.warnings]
    if isinstance(answer.data, Listing):
        page.notes += [f"Hint: {hint}" for hint in answer.data.hints]
    return page


def truncation(listing: Listing[Any], noun: str) -> str:
    """One line if there are more rows than the limit let through; else empty."""
    if not listing.truncated:
        return ""
    if listing.total is not None:
        return f"{listing.shown} of {listing.total} {noun} shown; a higher limit shows more"
    return f"only the first {listing.shown} {noun} are here; a higher limit shows more"


def sources_text(answer: ToolResult[Any]) -> str:
    """The sources that have data, by name."""
    names = [source.source for source in answer.sources if source.state.has_data]
    return ", ".join(names) or "nowhere"


def selector_text(labels: Labels, *, but: frozenset[str] = frozenset()) -> str:
    """A label set as PromQL writes it: ``node_load1{instance="media:9100"}``."""
    pairs = ", ".join(
        f'{name}="{value}"'
        for name, value in sorted(labels.items())
        if name != NAME and name not in but
    )
    name = labels.get(NAME, "") if NAME not in but else ""
    return f"{name}{{{pairs}}}" if pairs or not name else name
