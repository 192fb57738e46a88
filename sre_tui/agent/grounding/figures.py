"""Figures in an answer that nothing supports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sre_tui.agent.events import Unsupported
from sre_tui.agent.grounding.ages import is_age, is_span_of_times
from sre_tui.agent.grounding.facts import Lookup, between, within
from sre_tui.agent.grounding.grounds import Grounds
from sre_tui.agent.grounding.markup import Prose
from sre_tui.agent.grounding.moments import time_spans
from sre_tui.agent.grounding.quantities import Quantity, quantities

_SMALL = 3
"""Counts up to here are let through without a unit: "one of 2 causes"."""

_VERSION = re.compile(
    r"\bv?\d+(?:\.\d+){2,}[\w.+-]*|\bv\d+(?:\.\d+)*\b"
    r"|\b(?:debian|ubuntu|proxmox(?: ve)?|pve|pbs|truenas(?: scale| core)?|python|postgres(?:ql)?"
    r"|redis"
    r"|mysql|mariadb|kernel|linux|windows|fedora|freebsd|prometheus|grafana|loki|docker|zfs|openzfs"
    r"|raid-?z?|http/?|tls|ssl|ipv|sata|usb|pcie|ddr|nvme|vlan|version|release|port|ports|vm|ct|lxc"
    r"|guest|vmid|uid|pid|gid|section|chapter|kapitel|rfc|cve)[\s#:-]*\d[\d.]*(?:-\d+)*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?\b|(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])",
    re.IGNORECASE,
)
_NAME_WITH_FIGURE = re.compile(r"\b(?=[\w.-]*[A-Za-z])(?=[\w.-]*\d)[A-Za-z_][\w-]*(?:[.:/][\w-]+)*")
_ABOUT = re.compile(
    r"(?:about|around|roughly|approximately|approx\.?|circa|ca\.?|~|≈|nearly|almost|close to|some"
    r"|etwa|ungefähr|rund|fast|knapp)\s*$",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"(?:over|more than|above|at least|exceed(?:s|ed|ing)?|beyond|greater than|>|≥|>=|über|mehr als"
    r"|mindestens)\s*$",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"(?:under|less than|below|at most|up to|within|fewer than|<|≤|<=|unter|weniger als|höchstens"
    r"|bis zu|innerhalb (?:von )?)\s*$",
    re.IGNORECASE,
)
_OF_BEFORE = re.compile(r"\d\s*(?:of|out of|/|von)\s*(?:the\s+|all\s+)?$")
_CUT = re.compile(r"[ \u00a0]?…")
"""Behind a figure that a shortened text ends in: "and 6 m…" tells no minutes."""
_OF = re.compile(r"\s*(?:of|out of|/|von)\s*(?:the\s+|all\s+)?\d")


def unsupported_figures(prose: Prose, grounds: Grounds) -> Iterator[Unsupported]:
    """Figures that are neither in the evidence nor follow from it."""
    masked = [
        *time_spans(prose),
        *(
            m.span()
            for p in (_VERSION, _ADDRESS, _NAME_WITH_FIGURE)
            for m in p.finditer(prose.text)
        ),
    ]
    text = prose.without(*masked)
    for figure in quantities(text):
        if prose.is_advice(figure.start) or _CUT.match(text, figure.end):
            continue
        if _is_let_through(figure, text):
            continue
        low, high = _bounds(figure, text[max(0, figure.start - 24) : figure.start])
        is_share = bool(_OF.match(text, figure.end) or _OF_BEFORE.search(text, 0, figure.start))
        known = grounds.lookup(prose.cited(figure.start))
        holds = is_age(figure, prose, known) if figure.dimension == "seconds" else None
        if holds is None:
            holds = figure.dimension == "seconds" and is_span_of_times(figure, prose, grounds.now)
            holds = holds or _is_supported(figure, low, high, known, is_exact=is_share)
        if not holds:
            shown = prose.text[figure.start : figure.end]
            yield Unsupported(text=shown, kind="figure", start=figure.start, end=figure.end)


def _is_let_through(figure: Quantity, text: str) -> bool:
    if figure.dimension != "plain" or figure.value == 0:
        return figure.value == 0
    is_share = _OF.match(text, figure.end) is not None
    return figure.shown <= _SMALL and figure.step >= 1 and not is_share


def _bounds(figure: Quantity, before: str) -> tuple[float, float]:
    """Factors of the value between which the truth must lie."""
    value = figure.value or 1.0
    half, whole = figure.step / 2 / value, figure.step / value
    slack = 0.03 if figure.dimension == "seconds" else 0.0
    low, high = 1 - half - slack, 1 + whole * 0.999 + slack
    if _ABOUT.search(before):
        low, high = min(low, 0.88), max(high, 1.12)
    if _OVER.search(before):
        high = max(high, 1.25)
    if _UNDER.search(before):
        low = min(low, 0.75)
    return low - 1e-9, high + 1e-9


def _is_supported(
    figure: Quantity, low: float, high: float, known: Lookup, *, is_exact: bool
) -> bool:
    match figure.dimension:
        case "plain":
            if is_exact:
                places = (known.numbers["plain"], known.raw, known.tokens)
                return any(_is_exact(figure.shown, numbers) for numbers in places)
            return _is_plain_supported(figure, low, high, known)
        case "bytes":
            return any(
                known.has("bytes", size * low, size * high)
                or within(known.raw, size * low, size * high)
                for size in figure.sizes
            )
        case "ratio":
            return _is_ratio_supported(figure, low, high, known)
        case "seconds":
            value = figure.value
            return (
                known.has("seconds", value * low, value * high)
                or within(known.raw, value * low, value * high)
                or (figure.unit == "ms" and _is_exact(figure.shown, known.raw))
                or known.has_span(value * low, value * high)
            )


def _is_plain_supported(figure: Quantity, low: float, high: float, known: Lookup) -> bool:
    value = figure.shown
    if figure.step >= 1 and high - low < 2 * figure.step / max(value, 1):
        # A count is exact; only what was no whole number may have been rounded to one.
        return any(
            one == value or not one.is_integer()
            for numbers in (known.numbers["plain"], known.raw)
            for one in between(numbers, value * low, value * high)
        )
    return any(
        within(numbers, value * low, value * high)
        for numbers in (known.numbers["plain"], known.raw, known.tokens)
    )


def _is_ratio_supported(figure: Quantity, low: float, high: float, known: Lookup) -> bool:
    value, left = figure.value, 1 - figure.value
    highest = min(value * high, max(1.0, value + figure.step))
    if known.has("ratio", value * low, highest) or _is_exact(figure.shown, known.raw):
        return True
    if known.has("ratio", left - figure.step / 2, left + figure.step / 2):
        return left > 0
    near = between(known.raw, value * low, highest)
    return any(not one.is_integer() or one == value for one in near)


def _is_exact(value: float, numbers: Sequence[float]) -> bool:
    return within(numbers, value - 1e-9, value + 1e-9)
