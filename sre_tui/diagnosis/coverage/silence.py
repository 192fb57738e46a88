"""Since when nodes are offline, which Proxmox VE itself does not tell."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from providers.coercion import epoch
from providers.errors import BackendError, InvalidQuery

if TYPE_CHECKING:
    from providers.prometheus import PrometheusClient
    from providers.proxmox import Inventory
    from sre_tui.diagnosis.sources import Sources

PATIENCE: Final = 5.0
"""Seconds after which the time is not waited for any longer."""
LAST_ONLINE: Final = 'max by (id) (max_over_time(timestamp(pve_up{id=~"node/.+"} == 1)[14d:5m]))'
"""When each node was last seen online by the exporter, to five minutes."""

Offline = Mapping[str, datetime | None]
"""Nodes that are offline, with when they were last seen online; None where nobody tells."""


async def offline_nodes(
    sources: Sources, inventories: Mapping[str, Inventory]
) -> dict[str, Offline]:
    """The nodes that are offline, by source; nobody is asked if none is.

    Args:
        sources: clients of the configured backends.
        inventories: by source.
    """
    lost = {source: each.offline for source, each in inventories.items() if each.offline}
    if not lost:
        return {}
    found = await asyncio.gather(*(_last_online(client) for client in sources.prometheus))
    seen: dict[str, datetime] = {}
    for each in found:
        for node, at in each.items():
            seen[node] = max(at, seen.get(node, at))
    holders = Counter(node.name for each in inventories.values() for node in each.nodes)
    return {
        # The exporter does not tell which of two clusters it speaks of.
        source: {node: seen.get(node) if holders[node] == 1 else None for node in nodes}
        for source, nodes in lost.items()
    }


async def _last_online(client: PrometheusClient) -> dict[str, datetime]:
    try:
        async with asyncio.timeout(PATIENCE):
            reading = await client.query(LAST_ONLINE)
    except (TimeoutError, BackendError, InvalidQuery):
        # That a node is offline is known without it.
        return {}
    found = {}
    for sample in reading.data.samples if reading.data is not None else ():
        at = epoch(sample.value)
        if at is not None:
            found[sample.labels.get("id", "").partition("/")[2]] = at
    return found
