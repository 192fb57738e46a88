"""Says of the values of a query what is usual for them, where baselines are kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING, Final

from providers.errors import BackendError
from providers.series import Sample
from sre_tui.diagnosis.signals.baseline_check import BaselineCheck, check_of, hours_at, telling
from sre_tui.memory.any_baselines import any_baselines
from sre_tui.memory.place import Place, place_of
from sre_tui.tools.context import ToolContext
from sre_tui.tools.prometheus_data import JudgedSample

if TYPE_CHECKING:
    from sre_tui.diagnosis.topology.graph import Topology
    from sre_tui.memory.baseline import Baseline
    from sre_tui.memory.baselines import Baselines
    from sre_tui.tools.known_expressions import Known

_UNTOLD: Final = "what is usual cannot be told"


@dataclass(frozen=True)
class Usual:
    """What is kept of the measure that a query asks for; nothing if it is none.

    Attributes:
        known: the measure, and by what the query's values are larger.
        baselines: by host.
        trouble: why baselines that may be there could not be read.
    """

    known: Known | None = None
    baselines: Mapping[str, Baseline] | None = None
    trouble: str = ""


async def usual_for(context: ToolContext, query: str, at: datetime) -> Usual:
    """What is usual for the values of a query; costs next to nothing where no baselines are kept.

    Args:
        context: gives the memory.
        query: PromQL.
        at: the moment whose hour of the week counts.
    """
    try:
        place = place_of(context.settings, context.folders)
        if not any_baselines(place):
            return Usual()
        from sre_tui.tools.journal import PATIENCE, apart

        async with asyncio.timeout(PATIENCE):
            return await apart(lambda: _read(place, query, at))
    except TimeoutError:
        return Usual(trouble=f"{_UNTOLD}: the memory gave no answer within {PATIENCE:.0f} s")
    except BackendError as error:
        return Usual(trouble=f"{_UNTOLD}: {error.detail}")


def _read(place: Place, query: str, at: datetime) -> Usual:
    from sre_tui.memory.baselines import Baselines
    from sre_tui.memory.store import open_store

    with open_store(place) as store:
        return _usual(Baselines(store), query, at)


def _usual(baselines: Baselines, query: str, at: datetime) -> Usual:
    from sre_tui.diagnosis.signals.measures import MEASURES
    from sre_tui.tools.known_expressions import known_measure

    catalogue = {one.name for one in MEASURES}
    kept = baselines.metrics()
    known = known_measure(query, [name for name in kept if name not in catalogue])
    if known is None or known.measure.name not in kept:
        return Usual()
    found = baselines.of(known.measure.name, hours=hours_at(at))
    return Usual(known, {one.host: one for one in telling(found, at)})


async def judged_samples(
    context: ToolContext, usual: Usual, samples: Sequence[Sample], at: datetime
) -> tuple[Sample, ...]:
    """The samples, each with what is usual for it if that is known.

    Args:
        context: asked who is who, where the labels do not tell.
        usual: what is kept.
        samples: values of the query.
        at: the moment they are of.
    """
    if usual.known is None or not usual.baselines or not samples:
        return tuple(samples)
    from sre_tui.diagnosis.topology.graph import Topology

    # Most labels name their machine; who is who is asked only where one does not.
    judged = await asyncio.to_thread(_judged, usual, samples, at, Topology())
    if all(isinstance(each, JudgedSample) for each in judged):
        return judged
    from sre_tui.diagnosis.picture.gather import Wanted, take_picture
    from sre_tui.diagnosis.topology.build import build_topology

    picture = await take_picture(context, Wanted(end=at, parts=frozenset({"identity"})))
    return await asyncio.to_thread(_judged, usual, samples, at, build_topology(picture))


def _judged(
    usual: Usual, samples: Sequence[Sample], at: datetime, topology: Topology
) -> tuple[Sample, ...]:
    return tuple(
        each if check is None else JudgedSample(**each.__dict__, baseline=check)
        for each in samples
        for check in (_check(usual, each, at, topology),)
    )


def _check(usual: Usual, sample: Sample, at: datetime, topology: Topology) -> BaselineCheck | None:
    known, value = usual.known, sample.value
    if known is None or usual.baselines is None or value is None or not isfinite(value):
        return None
    baseline = usual.baselines.get(known.measure.host_of(sample.labels, topology))
    if baseline is None:
        return None
    return check_of(known.measure, baseline, value, at, known.factor)
