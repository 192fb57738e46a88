"""The course of the load of guests and nodes, from the archives of Proxmox VE itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from providers.proxmox import History, HistoryPoint
from providers.reading import Reading
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.views.human import count, duration
from sre_tui.views.load_history import Figures, figures_of, unmeasured, window_text

LastTime = Literal["hour", "day", "week", "month", "year"]
HistoryArgument = Annotated[
    LastTime | None, Field(description="With its load over that time, as Proxmox archived it.")
]
_LENGTHS: Final = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}


class LoadHistory(BaseModel):
    """Averages of one guest or node in order of time; what was not measured is not among them."""

    model_config = ConfigDict(frozen=True)

    source: str
    subject: str
    """``lxc/101``, ``node/pve1``."""
    name: str
    timeframe: LastTime
    start: AwareDatetime
    end: AwareDatetime
    step: float
    """Seconds that each point is about."""
    points: tuple[HistoryPoint, ...] = ()


def load_history(
    reading: Reading[History] | None, name: str, timeframe: LastTime
) -> LoadHistory | None:
    """What was read of an archive, over the whole window; None if nothing could be read."""
    if reading is None or reading.data is None:
        return None
    found = reading.data
    length, end = _LENGTHS[timeframe], reading.observed_at
    times = [point.at for point in found.points]
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    return LoadHistory(
        source=found.source,
        subject=found.subject,
        name=name,
        timeframe=timeframe,
        start=min([*times, end - length]),
        end=max([*times, end]),
        step=median(steps) if steps else length.total_seconds() / 60,
        points=found.points,
    )


def history_hints(found: LoadHistory | None) -> Iterator[str]:
    """What is not known of a course."""
    if found is None:
        return
    if not found.points:
        yield f"of {found.name} nothing was measured in the last {found.timeframe}"
    elif missing := unmeasured(found):
        yield (
            f"of {found.name} nothing was measured for {duration(missing)} of the last "
            f"{found.timeframe}: it was off, or nobody wrote it down"
        )


def history_rows(courses: Sequence[LoadHistory], view: ModelView) -> Iterator[str]:
    """The figures of each course for a model."""
    for course in courses:
        if course.points:
            yield (
                f"History of {course.name}, last {course.timeframe}: {window_text(course)}, "
                f"{count(len(course.points), 'average')} of {duration(course.step)}"
            )
            yield from (f"  {_text(figures, view)}" for figures in figures_of(course))


def _text(figures: Figures, view: ModelView) -> str:
    of = f" of {figures.said(figures.size)}" if figures.size else ""
    return (
        f"{figures.measure.title}: min {figures.said(figures.least)}, mean "
        f"{figures.said(figures.mean)}, max {figures.said(figures.most)} at "
        f"{stamp(figures.most_at, view.now)}, last {figures.said(figures.last)}{of}"
    )
