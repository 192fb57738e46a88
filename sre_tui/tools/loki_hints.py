"""Why a LogQL query may have no result, found out with a few cheap questions."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from providers.errors import InvalidQuery
from providers.loki import LokiClient
from providers.loki.levels import at_least, normal_level
from providers.loki.selector import LabelMatcher, Selector, selectors, unquote
from providers.text import one_line
from sre_tui.nearest import nearest
from sre_tui.tools.rendering import stamp
from sre_tui.views.human import count

_LEVEL_WORD = re.compile(
    r"\|[=~]\s*[\"`](?:\(\?i\))?(critical|fatal|panic|error|err|warning|warn)[\"`]", re.IGNORECASE
)
LOOK_BACK = timedelta(days=7)
"""How far back a last line is looked for."""
SHOWN_VALUES = 8
CHECKED_MATCHERS = 3


async def why_all_empty(
    clients: Sequence[LokiClient], query: str, start: datetime, end: datetime, now: datetime
) -> tuple[str, ...]:
    """Reasons why a query found no lines in any instance, each told once."""
    found = await asyncio.gather(*(why_empty(client, query, start, end, now) for client in clients))
    return tuple(dict.fromkeys(hint for each in found for hint in each))


async def why_empty(
    client: LokiClient, query: str, start: datetime, end: datetime, now: datetime
) -> tuple[str, ...]:
    """Reasons why a query found no lines, for this very case; none if nothing was found out."""
    selector = next(selectors(query), None)
    if selector is None or not selector.matchers:
        return ()
    text = f"{{{', '.join(str(matcher) for matcher in selector.matchers)}}}"
    try:
        streams = await client.series([text], start, end)
        if streams.data:
            kept = f"{text} matches {count(len(streams.data), 'stream')} in this window"
            rest = f"{kept}, but no line passes the rest of the query"
            return (rest, *await _by_level(client, query, text, start, end))
        if streams.data is None:
            return ()
        earlier = await client.logs(text, end - LOOK_BACK, end, limit=1)
        if earlier.data is not None and earlier.data.entries:
            last = stamp(earlier.data.entries[0].at, now)
            return (f"{text} wrote nothing in this window; its last line before was at {last}",)
        return await _wrong_labels(client, selector, end)
    except InvalidQuery:
        return ()


async def _by_level(
    client: LokiClient, query: str, selector: str, start: datetime, end: datetime
) -> tuple[str, ...]:
    """Whether lines that were looked for by a word such as ``error`` are there by their level."""
    word = _LEVEL_WORD.search(query)
    if word is None:
        return ()
    level = normal_level(word.group(1))
    found = await client.logs(selector, start, end, limit=1, levels=at_least(level))
    if found.data is None or not found.data.entries:
        return ()
    line = one_line(found.data.entries[0].line, 120)
    return (f"there are lines of level {level} or worse that do not hold the word, as: {line}",)


async def _wrong_labels(client: LokiClient, selector: Selector, end: datetime) -> tuple[str, ...]:
    start = end - LOOK_BACK
    checked = [matcher for matcher in selector.matchers if not matcher.operator.startswith("!")][
        :CHECKED_MATCHERS
    ]
    answers = await asyncio.gather(
        *(client.label_values(matcher.name, start, end) for matcher in checked)
    )
    hints: list[str] = []
    for matcher, values in zip(checked, answers, strict=True):
        if values.data is None:
            continue
        if not values.data:
            hints.append(await _unknown_label(client, matcher, start, end))
        elif matcher.operator == "=" and unquote(matcher.quoted) not in values.data:
            hints.append(_unknown_value(matcher, values.data))
    if hints:
        return tuple(hint for hint in hints if hint)
    return ("each of these labels exists, but no stream has them together",)


async def _unknown_label(
    client: LokiClient, matcher: LabelMatcher, start: datetime, end: datetime
) -> str:
    names = await client.label_names(start, end)
    if names.data is None:
        return ""
    if not names.data:
        return "this Loki holds no logs of the last 7 days at all"
    return f"no stream has the label {matcher.name}; labels are {', '.join(names.data)}"


def _unknown_value(matcher: LabelMatcher, values: tuple[str, ...]) -> str:
    close = nearest(unquote(matcher.quoted), values, limit=SHOWN_VALUES)
    shown = [*close, *(value for value in values if value not in close)][:SHOWN_VALUES]
    more = f" and {len(values) - len(shown)} more" if len(values) > len(shown) else ""
    return f"no stream has {matcher}; {matcher.name} is one of {', '.join(shown)}{more}"
