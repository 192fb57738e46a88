"""Asks the backends which hosts and services there are, so that a model need not guess names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from providers.reading import Reading
from providers.text import one_line
from sre_tui.tools.context import ToolContext

log = logging.getLogger(__name__)

SECONDS: Final = 3.0
"""Time for all the questions together; what has not answered by then is left out."""
FRESH: Final = timedelta(minutes=10)
MOST_NAMES: Final = 40
_LOOKBACK: Final = timedelta(hours=6)

Names = Mapping[str, tuple[str, ...]]
"""``hosts`` and ``services``, as far as they are known."""


class Discovery:
    """Names of this homelab, asked for at most every ten minutes."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context
        self._names: Names = {}
        self._asked_at: datetime | None = None
        self._asking = asyncio.Lock()

    async def names(self) -> Names:
        """What is there; nothing if no backend answers in time."""
        async with self._asking:
            now = self._context.clock()
            if self._asked_at is None or now - self._asked_at > FRESH:
                self._names = await self._ask(now)
                self._asked_at = now
            return self._names

    async def _ask(self, now: datetime) -> Names:
        questions: list[tuple[str, Coroutine[Any, Any, Reading[tuple[str, ...]]]]] = [
            ("hosts", client.label_values("instance")) for client in self._context.prometheus
        ]
        questions += [
            (kind, client.label_values(label, now - _LOOKBACK, now))
            for client in self._context.loki
            for kind, label in (("hosts", "hostname"), ("services", "service_name"))
        ]
        tasks = [(kind, asyncio.create_task(question)) for kind, question in questions]
        if not tasks:
            return {}
        try:
            await asyncio.wait([task for _, task in tasks], timeout=SECONDS)
        finally:
            for _, task in tasks:
                task.cancel()
            await asyncio.gather(*(task for _, task in tasks), return_exceptions=True)
        found: dict[str, dict[str, None]] = {}
        for kind, task in tasks:
            if task.cancelled():
                continue
            if error := task.exception():
                log.warning("names of %s could not be asked for: %s", kind, error)
                continue
            for value in task.result().data or ():
                plain = one_line(value, 60).partition(":")[0] if kind == "hosts" else value
                found.setdefault(kind, {})[one_line(plain, 60)] = None
        return {kind: tuple(sorted(names)[:MOST_NAMES]) for kind, names in found.items()}


def joined(*several: Names) -> Names:
    """The names of all, each once, in the order they come."""
    kinds = dict.fromkeys(kind for names in several for kind in names)
    return {
        kind: tuple(dict.fromkeys(name for names in several for name in names.get(kind, ())))
        for kind in kinds
    }
