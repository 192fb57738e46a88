"""Which datastores each Proxmox VE writes its backups to, by what its storages name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from providers.pbs import PbsClient
from providers.proxmox import ProxmoxClient
from sre_tui.diagnosis.coverage.belonging import named_server
from sre_tui.diagnosis.sources import Sources

Store = tuple[str, str]
"""A backup server and a datastore there."""


async def stores_of(sources: Sources) -> Mapping[str, frozenset[Store]]:
    """By Proxmox VE, the datastores that it can have written to.

    One is left out if that is not known of all its storages: it may have written to any.
    """
    found = await asyncio.gather(*(_stores(one, sources.pbs) for one in sources.proxmox))
    return {
        client.source: stores
        for client, stores in zip(sources.proxmox, found, strict=True)
        if stores is not None
    }


async def _stores(client: ProxmoxClient, servers: Sequence[PbsClient]) -> frozenset[Store] | None:
    targets = (await client.backup_targets()).data
    if targets is None:
        return None
    stores = set()
    for target in targets:
        server = named_server(client, target, servers)
        if server is None:
            return None
        stores.add((server.source, target.datastore))
    return frozenset(stores)
