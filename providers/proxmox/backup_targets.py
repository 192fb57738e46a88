"""Where the storages of backup servers lead to: which server, datastore and namespace."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from providers.coercion import Text, Whole
from providers.proxmox.api import Api
from providers.wire import Wire

PBS_PORT: Final = 8007
"""The port of a backup server where a storage names none."""


class BackupTarget(BaseModel):
    """What one storage of type ``pbs`` points to, as its definition says."""

    model_config = ConfigDict(frozen=True)

    source: str
    storage: str
    server: str = ""
    """Name or address, as the nodes reach it."""
    port: int = PBS_PORT
    datastore: str = ""
    namespace: str = ""
    """Empty for the root."""
    fingerprint: str = ""
    """SHA-256 of the server's certificate in lower-case digits without colons; empty if its
    certificate is trusted without."""


class _Definition(Wire):
    storage: Text
    type: Text = ""
    server: Text = ""
    port: Whole = None
    datastore: Text = ""
    namespace: Text = ""
    fingerprint: Text = ""


_DEFINITIONS: Final = TypeAdapter(list[_Definition])


async def read_backup_targets(api: Api) -> tuple[BackupTarget, ...]:
    """The definitions of storages (``/storage``, those with Datastore.Audit alone).

    Raises:
        BackendError: if there is no usable answer.
    """
    return tuple(
        BackupTarget(
            source=api.source,
            storage=row.storage,
            server=row.server.casefold(),
            port=row.port or PBS_PORT,
            datastore=row.datastore,
            namespace=row.namespace.strip("/"),
            fingerprint=row.fingerprint.replace(":", "").lower(),
        )
        for row in await api.rows(_DEFINITIONS, "/storage")
        if row.type == "pbs"
    )
