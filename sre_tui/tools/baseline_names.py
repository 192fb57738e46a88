"""Which baselines a name of a metric or of a host means."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sre_tui.diagnosis.signals.measures import MEASURES, Measure, meant_by, own_measure, plain
from sre_tui.nearest import nearest, no_such
from sre_tui.views.units import query_unit

NONE_YET: Final = "there are no baselines yet: `sre baselines compute` makes them from Prometheus"


def is_on(name: str, asked: str) -> bool:
    """Whether a thing is the one that is asked for, or on it: ``nas1/sdc`` is on ``nas1``.

    Args:
        name: the thing, as baselines call it.
        asked: a machine, a thing, or a thing without its machine.
    """
    whole, wanted = name.casefold(), asked.strip().casefold()
    if whole == wanted or whole.startswith((f"{wanted}/", f"{wanted}:")):
        return True
    host, _, own = whole.partition("/") if "/" in whole else whole.partition(":")
    domain, _, rest = host.partition(".")
    return wanted in (own or None, domain if rest else None)


def known_as(text: str, kept: Collection[str]) -> tuple[Measure, ...]:
    """The measures that a name may mean, of those there are baselines of, best first.

    Args:
        text: a name, a word, the name of a metric, or PromQL.
        kept: names of the metrics there are baselines of.
    """
    from sre_tui.tools.known_expressions import known_measure

    own = [name for name in kept if name not in {one.name for one in MEASURES}]
    if text.strip() in own:
        return (_own(text.strip()),)
    found = [one for one in meant_by(text) if one.name in kept]
    if not found:
        known = known_measure(text, own)
        if known is not None and known.measure.name in kept:
            measure = known.measure
            found = [_own(measure.name) if measure.is_own else measure]
    return tuple(found)


def measures_of(kept: Collection[str]) -> tuple[Measure, ...]:
    """The measures of these names; a name that is none of the catalogue is PromQL."""
    known = {one.name: one for one in MEASURES}
    return tuple(known.get(name) or _own(name) for name in kept)


def _own(expression: str) -> Measure:
    return own_measure(expression, query_unit(expression))


def no_baseline_of(text: str, kept: Sequence[str]) -> str:
    """One line: that no metric of that name has a baseline, and which come near."""
    if not kept:
        return NONE_YET
    meant = meant_by(text)
    if meant:
        return (
            f"there is no baseline of {meant[0].name} yet: `sre baselines compute --metric "
            f"{meant[0].name}` makes one if Prometheus has values"
        )
    spellings = {word: one.name for one in MEASURES for word in (one.name, *one.words)
                 if one.name in kept}  # fmt: skip
    spellings |= {name: name for name in kept}
    close = list(dict.fromkeys(spellings[name] for name in nearest(plain(text), spellings)))
    return no_such("metric with a baseline", text, kept, close=close)
