"""What is asked about the subject of a row: its log streams, its metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class LogsOf:
    """Which log lines are wanted.

    Attributes:
        title: whose they are, for the breadcrumb.
        hosts: names of the machine that writes them; the label that has them is found out.
        nas: the source of a NAS whose name is not known: ``truenas:main``.
        query: LogQL, where it is known already.
        window: how far back they are wanted.
    """

    title: str
    hosts: tuple[str, ...] = ()
    nas: str = ""
    query: str = ""
    window: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ChartOf:
    """One chart.

    Attributes:
        title: what is measured.
        query: PromQL.
        unit: as :func:`sre_tui.views.units.with_unit` takes it, empty for none; None
            leaves it to the query.
        low: lowest value of the axis; None fits it to the data.
        threshold: value of the limit line; None for none.
        sign: how values are compared with it; ``>`` if empty.
        of: labels of the series that is meant, where the query brings those of others as well.
        rule: name of the alert rule that has the limit, where the query does not tell.
    """

    title: str
    query: str
    unit: str | None = None
    low: float | None = None
    threshold: float | None = None
    sign: str = ""
    of: Mapping[str, str] = field(default_factory=dict)
    rule: str = ""


@dataclass(frozen=True, slots=True)
class ChartsOf:
    """All charts of one thing.

    Attributes:
        title: what they are about, for the breadcrumb.
        charts: in the order they are shown.
        logs: whose log lines tell more.
    """

    title: str
    charts: tuple[ChartOf, ...] = ()
    logs: LogsOf | None = None
