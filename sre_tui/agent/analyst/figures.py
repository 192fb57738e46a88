"""Asks tools for figures and reads their answers as rows: which thing, where, how much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from providers.clock import age_in_words
from providers.proxmox import Guest
from providers.series import Sample, Series
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.entities import EntityKind, mentioned
from sre_tui.agent.analyst.guest_kinds import kind_of
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.narrowing import narrowed
from sre_tui.agent.analyst.quantities import (
    INSTANT,
    Figure,
    Quantity,
    field_of,
    without_matchers,
)
from sre_tui.agent.analyst.question import Intent
from sre_tui.agent.analyst.wording import clock_time, plain
from sre_tui.tools.arguments import format_window
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.tools.result import Listing
from sre_tui.views.human import count, percent
from sre_tui.views.units import TIMESTAMP, with_unit

MOST: Final = 1000
_STEPS: Final = 60
_YEAR: Final = 365
_NO_GUESTS: Final = frozenset(
    {"container", "service", "node", "storage", "datastore", "disk", "ups", "site"}
)
"""Kinds of things that are no guests and lie on none that a word for a kind could mean."""
COUNTED: Final = frozenset({"log_errors", "log_lines"})
"""Quantities that are counted over an hour, or over the window of the question."""


@dataclass(frozen=True)
class Row:
    """One figure of one thing.

    Attributes:
        name: the thing.
        host: the machine it is on; empty if it is a machine itself or that is not told.
        value: the figure in the quantity's unit.
        whole: the size of the whole in the same unit; None without one.
        cite: citation with a space before it.
    """

    quantity: Quantity
    figure: Figure
    name: str
    host: str
    value: float
    whole: float | None
    cite: str

    @property
    def who(self) -> str:
        """The thing and its machine in words."""
        here = f" on {plain(self.host, 60)}" if self.host and self.host != self.name else ""
        lead = "datastore " if self.figure.thing == "datastore" else ""
        return f"{lead}{plain(self.name, 80)}{here}"

    @property
    def shown(self) -> str:
        """The figure for reading."""
        return with_unit(self.value, self.quantity.unit or None)

    @property
    def share(self) -> float | None:
        """The figure as a part of the whole."""
        return self.value / self.whole if self.whole else None

    @property
    def order(self) -> float:
        """What it is ranked by."""
        share = self.share
        if self.quantity.order == "rest_share":
            return 1 - share if share is not None else 0.0
        return self.value

    def sentence(self, now: datetime) -> str:
        """What is said of the thing, without its name."""
        if self.quantity.absent and self.whole == 0:
            return self.quantity.absent
        return (self.figure.amount or self.quantity.amount).format_map(self._words(now))

    def _words(self, now: datetime) -> dict[str, str]:
        left = with_unit(abs(self.value), self.quantity.unit or None)
        words = {
            "value": self.shown, "of_whole": "",
            "expires": f"expires in {left}" if self.value >= 0 else f"expired {left} ago",
        }  # fmt: skip
        if self.whole and self.share is not None:
            unit = self.quantity.unit or None
            words |= {
                "whole": with_unit(self.whole, unit), "share": percent(self.share),
                "rest": with_unit(self.whole - self.value, unit),
                "rest_share": percent(1 - self.share),
                "of_whole": f" of {with_unit(self.whole, unit)} ({percent(self.share)})",
                "until": _far(self.whole / self.value) if self.value > 0 else "never",
            }  # fmt: skip
        if self.quantity.unit == TIMESTAMP:
            at = datetime.fromtimestamp(self.value, UTC)
            words |= {
                "at": clock_time(at, now),
                "age": age_in_words((now - at).total_seconds()),
            }
        return _Lenient(words)


def _far(days: float) -> str:
    """A time to come in words; what is years away is not told to the hour."""
    if days > _YEAR:
        return f"more than {count(int(days // _YEAR), 'year')}"
    return age_in_words(days * 86400)


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "an unknown amount"


async def measure(
    look: Look, quantity: Quantity, figures: Iterable[Figure], *, over_window: bool = False
) -> list[Row]:
    """The rows of these figures, in their order.

    Args:
        look: the question being answered; what it names narrows the figures down.
        quantity: what is measured.
        figures: where it is found.
        over_window: the highest value within the question's window instead of that of now.
    """
    offered = [figure for figure in figures if look.caller.offers(figure.tool)]
    # Only metrics remember the past.
    left = [one for one in offered if not (over_window and one.value)]
    rows: dict[int, list[Row]] = {}
    known: set[str] = set()
    while left:
        chosen = [one for at, one in enumerate(left)
                  if one.thing not in {other.thing for other in left[:at]}]  # fmt: skip
        for figure, (brought, found) in await _measured(look, quantity, chosen, over_window):
            rows[id(figure)] = found
            if brought and (found or not figure.value):
                known.add(figure.thing)
        left = [one for one in left if one not in chosen and one.thing not in known]
    return [row for one in offered for row in rows.get(id(one), ())]


async def _measured(
    look: Look, quantity: Quantity, chosen: Sequence[Figure], over_window: bool
) -> list[tuple[Figure, tuple[bool, list[Row]]]]:
    """Rows by figure, and whether their tool gave data."""
    if any("%SERVICE%" in str(figure.arguments.get("query")) for figure in chosen):
        await look.discover("logs")
    calls: dict[str, Call] = {}
    for number, figure in enumerate(chosen):
        query = str(figure.arguments.get("query", ""))
        calls[f"figure{number}"] = _call(look, figure, query, over_window)
        if figure.whole:
            calls[f"whole{number}"] = _call(look, figure, figure.whole, over_window)
    found = await look.ask(**calls)
    return [
        (figure, (found[f"figure{number}"].ok,
                  _rows(look, quantity, figure, found[f"figure{number}"],
                        found.get(f"whole{number}"))))
        for number, figure in enumerate(chosen)
    ]  # fmt: skip


def _call(look: Look, figure: Figure, query: str, over_window: bool) -> Call:
    if not query:
        return Call(figure.tool, figure.arguments)
    matchers = narrowed(look, figure)
    filled = query.replace("$S", matchers) if matchers else without_matchers(query)
    filled = filled.replace("%SERVICE%", look.inventory.service_label)
    arguments: dict[str, object] = {**figure.arguments, "query": filled}
    if figure.tool == INSTANT:
        arguments["limit"] = MOST
        scope = look.question.scope
        if over_window:
            window = format_window(scope.end - scope.start)
            step = max(60, int(scope.seconds) // _STEPS)
            arguments["query"] = f"max_over_time(({filled})[{window}:{step}s])"
            arguments["at"] = scope.end.isoformat()
    elif over_window:
        scope = look.question.scope
        window = format_window(scope.end - scope.start)
        arguments["query"] = filled.replace("[1h]", f"[{window}]")
        if look.now - scope.end > timedelta(seconds=30):
            arguments["end"] = scope.end.isoformat()
    return Call(figure.tool, arguments)


def _rows(
    look: Look, quantity: Quantity, figure: Figure, found: Found, whole: Found | None
) -> list[Row]:
    if figure.value:
        told = _of_named(look, figure, list(_fields(look, quantity, figure, found)))
        return _of_kind(look, figure, told)
    sizes = {
        _identity(labels): value for labels, value in (_values(whole, figure) if whole else ())
    }
    rows = []
    for labels, value in _values(found, figure):
        name, host = _named(look, figure, labels)
        size = sizes.get(_identity(labels))
        cite = found.cite + (whole.cite if whole is not None and size is not None else "")
        rows.append(Row(quantity, figure, name, host, value, size, cite))
    return _of_kind(look, figure, rows)


def _of_kind(look: Look, figure: Figure, rows: list[Row]) -> list[Row]:
    """The rows of virtual machines alone, or of LXC containers, where the question says so."""
    kind = kind_of(look.question.folded)
    if not kind or figure.thing in _NO_GUESTS:
        return rows
    ids = look.inventory.name_of_id.items()
    own = {name.casefold() for own, name in ids if own.startswith(f"{kind}/")}
    own |= {one.name.casefold() for one in _listed(look)
            if one.type == kind and one.name}  # fmt: skip
    if not own:
        return rows
    if look.question.intent is not Intent.RANK:
        # "is there room on pve3 for a VM" is about the node.
        own |= {host.casefold() for host in look.focus.hosts}
    return [row for row in rows if (row.host or row.name).casefold() in own]


def _listed(look: Look) -> Iterable[Guest]:
    for found in look.found.values():
        data = found.data(GuestListing)
        if data is not None:
            yield from data.items


def _fields(look: Look, quantity: Quantity, figure: Figure, found: Found) -> Iterator[Row]:
    """The rows of a tool that are no samples, as figures."""
    data = found.data(Listing)
    for item in data.items if data is not None else ():
        value = _field(item, figure.value)
        if value is None or field_of(item, "template"):
            continue
        # What is off uses nothing, which nobody asks for who ranks what is used.
        off = figure.thing == "guest" and field_of(item, "status") == "stopped"
        if off and quantity.id in ("memory", "cpu") and look.question.intent is Intent.RANK:
            continue
        if figure.ago:
            value = look.now.timestamp() - value
        told = [field_of(item, part) for part in figure.label]
        name = next((str(one) for one in told if one), "")
        size = _field(item, figure.size) if figure.size else None
        yield Row(quantity, figure, name, _machine(look, figure, item, name), value, size,
                  found.cite)  # fmt: skip


def _machine(look: Look, figure: Figure, item: Any, name: str) -> str:
    """The machine a row is on, where that is told with the name."""
    match figure.thing:
        case "storage":
            nodes = [str(one) for one in field_of(item, "nodes") or ()]
            return nodes[0] if len(nodes) == 1 else ""
        case "pool":
            return next(iter(sorted(look.inventory.pools.get(name, ()))), "")
    return ""


def _field(item: Any, path: str) -> float | None:
    parts = [field_of(item, part.strip()) for part in path.split(" - ")]
    numbers = [float(one) for one in parts if isinstance(one, int | float)]
    if len(numbers) < len(parts):
        moment = parts[0]
        return moment.timestamp() if isinstance(moment, datetime) else None
    return numbers[0] - sum(numbers[1:])


def _of_named(look: Look, figure: Figure, rows: list[Row]) -> list[Row]:
    """The rows of what the question names; all of them if it names nothing."""
    wanted = {name.casefold() for name in mentioned(look.question, [row.name for row in rows])}
    machines = [entity.name for entity in look.focus.of(EntityKind.HOST)] or look.focus.hosts
    hosts = {name.casefold() for name in machines}
    if not wanted and not look.focus.named:
        return rows
    if figure.thing == "guest":
        if look.question.intent is Intent.RANK:
            carried = [one for host in look.focus.hosts for one in look.inventory.guests_on(host)]
            hosts |= {one.casefold() for one in carried}
        return [row for row in rows if row.name.casefold() in wanted | hosts]
    if wanted:
        named = [row for row in rows if row.name.casefold() in wanted]
        return [row for row in named if row.host.casefold() in hosts] or named
    return [row for row in rows if {row.name.casefold(), row.host.casefold()} & hosts]


def _identity(labels: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset(pair for pair in labels.items() if pair[0] != "__name__")


def _values(found: Found, figure: Figure) -> list[tuple[Mapping[str, str], float]]:
    """Labels and figure of every row a tool brought, whatever its rows are."""
    data = found.data(Listing)
    made: list[tuple[Mapping[str, str], float]] = []
    for item in data.items if data is not None else ():
        labels, value = _read(item)
        if value is not None and value == value:
            made.append((labels, value))
    return made


def _read(item: Any) -> tuple[Mapping[str, str], float | None]:
    if isinstance(item, Sample):
        return item.labels, item.value
    return (item.labels, item.stats.last) if isinstance(item, Series) else ({}, None)


def _named(look: Look, figure: Figure, labels: Mapping[str, str]) -> tuple[str, str]:
    host = look.inventory.host_of(labels)
    own = next((labels[name] for name in figure.label if labels.get(name)), "")
    match figure.thing:
        case "guest" | "node" | "host":
            return look.inventory.name_of_id.get(own, "") or labels.get("vm_name", "") or host, ""
        case "storage":
            return own.rpartition("/")[2], own.split("/")[1] if own.count("/") > 1 else ""
        case "site":
            return urlsplit(own).hostname or own, ""
        case "pool":
            # A data set below a pool is known by the place it is mounted at.
            pool = labels.get("fstype") == "zfs" and "/" not in own
            return (own if pool else labels.get("mountpoint", own)), host
        case "unit":
            return own.removesuffix(".service"), host
        case "service":
            return look.inventory.service_of(labels) or own, ""
        case "datastore" | "ups":
            return own, ""
    return own or host, host


__all__ = ["Row", "measure"]
