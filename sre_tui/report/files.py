"""Reports as files: a page of text, Markdown, HTML or JSON, as the ending of the name says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from index.atomic import replace_file
from sre_tui.complaint import Complaint, why

if TYPE_CHECKING:
    from sre_tui.memory.report import Report


class Format(StrEnum):
    """What a report is written as."""

    PAGE = "page"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


ENDINGS: Final[Mapping[str, Format]] = {
    ".html": Format.HTML, ".htm": Format.HTML, ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN, ".json": Format.JSON, ".txt": Format.PAGE,
}  # fmt: skip
"""What the ending of a name says."""


class NotWritten(Complaint):
    """A file could not be written; one that was there before is as it was."""

    code = "not_writable"


def format_of(path: Path) -> Format | None:
    """What the ending of a name asks for; None if it means nothing."""
    return ENDINGS.get(path.suffix.lower())


def report_in(
    form: Format, report: Report, *, utc: bool = False, document: dict[str, Any] | None = None
) -> str:
    """The whole text of a file with a report.

    Args:
        form: as what.
        report: what is written.
        utc: whether its times are in UTC instead of its own zone.
        document: what JSON has instead of the report alone.
    """
    match form:
        case Format.JSON:
            found = document or {"schema_version": 1, "data": report.model_dump(mode="json")}
            return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
        case Format.MARKDOWN:
            from sre_tui.report.markdown import markdown_of

            return markdown_of(report, utc=utc or None)
        case Format.HTML:
            from sre_tui.report.html import html_of

            return html_of(report, utc=utc or None).text
        case Format.PAGE:
            from sre_tui.views.report_text import text_of

            return text_of(report, utc=utc or None)


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        NotWritten: if it cannot be.
    """
    try:
        with replace_file(path.absolute()) as draft:
            draft.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {why(error)}") from error
