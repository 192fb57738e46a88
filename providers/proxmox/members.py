"""Asking every node of a cluster at once, so that a dead one costs only its own part."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic, Self, TypeVar

from providers.attempt import attempt
from providers.errors import BackendError, Unauthorized
from providers.proxmox.api import Api
from providers.proxmox.errors import NodeUnreachable
from providers.proxmox.resources import PATH, ROWS, Inventory, inventory
from providers.reading import Obstacle
from providers.shared_reads import sharing

T = TypeVar("T")

OFFLINE: Final = "the node is offline"


@dataclass(frozen=True)
class Answers(Generic[T]):
    """What the nodes answered, and why others did not, by name."""

    by_node: Mapping[str, T]
    failed: Mapping[str, BackendError]
    recipe: str = ""
    """How to grant what is missing where a node refused."""

    @property
    def refused(self) -> tuple[str, ...]:
        """Nodes that refused for want of a right."""
        return tuple(n for n, e in self.failed.items() if e.obstacle is Obstacle.RIGHT)

    @property
    def missing(self) -> str:
        """Which nodes did not answer and why; empty if all did."""
        refused = self.refused
        told = [
            error.detail if error.detail.startswith(f"{name} ") else f"{name}: {error.detail}"
            for name, error in self.failed.items()
            if name not in refused
        ]
        if refused:
            # They lack the same right, each on its own path.
            told.append(f"{', '.join(refused)}: {self._granting(self.failed[refused[0]]).detail}")
        return "; ".join(told)

    def needed(self) -> Self:
        """The same, if at least one node answered or there is none to ask.

        Raises:
            BackendError: for the reason of the first that was asked.
        """
        if self.failed and not self.by_node:
            told = [error for error in self.failed.values() if error.detail != OFFLINE]
            raise self._granting((told or list(self.failed.values()))[0])
        return self

    def _granting(self, error: BackendError) -> BackendError:
        if error.obstacle is not Obstacle.RIGHT or not self.recipe:
            return error
        detail = f"{error.detail}; {self.recipe}"
        return Unauthorized(detail, status=error.status, obstacle=error.obstacle)


async def read_inventory(api: Api, only: Collection[str], kind: str = "") -> Inventory:
    """``/cluster/resources``, of one type (``vm``, ``node``, ``storage``) or of all.

    Raises:
        BackendError: if there is no usable answer.
    """
    # Where others need all of it anyway, all is read once.
    params = [("type", kind)] if kind and not sharing() else []
    return inventory(api.source, await api.rows(ROWS, PATH, params), only)


async def ask_nodes(
    known: Inventory,
    call: Callable[[str], Awaitable[T]],
    only: Sequence[str] = (),
    recipe: str = "",
) -> Answers[T]:
    """The answer of every node; one that is known to be offline is not asked.

    Args:
        known: which nodes there are.
        call: asks the node of that name.
        only: asks no other ones.
        recipe: how to grant what is missing where a node refuses.
    """
    names = [node.name for node in known.nodes if not only or node.name in only]
    asked = [name for name in names if name in known.online]
    found = await asyncio.gather(*(attempt(partial(call, name)) for name in asked))
    by_node: dict[str, T] = {}
    failed: dict[str, BackendError] = {
        name: NodeUnreachable(OFFLINE) for name in names if name not in asked
    }
    for name, answer in zip(asked, found, strict=True):
        if isinstance(answer, BackendError):
            failed[name] = answer
        else:
            by_node[name] = answer
    return Answers(by_node, failed, recipe)
