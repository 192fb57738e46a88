"""Asks the backends which hosts and services there are, so that a model need not guess names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from providers.errors import Unreachable
from providers.reading import Reading
from providers.text import one_line
from sre_tui.diagnosis.topology.guest_names import learned_names
from sre_tui.tools.context import ToolContext

if TYPE_CHECKING:
    from providers.loki import LokiClient
    from providers.prometheus import PrometheusClient
    from providers.proxmox import ProxmoxClient
    from providers.truenas import TrueNasClient

log = logging.getLogger(__name__)

T = TypeVar("T")

SECONDS: Final = 3.0
"""Time for all the questions together; what has not answered by then is left out."""
FRESH: Final = timedelta(minutes=10)
MOST_NAMES: Final = 40
_LOOKBACK: Final = timedelta(hours=6)

Names = Mapping[str, tuple[str, ...]]
"""``hosts`` and ``services``, as far as they are known."""

_Named = Iterable[tuple[str, str]]
"""Kind and name of each."""


@dataclass(frozen=True)
class Found:
    """Names by kind, and the sources that did not tell theirs."""

    names: Names
    silent: tuple[str, ...] = ()


class Discovery:
    """Names of this homelab, asked for at most every ten minutes."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context
        self._known: dict[str, tuple[datetime, Found]] = {}
        self._asking = asyncio.Lock()

    async def names(self) -> Names:
        """What is there; nothing if no backend answers in time."""
        found = (await self._fresh("names", self._labels)).names
        return {kind: each[:MOST_NAMES] for kind, each in found.items()}

    async def machines(self) -> Found:
        """Every guest and host that the inventories name: what has to be hidden from strangers."""
        return await self._fresh("machines", self._inventories)

    async def _fresh(
        self, what: str, questions: Callable[[datetime], Iterable[tuple[str, Awaitable[_Named]]]]
    ) -> Found:
        async with self._asking:
            now = self._context.clock()
            known = self._known.get(what)
            if known is None or now - known[0] > FRESH:
                known = self._known[what] = now, await _answers(questions(now))
            return known[1]

    def _labels(self, now: datetime) -> Iterable[tuple[str, Awaitable[_Named]]]:
        async def of_prometheus(client: PrometheusClient) -> _Named:
            found = (await client.label_values("instance")).data or ()
            return [("hosts", instance.partition(":")[0]) for instance in found]

        async def of_loki(client: LokiClient, kind: str, label: str) -> _Named:
            found = (await client.label_values(label, now - _LOOKBACK, now)).data or ()
            return [(kind, value.partition(":")[0] if kind == "hosts" else value)
                    for value in found]  # fmt: skip

        for prometheus in self._context.prometheus:
            yield prometheus.source, of_prometheus(prometheus)
        for loki in self._context.loki:
            yield loki.source, of_loki(loki, "hosts", "hostname")
            yield loki.source, of_loki(loki, "services", "service_name")

    def _inventories(self, now: datetime) -> Iterable[tuple[str, Awaitable[_Named]]]:
        asked = {one: asyncio.ensure_future(one.inventory()) for one in self._context.proxmox}

        async def of_proxmox(client: ProxmoxClient) -> _Named:
            found = _told(await asked[client])
            return [
                *(("guests", guest.name) for guest in found.guests if guest.name),
                *(("hosts", node.name) for node in found.nodes),
            ]

        async def of_silent() -> _Named:
            learned = await learned_names(self._context, await asyncio.gather(*asked.values()))
            return [("guests", one.name) for one in learned.values()]

        async def of_truenas(client: TrueNasClient) -> _Named:
            return [("hosts", _told(await client.info()).hostname)]

        for proxmox in self._context.proxmox:
            yield proxmox.source, of_proxmox(proxmox)
        if asked:
            # These have a name in other answers, though their own node tells none.
            yield "the notes of backups", of_silent()
        for truenas in self._context.truenas:
            yield truenas.source, of_truenas(truenas)


def _told(reading: Reading[T]) -> T:
    if reading.data is None:
        raise Unreachable(reading.detail)
    return reading.data


async def _answers(questions: Iterable[tuple[str, Awaitable[_Named]]]) -> Found:
    tasks = [(source, asyncio.ensure_future(question)) for source, question in questions]
    if not tasks:
        return Found({})
    try:
        await asyncio.wait([task for _, task in tasks], timeout=SECONDS)
    finally:
        for _, task in tasks:
            task.cancel()
        await asyncio.gather(*(task for _, task in tasks), return_exceptions=True)
    found: dict[str, dict[str, None]] = {}
    silent: dict[str, None] = {}
    for source, task in tasks:
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or error:
            silent[source] = None
            log.warning("names of %s could not be asked for: %s", source, error or "no answer")
            continue
        for kind, name in task.result():
            found.setdefault(kind, {})[one_line(name, 60)] = None
    return Found({kind: tuple(sorted(names)) for kind, names in found.items()}, tuple(silent))


def joined(*several: Names) -> Names:
    """The names of all, each once, in the order they come."""
    kinds = dict.fromkeys(kind for names in several for kind in names)
    return {
        kind: tuple(dict.fromkeys(name for names in several for name in names.get(kind, ())))
        for kind in kinds
    }
