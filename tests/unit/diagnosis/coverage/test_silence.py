"""Since when nodes are offline: asked only if one is, and never mixed up between clusters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from providers.errors import InvalidQuery
from providers.prometheus import InstantResult
from providers.proxmox import Inventory, Node
from providers.reading import Reading, State
from providers.series import Sample
from sre_tui.diagnosis.coverage.silence import offline_nodes
from sre_tui.diagnosis.sources import Sources

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


class Metrics:
    """A Prometheus that last saw pve3 online at a moment; without one it refuses the query."""

    def __init__(self, seen: datetime | None) -> None:
        self.seen = seen
        self.prometheus = (self,)
        self.asked = 0

    async def query(self, query: str) -> Reading[InstantResult]:
        self.asked += 1
        if self.seen is None:
            raise InvalidQuery(query, "no subqueries here")
        labels = {"id": "node/pve3"}
        value = self.seen.timestamp()
        one = Sample(source="prometheus:a", labels=labels, at=NOW, value=value)
        data = InstantResult(kind="vector", query=query, at=NOW, samples=(one,))
        return Reading(source="prometheus:a", state=State.OK, observed_at=NOW, data=data)


def cluster(source: str, **nodes: Any) -> dict[str, Inventory]:
    made = tuple(Node(source=source, name=name, status=status) for name, status in nodes.items())
    return {source: Inventory(nodes=made)}


async def test_nobody_is_asked_while_every_node_is_online() -> None:
    metrics = Metrics(NOW)
    there = cluster("proxmox:a", pve1="online", pve2="unknown")
    assert (await offline_nodes(cast(Sources, metrics), there), metrics.asked) == ({}, 0)


async def test_the_last_time_it_was_seen_online_is_told_where_it_is_known() -> None:
    lost = cluster("proxmox:a", pve1="online", pve2="offline", pve3="offline")
    found = await offline_nodes(cast(Sources, Metrics(NOW)), lost)
    assert found == {"proxmox:a": {"pve2": None, "pve3": NOW}}
    refused = await offline_nodes(cast(Sources, Metrics(None)), lost)
    assert refused == {"proxmox:a": {"pve2": None, "pve3": None}}
    two = lost | cluster("proxmox:b", pve3="online")
    assert (await offline_nodes(cast(Sources, Metrics(NOW)), two))["proxmox:a"]["pve3"] is None
