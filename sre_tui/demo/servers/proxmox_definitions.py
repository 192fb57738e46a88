"""The definitions of storages, which say where the backup server behind one is."""

from __future__ import annotations

from typing import Any, NamedTuple

from sre_tui.demo.servers.proxmox_call import Call


class BackupServerPlace(NamedTuple):
    """Where the cluster reaches the backup server; ``fingerprint`` has 64 digits."""

    server: str
    port: int
    fingerprint: str


def definitions(call: Call, place: BackupServerPlace | None) -> list[dict[str, Any]]:
    """``/storage``: every storage once, without those that the token may not audit.

    Args:
        call: the request.
        place: None for the backup server of the homelab itself, whose certificate is trusted.
    """
    call.takes("type")
    wanted = call.query.get("type")
    stores = {store.storage: store for store in call.source.backups.plan.stores}
    rows: dict[str, dict[str, Any]] = {}
    for each in call.state.storages:
        storage = each.storage
        if not call.may("Datastore.Audit", f"/storage/{storage.name}"):
            continue
        if wanted not in (None, storage.plugin) or storage.name in rows:
            continue
        row: dict[str, Any] = {
            "storage": storage.name,
            "type": storage.plugin,
            "content": storage.content,
            "digest": "0" * 40,
        }
        if storage.plugin == "pbs":
            row["server"] = place.server if place else call.source.lab.backup_server.name
            row["username"] = "backup@pbs"
            # A storage may be defined though no job writes to it.
            store = stores.get(storage.name)
            row["datastore"] = store.datastore if store else "main"
            if store is None or store.namespace:
                row["namespace"] = store.namespace if store else "lab"
            if place:
                digits = place.fingerprint
                row["port"] = place.port
                row["fingerprint"] = ":".join(digits[i : i + 2] for i in range(0, 64, 2))
        rows[storage.name] = row
    return list(rows.values())
