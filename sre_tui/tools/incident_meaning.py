"""Recorded incidents as documents of the index, and those that mean what somebody looks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from index.documents import Document
from providers.text import one_line
from sre_tui.memory.incident import Incident
from sre_tui.tools.context import ToolContext
from sre_tui.tools.journal import all_recorded

if TYPE_CHECKING:
    from index.search import Index

_PLACE: Final = "incident/"
"""What the ids of incidents stand behind in the index."""
_LIKENESS: Final = 0.33
"""Cosine from which on an incident is told as alike: measured, what had nothing to do with any of
nine reached 0.31, and all but one of what was meant 0.34."""
_LONGEST_SAYING: Final = 200


async def incident_documents(context: ToolContext) -> tuple[tuple[Document, ...], str]:
    """Every incident as a document, and why the journal could not be read."""
    incidents, trouble = await all_recorded(context)
    return tuple(_documents(incidents)), trouble


def alike_in_meaning(index: Index, words: str) -> tuple[str, ...]:
    """Ids of the incidents of the index that mean something like it, the best first.

    Raises:
        DocumentIndexError: if the index cannot be used.
    """
    _, by_meaning = index.halves(words)
    best: dict[str, float] = {}
    for match in by_meaning:
        if match.source.startswith(_PLACE) and match.score >= _LIKENESS:
            name = match.source.removeprefix(_PLACE)
            best[name] = max(best.get(name, 0.0), match.score)
    return tuple(sorted(best, key=lambda name: (-best[name], name)))


def _documents(incidents: Iterable[Incident]) -> Iterable[Document]:
    for one in incidents:
        about = ", ".join(filter(None, (one.subject, *one.services)))
        parts = (
            ("About", about),
            ("What was seen", one.description),
            ("Cause", one.cause),
            ("What helped", one.helped),
            ("What was tried", one.tried),
        )
        told = [f"## {heading}\n\n{text}" for heading, text in parts if text]
        yield Document(
            source=f"{_PLACE}{one.id}",
            kind="incident",
            title=one.title,
            text="\n\n".join([f"# {one.title}", *told]),
            alerts=(one.alert,) if one.alert else (),
            sayings=(one_line(one.cause, _LONGEST_SAYING),) if one.cause else (),
        )
