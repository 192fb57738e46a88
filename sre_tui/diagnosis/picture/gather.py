"""Reads every backend at the same time into one picture.

A backend that fails costs only its own parts: the picture says what is missing, and why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from providers.collector import seldom_collected
from providers.errors import BackendError, InvalidQuery
from providers.reading import Reading, State
from providers.shared_reads import shared_reads
from sre_tui.diagnosis.patterns.search import LineSearch
from sre_tui.diagnosis.picture import logs, metrics
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.past import past
from sre_tui.diagnosis.picture.picture import MetricQuery, Picture
from sre_tui.diagnosis.sources import Sources
from sre_tui.diagnosis.topology.guest_names import named_inventory

if TYPE_CHECKING:
    from providers.proxmox import Inventory, ProxmoxClient

WINDOW: Final = timedelta(hours=6)
DEADLINE: Final = 30.0
"""Seconds after which a part that has not answered is left out."""
POINTS: Final = 120
"""Points of a series within the window, about."""
MOST_TASKS: Final = 500
STILL_NOW: Final = timedelta(minutes=5)
"""How long ago a window may have ended whose tasks are the newest there are."""
TASKS_BACK: Final = timedelta(hours=36)
"""How far tasks are read back at least, so that last night's backups are among them."""

ClientT = TypeVar("ClientT", bound="_Client")
T = TypeVar("T")


class _Client(Protocol):
    @property
    def source(self) -> str: ...


@dataclass(frozen=True)
class Wanted:
    """What to read.

    Attributes:
        end: end of the window.
        start: its beginning; six hours before the end by default.
        queries: values to read over the window.
        lines: which log lines to look for; none are read without it.
        parts: names of the parts of :class:`Picture` that are wanted; all by default.
        deadline: seconds after which a part that has not answered is left out.
        points: of a series within the window, about.
    """

    end: datetime
    start: datetime | None = None
    queries: tuple[MetricQuery, ...] = ()
    lines: LineSearch | None = None
    parts: frozenset[str] | None = None
    deadline: float = DEADLINE
    points: int = POINTS

    @property
    def begin(self) -> datetime:
        """Beginning of the window."""
        return self.start or self.end - WINDOW

    @property
    def grid(self) -> tuple[datetime, datetime]:
        """Begin and end on whole steps, so that the same moments are asked for again and again."""
        return tuple(  # type: ignore[return-value]
            datetime.fromtimestamp(at.timestamp() // self.step * self.step, tz=UTC)
            for at in (self.begin, self.end)
        )

    @property
    def tasks_from(self) -> datetime:
        """Since when tasks are read."""
        return min(self.begin, self.end - TASKS_BACK)

    @property
    def step(self) -> float:
        """Seconds between the points of a series, whole minutes."""
        seconds = (self.end - self.begin).total_seconds() / self.points
        return max(60.0, round(seconds / 60.0) * 60.0)


async def take_picture(sources: Sources, wanted: Wanted) -> Picture:
    """Ask everybody at once; takes as long as the slowest backend, and never longer than allowed.

    Args:
        sources: clients of the configured backends.
        wanted: what to read.
    """
    camera = _Camera(sources, wanted)
    asked = {
        name: ask
        for name, ask in camera.questions().items()
        if wanted.parts is None or name in wanted.parts
    }
    with seldom_collected():
        async with shared_reads():
            answers = await asyncio.gather(*(ask() for ask in asked.values()))
    parts: dict[str, Any] = dict(zip(asked, answers, strict=True))
    log_labels = camera.log_labels
    swept: Part[Any] = parts.get("sweeps", Part())
    return Picture(
        now=wanted.end,
        start=wanted.begin,
        step=wanted.step,
        series=metrics.by_query(swept),
        log_labels=log_labels,
        **parts,
    )


@dataclass
class _Camera:
    sources: Sources
    wanted: Wanted
    log_labels: tuple[str, str] = ("service_name", "hostname")
    inventories: dict[str, asyncio.Task[Reading[Inventory]]] = field(default_factory=dict)
    """By source: what several parts need is asked once."""

    def questions(self) -> dict[str, Callable[[], Awaitable[Part[Any]]]]:
        """By name of the part, what to ask."""
        by_backend = (self._proxmox(), self._pbs(), self._truenas(), self._alerting(),
                      self._prometheus(), self._loki())  # fmt: skip
        return {name: ask for table in by_backend for name, ask in table.items()}

    def _proxmox(self) -> dict[str, Callable[[], Awaitable[Part[Any]]]]:
        clients = self.sources.proxmox

        def tasks() -> Awaitable[Part[Any]]:
            from providers.proxmox import TaskQuery

            query = TaskQuery(
                since=self.wanted.tasks_from, until=self._tasks_until, limit=MOST_TASKS
            )
            return self._all(clients, lambda client: client.tasks(query))

        return {
            # It takes the most steps, so it is the first to be served.
            "coverage": self._coverage,
            "inventory": lambda: self._all(clients, self._inventory),
            "nodes": lambda: self._all(clients, lambda one: one.nodes()),
            "cluster": lambda: self._all(clients, lambda one: one.cluster()),
            "ha": lambda: self._all(clients, lambda one: one.ha()),
            "storages": lambda: self._all(clients, lambda one: one.storages()),
            "volumes": lambda: self._all(clients, lambda one: one.guest_volumes()),
            "tasks": tasks,
            "replications": lambda: self._all(clients, lambda one: one.replications()),
            "node_disks": lambda: self._all(clients, lambda one: one.disks()),
        }

    @property
    def _tasks_until(self) -> datetime | None:
        """The end of a window in the past: the newest tasks, which are read first, came after."""
        past = self.sources.clock() - self.wanted.end > STILL_NOW
        return self.wanted.end if past else None

    def _inventory(self, client: ProxmoxClient) -> Awaitable[Reading[Inventory]]:
        return named_inventory(self.sources, client, self._bare_inventory)

    def _bare_inventory(self, client: ProxmoxClient) -> Awaitable[Reading[Inventory]]:
        if client.source not in self.inventories:
            self.inventories[client.source] = asyncio.ensure_future(client.inventory(boot=True))
        # One who gives up must not take the answer from the other.
        return asyncio.shield(self.inventories[client.source])

    async def _coverage(self) -> Part[Any]:
        from sre_tui.diagnosis.coverage.reading import gather

        sources = self.sources.proxmox
        if not sources:
            return Part()
        try:
            async with asyncio.timeout(self.wanted.deadline):
                gathered = await gather(self.sources, self._inventory)
        except TimeoutError:
            detail = f"no answer within {self.wanted.deadline:g} s"
            readings = [self._missing(one.source, State.UNREACHABLE, detail) for one in sources]
            return Part(tuple(readings))
        known = gathered if gathered.guests.has_data else None
        first = sources[0].source
        return Part(
            tuple(
                Reading[Any](
                    source=one.source,
                    state=one.state,
                    observed_at=one.observed_at,
                    data=known if one.source == first else None,
                    detail=one.detail,
                    warnings=one.warnings,
                )
                for one in gathered.statuses
            )
        )

    def _missing(self, source: str, state: State, detail: str) -> Reading[Any]:
        return Reading[Any](
            source=source, state=state, observed_at=self.sources.clock(), detail=detail
        )

    def _pbs(self) -> dict[str, Callable[[], Awaitable[Part[Any]]]]:
        clients = self.sources.pbs

        def tasks() -> Awaitable[Part[Any]]:
            from providers.pbs.task_reader import TaskQuery

            query = TaskQuery(
                since=self.wanted.tasks_from, until=self._tasks_until, limit=MOST_TASKS
            )
            return self._all(clients, lambda client: client.tasks(query))

        return {
            "datastores": lambda: self._all(clients, lambda one: one.datastores()),
            "backup_jobs": lambda: self._all(clients, lambda one: one.jobs()),
            "backup_tasks": tasks,
            "backup_server": lambda: self._all(clients, lambda one: one.server()),
        }

    def _truenas(self) -> dict[str, Callable[[], Awaitable[Part[Any]]]]:
        clients = self.sources.truenas
        return {
            "pools": lambda: self._all(clients, lambda one: one.pools(datasets=True)),
            "disks": lambda: self._all(clients, lambda one: one.disks()),
            "shares": lambda: self._all(clients, lambda one: one.shares()),
            "protection": lambda: self._all(clients, lambda one: one.protection()),
            "nas": lambda: self._all(clients, lambda one: one.status()),
            "apps": lambda: self._all(clients, lambda one: one.apps()),
        }

    def _alerting(self) -> dict[str, Callable[[], Awaitable[Part[Any]]]]:
        async def alerts() -> Part[Any]:
            grafana, prometheus = await asyncio.gather(
                self._all(self.sources.grafana, lambda one: one.alerts()),
                self._all(self.sources.prometheus, lambda one: one.alerts()),
            )
            return Part((*grafana.readings, *prometheus.readings))

        begin, end = self.wanted.begin, self.wanted.end
        return {
            "alerts": alerts,
            "annotations": lambda: self._all(
                self.sources.grafana, lambda one: one.annotations(begin, end)
            ),
        }

    def _prometheus(self) -> dict[str, Callable[[], Awaitable[Part[Any]]]]:
        clients = self.sources.prometheus

        async def sweeps() -> Part[Any]:
            parts = await asyncio.gather(
                *(
                    self._all(
                        clients,
                        lambda one, sweep=sweep: metrics.swept(  # type: ignore[misc]
                            one, sweep, *self.wanted.grid, self.wanted.step
                        ),
                    )
                    for sweep in metrics.sweeps_of(self.wanted.queries)
                )
            )
            return Part(tuple(reading for part in parts for reading in part.readings))

        return {
            "targets": lambda: self._all(clients, lambda one: one.targets()),
            "identity": lambda: self._all(
                clients, lambda one: metrics.identity(one, self.wanted.end)
            ),
            "sweeps": sweeps,
        }

    def _loki(self) -> dict[str, Callable[[], Awaitable[Part[Any]]]]:
        clients = self.sources.loki
        begin, end = self.wanted.begin, self.wanted.end

        async def lines() -> Part[Any]:
            wanted = self.wanted.lines
            if wanted is None:
                return Part(asked=False)
            found = await asyncio.gather(
                *(logs.labels_of(client, begin, end) for client in clients)
            )
            if found:
                self.log_labels = found[0]
            return await self._all(clients, lambda one: logs.telling(one, wanted, begin, end))

        async def errors() -> Part[Any]:
            if self.wanted.lines is None:
                return Part(asked=False)
            return await self._all(clients, lambda one: logs.errors(one, begin, end))

        async def days_before() -> Part[Any]:
            wanted = self.wanted.lines
            if wanted is None:
                return Part(asked=False)
            return await self._all(clients, lambda one: past(one, wanted, begin, end))

        return {
            "lines": lines,
            "errors": errors,
            "past": days_before,
            "log_volume": lambda: self._all(clients, lambda one: logs.volume(one, begin, end)),
        }

    async def _all(
        self, clients: Iterable[ClientT], ask: Callable[[ClientT], Awaitable[Reading[T]]]
    ) -> Part[T]:
        readings = await asyncio.gather(*(self._one(client, ask) for client in clients))
        return Part(tuple(readings))

    async def _one(
        self, client: ClientT, ask: Callable[[ClientT], Awaitable[Reading[T]]]
    ) -> Reading[T]:
        try:
            async with asyncio.timeout(self.wanted.deadline):
                return await ask(client)
        except TimeoutError:
            state, detail = State.UNREACHABLE, f"no answer within {self.wanted.deadline:g} s"
        except InvalidQuery as error:
            state, detail = State.BAD_RESPONSE, str(error)
        except BackendError as error:
            state, detail = error.state, error.detail
        return self._missing(client.source, state, detail)


def part_names(*backends: str) -> Collection[str]:
    """Names of the parts that these backends tell."""
    return frozenset(name for backend in backends for name in _PARTS[backend])


_PARTS: Final = {
    "proxmox": ("inventory", "nodes", "cluster", "ha", "storages", "volumes", "tasks",
                "replications", "node_disks", "coverage"),
    "pbs": ("datastores", "backup_jobs", "backup_tasks", "backup_server"),
    "truenas": ("pools", "disks", "shares", "protection", "nas", "apps"),
    "grafana": ("alerts", "annotations"),
    "prometheus": ("targets", "identity", "sweeps", "alerts"),
    "loki": ("lines", "errors", "past", "log_volume"),
}  # fmt: skip
