"""Sentences the answers have in common: times, lists, citations, what was not checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from providers.clock import age_in_words
from providers.text import one_line

SIGNATURE: Final = "_Built-in analyst: rules and thresholds over the evidence, no language model._"
_MARKED = re.compile(r"\S*(?:[\\*_\[\]<>|]|~~)\S*")
_HALF = re.compile(r"(?:(?<![\w.-])\d[\d.,:]*[\s\u00a0][a-zA-Zµ°]{0,7}|[\d.,:]+)…$")
_AGED = re.compile(r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d) UTC \([^()]* ago\)")
_EDGES = ".,:;!?'\""


def plain(text: str, limit: int = 180) -> str:
    """Text from a backend on one line; words that Markdown would read as markup become code."""
    return _MARKED.sub(_as_code, _cut(text, limit).replace("`", "'"))


def _cut(text: str, limit: int) -> str:
    """The text on one line, without the half of a figure that its end would leave.

    Of "6 more" the half would be minutes.
    """
    line = one_line(text, limit)
    return _HALF.sub("…", line) if line.endswith("…") else line


def _as_code(match: re.Match[str]) -> str:
    word = match.group()
    bare = word.strip(_EDGES)
    if bare.count('"') % 2:
        # A matcher such as name=~"a.*?" ends by its own quotes.
        bare = word.rstrip(".,:;")
    if bare.startswith("("):
        bare = bare.removeprefix("(").removesuffix(")")
    elif "(" not in bare:
        bare = bare.removesuffix(")")
    return word.replace(bare, f"`{bare}`", 1) if bare else word


def code(text: str, limit: int = 180) -> str:
    """Text from a backend as inline code."""
    line = _cut(text, limit).replace("`", "'")
    return f"`{line}`" if line else ""


def clock_time(at: datetime, now: datetime) -> str:
    """``14:02 UTC``, with the date if that is not today."""
    utc = at.astimezone(UTC)
    return (
        f"{utc:%H:%M} UTC"
        if utc.date() == now.astimezone(UTC).date()
        else f"{utc:%Y-%m-%d %H:%M} UTC"
    )


def both_ends(start: datetime, end: datetime, now: datetime) -> tuple[str, str]:
    """Both ends of a span as :func:`clock_time`, with a date at both if one of them needs it."""
    days = {at.astimezone(UTC).date() for at in (start, end, now)}
    if len(days) == 1:
        return clock_time(start, now), clock_time(end, now)
    return (
        f"{start.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        f"{end.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
    )


def since(
    at: datetime | None, now: datetime, *, open_start: bool = False, age: bool = False
) -> str:
    """``since 14:02 UTC``, with ``age`` also how long ago; empty if the time is not known."""
    if at is None:
        return ""
    if open_start:
        return f"since before {clock_time(at, now)}"
    # The age is that of the minute shown, or the two would differ by one.
    seconds = (now - at.replace(second=0, microsecond=0)).total_seconds()
    ago = f" ({age_in_words(seconds)} ago)" if age and seconds >= 60 else ""
    return f"since {clock_time(at, now)}{ago}"


def within(start: datetime, end: datetime, now: datetime) -> str:
    """``since 14:02 UTC`` of a time that goes on, else ``from 14:02 UTC to 15:02 UTC``."""
    if end >= now:
        return f"since {clock_time(start, now)}"
    return "from {} to {}".format(*both_ends(start, end, now))


def with_ages(text: str, now: datetime) -> str:
    """A text in which every age beside its time is counted anew, up to this moment."""

    def counted(match: re.Match[str]) -> str:
        at = datetime.strptime(match["at"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        return f"{match['at']} UTC ({age_in_words((now - at).total_seconds())} ago)"

    return _AGED.sub(counted, text)


def cited(ids: Iterable[str]) -> str:
    """``[E3][E5]`` with a space before it; empty without ids."""
    known = dict.fromkeys(one for one in ids if one)
    return " " + "".join(f"[{one}]" for one in known) if known else ""


def names(items: Sequence[str], limit: int = 6) -> str:
    """``a, b and c``, or ``a, b, c and more``."""
    chosen = list(dict.fromkeys(items))
    if len(chosen) > limit:
        return f"{', '.join(chosen[:limit])} and more"
    if len(chosen) < 2:
        return "".join(chosen)
    return f"{', '.join(chosen[:-1])} and {chosen[-1]}"


def close_to(near: Sequence[str], cite: str = "") -> str:
    """Which names come near one that nothing has, as a sentence; empty if none does."""
    return f"Close to it: {names([plain(one, 60) for one in near])}.{cite}" if near else ""


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]
