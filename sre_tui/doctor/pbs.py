"""Check-up of a backup server: reached, version, rights enough and not too many, datastores."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from providers.clock import Clock
from providers.pbs import Datastore, PbsClient
from providers.pbs.access import DATASTORES
from providers.proxmox import Permissions
from providers.reading import State
from sre_tui.doctor.finding import Finding, broken, doubtful, failed_reading, good
from sre_tui.doctor.reach import token_text
from sre_tui.doctor.rights import beyond_reading, opened, unseen
from sre_tui.views.datastores import store_state
from sre_tui.views.human import count
from widgets.cell import unmarked

OLDEST: Final = 3
_STORED: Final = replace(DATASTORES, what="datastores and the backups in them")
_NEEDED: Final = (
    ("Sys.Audit", "/system/tasks", "tasks of others, such as failed backups"),
    ("Sys.Audit", "/system/status", "load of the server"),
)
_HARMLESS: Final = ".Audit"
_CREATE: Final = (
    "Create a token that only reads, on the backup server: proxmox-backup-manager user create "
    "sre@pbs; proxmox-backup-manager user generate-token sre@pbs tui; proxmox-backup-manager acl "
    "update / Audit --auth-id sre@pbs; proxmox-backup-manager acl update / Audit --auth-id "
    "'sre@pbs!tui'. Write 'sre@pbs!tui:SECRET', with a colon, into a file and name the "
    "file in PBS_API_TOKEN_FILE, or set PBS_API_TOKEN."
)


async def pbs(client: PbsClient, clock: Clock) -> list[Finding]:
    """Reached, let in, version, the rights each part needs, no right to change, datastores."""
    found, held = await opened(client, "Backup Server", _CREATE, _look, partial(_version, client))
    if held is None:
        return found
    return [*found, *_rights(client, held), *await _datastores(client, held)]


def _look(user: str) -> str:
    return (
        f"`proxmox-backup-manager user list-tokens {user}` shows its tokens, and the server's "
        "/var/log/proxmox-backup/api/auth.log the reason."
    )


def _version(client: PbsClient, version: str) -> list[Finding]:
    major = version.partition(".")[0]
    if major.isdecimal() and int(major) < OLDEST:
        text = f"version {version} is older than {OLDEST}, which is the oldest that is known here"
        return [doubtful(client.source, "version", text, "Update it; some parts may be missing.")]
    return []


def _rights(client: PbsClient, held: Permissions) -> list[Finding]:
    fix = client.recipe[0].upper() + client.recipe[1:]
    stored = unseen(client, _STORED, held, fix)
    found = [stored] if stored is not None else []
    for privilege, path, what in _NEEDED:
        if not held.has(privilege, path):
            text = f"{token_text(client.endpoint)} lacks {privilege} on {path}: no {what}"
            found.append(broken(client.source, "rights", text, fix, State.UNAUTHORIZED))
    if not found:
        found.append(good(client.source, "rights", "everything that is shown can be read"))
    more = [name for name in held.privileges if not name.endswith(_HARMLESS)]
    return [*found, *beyond_reading(client.source, "the token", more, _CREATE)]


async def _datastores(client: PbsClient, held: Permissions) -> list[Finding]:
    stores = await client.datastores()
    if stores.data is None:
        # A missing right is named already.
        if stores.state is State.UNAUTHORIZED:
            return []
        return [failed_reading(stores, "datastores")]
    there = [store for store in stores.data if not store.is_away]
    found = [
        doubtful(
            client.source,
            "datastores",
            f"{store.name} cannot be read: {store.error}",
            "Look at its disk and path on the server; `sre backups datastores` shows its state.",
        )
        for store in there
        if store.error
    ]
    # What may not be seen is named already.
    if not found and stores.state is State.PARTIAL and DATASTORES.is_seen(held):
        found = [doubtful(client.source, "datastores", stores.detail)]
    if not found:
        told = "; ".join([f"{count(len(there), 'datastore')} readable", *_away(stores.data)])
        found = [good(client.source, "datastores", told)]
    return [*found, *_default(client, stores.data)]


def _away(stores: tuple[Datastore, ...]) -> list[str]:
    """What is said of datastores that are meant not to be there now."""
    return [f"{store.name}: {unmarked(store_state(store))}" for store in stores if store.is_away]


def _default(client: PbsClient, stores: tuple[Datastore, ...]) -> list[Finding]:
    name = client.default_datastore
    if name is None or name in {store.name for store in stores}:
        return []
    known = ", ".join(store.name for store in stores) or "none"
    return [
        broken(
            client.source,
            "datastores",
            f"there is no datastore {name!r}, the default one",
            f"Set PBS_DEFAULT_DATASTORE to one of: {known}.",
        )
    ]
