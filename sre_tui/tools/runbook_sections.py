"""Whole sections of documents, where a search brings only the passage that matched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from index.documents import Document
from index.sources import Source, load, stamp
from sre_tui.settings import Settings
from sre_tui.tools.runbook_index import sources

_HEADING = re.compile(r"^(?P<level>#{1,6})\s+(?P<title>.+?)\s*#*\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")


def whole_sections(settings: Settings, wanted: Iterable[str], section: str) -> dict[str, str]:
    """That section of each wanted document that has it, by the document's source."""
    chosen = set(wanted)
    folders = tuple(sources(settings))
    return {
        document.source: text
        for document in _documents(folders, stamp(folders))
        if document.source in chosen and (text := section_of(document.text, section))
    }


@lru_cache(maxsize=1)
def _documents(
    folders: tuple[Source, ...], stamp: tuple[tuple[object, ...], ...]
) -> tuple[Document, ...]:
    return load(folders).documents


def section_of(text: str, section: str) -> str:
    """What stands under the first heading with that word, down to the next of its level."""
    taken: list[str] = []
    level = 0
    in_code = False
    for line in text.splitlines():
        if _FENCE.match(line):
            in_code = not in_code
        heading = None if in_code else _HEADING.match(line)
        if heading is not None and level and len(heading["level"]) <= level:
            break
        if level:
            taken.append(line)
        elif heading is not None and section.casefold() in heading["title"].casefold().split():
            level = len(heading["level"])
    return "\n".join(taken).strip()
