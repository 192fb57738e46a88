"""Patterns of log lines as rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from rich.text import Text

from providers.loki import LogPattern
from providers.loki.patterns import WILD
from providers.text import one_line
from sre_tui.screens.page_text import headline, pairs
from sre_tui.screens.rows.kind import Known, Origin, RowKind, of
from sre_tui.screens.subject_queries import LogsOf
from sre_tui.views.human import count, percent
from sre_tui.views.logs import LOG_PATTERNS as VIEW
from sre_tui.views.severity import level_tone
from widgets.cell import Display
from widgets.text import plain_lines

FEED: Final = "loki_patterns"
_VIEW: Final = {column.key: column for column in VIEW.columns}
_SPECIAL: Final = re.compile(r"[][{}()*+?.^$|\\\"`]")
_LONGEST: Final = 300
"""Characters of a template that its lines are looked for by."""


@dataclass(frozen=True)
class PatternRow:
    """A pattern with the query whose lines it was made from, and how far back those go."""

    pattern: LogPattern
    query: str
    window: timedelta

    @property
    def name(self) -> str:
        """The template on one line."""
        return one_line(self.pattern.pattern, 120) or "(empty line)"


def lines_like(pattern: str, query: str) -> str:
    """A query for the lines of a template: all its words, in their order.

    A template is made from what a line says, without the wrapping of JSON or logfmt, so it is
    looked for anywhere in the line.
    """
    words = pattern[:_LONGEST].split()
    if len(pattern) > _LONGEST:
        words = words[:-1]
    known = [
        r"\s+".join(_SPECIAL.sub(_literal, word) for word in part.split())
        for part in " ".join(words).split(WILD)
    ]
    expression = ".*".join(part for part in known if part)
    # A backtick ends what it began; nothing else has to be escaped twice.
    return f"{query} |~ `{expression}`" if expression else query


def _literal(found: re.Match[str]) -> str:
    # Inside of JSON quotes are written with a backslash.
    return {'"': '\\\\?"', "`": "."}.get(found[0], f"\\{found[0]}")


def _rows(known: Known) -> Sequence[PatternRow]:
    data = known.get(FEED)
    if data is None:
        return ()
    return [PatternRow(each, data.query, data.end - data.start) for each in data.items]


def _summary(rows: Sequence[PatternRow]) -> str:
    return f"of {count(sum(row.pattern.count for row in rows), 'line')}"


def _explain(row: PatternRow) -> str:
    who = ", ".join(one_line(each, 60) for each in row.pattern.services)
    of_whom = f" of {who}" if who else ""
    return f"what do log lines{of_whom} like this mean: {one_line(row.pattern.example, 200)}"


def _changes(row: PatternRow, now: datetime) -> str:
    return f"what changed around {row.pattern.first:%Y-%m-%d %H:%M} UTC?"


def _origin(row: PatternRow) -> Origin:
    host = row.pattern.hosts[0] if len(row.pattern.hosts) == 1 else ""
    return Origin(one_line(row.pattern.example, 120), one_line(host, 60), row.pattern.first)


def _page(row: PatternRow, display: Display) -> Text:
    pattern = row.pattern
    page = headline(level_tone(pattern.level), pattern.level, pattern.pattern)
    page.append("\n")
    known = {
        key: _VIEW[key].cell(pattern, display) for key in ("services", "hosts", "first", "last")
    }
    pairs(page, {"lines": f"{pattern.count} ({percent(pattern.share)})", **known})
    page.append(f"\n{plain_lines(pattern.example)}\n")
    return page


def _copied(row: PatternRow, now: datetime) -> str:
    pattern = row.pattern
    return plain_lines(f"{pattern.count} {pattern.level} {pattern.pattern}\n{pattern.example}")


def _logs(row: PatternRow) -> LogsOf:
    query = lines_like(row.pattern.pattern, row.query)
    return LogsOf(row.name, query=query, window=row.window)


def _pattern(row: PatternRow) -> LogPattern:
    return row.pattern


KIND: Final = RowKind(
    noun="pattern",
    columns=(
        of(_VIEW["count"], _pattern),
        of(replace(_VIEW["share"], priority=1), _pattern),
        of(replace(_VIEW["level"], priority=0), _pattern),
        of(_VIEW["pattern"], _pattern),
        of(replace(_VIEW["last"], priority=2), _pattern),
        of(replace(_VIEW["services"], priority=3), _pattern),
        of(replace(_VIEW["hosts"], priority=4), _pattern),
        of(replace(_VIEW["first"], priority=5), _pattern),
    ),
    rows=_rows,
    key=lambda row: row.pattern.key,
    name=lambda row: row.name,
    summary=_summary,
    explain=_explain,
    changes=_changes,
    origin=_origin,
    page=_page,
    copied=_copied,
    tabs=lambda row: (),
    logs=_logs,
)
