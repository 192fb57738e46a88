"""What can be measured of which things, read from the tables beside this module.

A quantity says by which words it is asked for and in which sentence it is answered; its figures say
which tool with which arguments holds it for each kind of thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sre_tui.agent.analyst.data import table

INSTANT: Final = "prometheus_instant_query"
_OTHER_WORDS: Final = {
    "container": ("container", "service", "guest"), "service": ("service", "container", "unit"),
    "host": ("host", "guest", "node"), "pool": ("pool", "datastore"), "node": ("node", "host"),
    "guest": ("guest", "host"), "storage": ("pool", "storage", "datastore"),
}  # fmt: skip
"""Kinds that are meant as well by what people call a thing."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(_Frozen):
    """Where a quantity of one kind of thing is found.

    Attributes:
        thing: kind of thing, an id of :func:`things`.
        tool: the tool that is asked.
        arguments: its arguments; ``$S`` in a query takes matchers, ``%SERVICE%`` the name of the
            label by which logs name a service.
        key: how the query is narrowed down to what a question names.
        label: labels, or fields of a row, that name the thing; empty for the machine itself.
        value: field of a row that holds the figure, with dots for those inside another, and
            ``a - b`` for a difference; empty for samples and series.
        size: the same for the size of the whole.
        ago: whether the field holds seconds since a moment that is asked for.
        whole: PromQL of the size of the whole; empty if there is none.
        amount: sentence in place of the quantity's.
    """

    thing: str
    tool: str = INSTANT
    arguments: Mapping[str, Any] = Field(default_factory=dict)
    key: str = ""
    label: tuple[str, ...] = ()
    value: str = ""
    size: str = ""
    ago: bool = False
    whole: str = ""
    amount: str = ""

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, given: dict[str, Any]) -> dict[str, Any]:
        made = dict(given)
        query = made.pop("query", None)
        if query is not None:
            made["arguments"] = {"query": query}
        if isinstance(made.get("label"), str):
            made["label"] = (made["label"],)
        return made


class Quantity(_Frozen):
    """Something measured.

    Attributes:
        id: name.
        asks: expression over the folded question.
        unit: of the figures, as :func:`sre_tui.views.units.with_unit` takes it; empty for a count.
        high: what the thing with the highest figure does.
        low: what the thing with the lowest figure does.
        amount: what is said of one thing, with ``{value}`` and others.
        figures: where it is found, the most telling kind of thing first.
        order: what things are ranked by: ``value`` or ``rest_share``.
        none: what it means that nothing has a figure; empty if that is not known.
        absent: what is said of a thing whose whole is of size 0, instead of the amount.
        turned: expression over the folded question that wants the lowest first.
    """

    id: str
    asks: str
    unit: str
    high: str
    low: str
    amount: str
    figures: tuple[Figure, ...] = Field(min_length=1)
    order: str = "value"
    none: str = ""
    absent: str = ""
    turned: str = (
        r"\b(least|lowest|smallest|fewest|cool\w*|cold\w*|idle\w*|wenigsten?|kleinste\w*|"
        r"niedrigste\w*|kälteste\w*)\b"
    )

    def of(self, *kinds: str) -> list[Figure]:
        """The figures of these kinds of things, in the order of the kinds."""
        return [figure for kind in kinds for figure in self.figures if figure.thing == kind]


class Thing(_Frozen):
    """A kind of thing that can be counted.

    Attributes:
        id: name.
        one: what one of them is called.
        asks: expression over the folded question.
        query: PromQL with one series for each of them.
        label: the label that names it; empty for the machine itself.
        running: whether the value tells if it runs (1) or not (0).
        called: what it is called to run.
        tool: asked before Prometheus where it is offered.
        state: field of its rows that tells whether one runs; empty if all do.
        good: what that field says then.
        host: field that names the machine it is on.
        name: field that names it.
    """

    id: str
    one: str
    asks: str
    query: str
    label: str = ""
    running: bool = False
    called: str = "running"
    tool: str = ""
    state: str = ""
    good: str = "running"
    host: str = ""
    name: str = "name"


@cache
def quantities() -> tuple[Quantity, ...]:
    """All quantities, in the order in which they are tried."""
    return tuple(Quantity.model_validate(one) for one in table("quantities"))


@cache
def things() -> tuple[Thing, ...]:
    """All kinds of things, in the order in which they are tried."""
    return tuple(Thing.model_validate(one) for one in table("things"))


@cache
def _asking() -> tuple[tuple[re.Pattern[str], Quantity], ...]:
    return tuple((re.compile(one.asks), one) for one in quantities())


@cache
def _naming() -> tuple[tuple[re.Pattern[str], Thing], ...]:
    return tuple((re.compile(one.asks), one) for one in things())


def quantity_of(folded: str) -> Quantity | None:
    """The quantity a question asks for; None if it asks for none that is known.

    Of several that its words fit, the first that is known of the kind of thing it names is meant.
    """
    fitting = [one for words, one in _asking() if words.search(folded)]
    kinds = meant_kinds(folded)
    return next((one for one in fitting if one.of(*kinds)), next(iter(fitting), None))


def thing_of(folded: str) -> Thing | None:
    """The kind of thing a question asks about: the one named first; None if none is."""
    found = [(match.start(), one) for words, one in _naming() if (match := words.search(folded))]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def meant_kinds(folded: str) -> tuple[str, ...]:
    """Kinds of things that are meant by the one a question names, the nearest first."""
    thing = thing_of(folded)
    return () if thing is None else _OTHER_WORDS.get(thing.id, (thing.id,))


def field_of(row: Any, path: str) -> Any:
    """What a row holds under a path such as ``node.memory``; None if a part of it is missing."""
    for part in path.split("."):
        if part.isdigit():
            row = row[int(part)] if isinstance(row, tuple) and len(row) > int(part) else None
        else:
            row = getattr(row, part, None)
    return row


def without_matchers(query: str) -> str:
    """The query for everything."""
    return query.replace(",$S", "").replace("{$S}", "").replace("$S,", "").replace("$S", "")


def quantity_templates() -> Iterator[str]:
    """Every PromQL expression of the tables, bare and with a sample matcher."""
    for quantity in quantities():
        for figure in quantity.figures:
            if figure.tool != INSTANT:
                continue
            for query in (str(figure.arguments["query"]), figure.whole):
                if query:
                    yield without_matchers(query)
                    yield query.replace("$S", 'instance=~"media.*"')
    for thing in things():
        yield thing.query
