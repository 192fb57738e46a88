"""Runbooks by their ids: which there are, and the whole text of one."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sre_tui.settings import Settings


def runbook_text(settings: Settings, runbook: str) -> str | None:
    """The runbook as it is written; None if there is none of that id. Blocks while files are read.

    Args:
        settings: tell where the operator's own runbooks are.
        runbook: its id, as searches give it.
    """
    from index.sources import load
    from providers.text import clean
    from sre_tui.tools.runbook_index import sources

    for document in load(sources(settings)).documents:
        if PurePosixPath(clean(document.source)).stem == runbook:
            return clean(document.text)
    return None


def runbook_names(settings: Settings) -> list[tuple[str, str]]:
    """Ids and titles of all runbooks in the order of their ids. Blocks while files are read.

    Args:
        settings: tell where the operator's own runbooks are.
    """
    from index.sources import load
    from providers.text import one_line
    from sre_tui.tools.runbook_index import sources

    named = {
        PurePosixPath(one_line(document.source)).stem: one_line(document.title)
        for document in load(sources(settings)).documents
    }
    return sorted(named.items())
