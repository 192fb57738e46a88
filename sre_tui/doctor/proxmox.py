"""Check-up of a Proxmox VE: reached, version, rights enough and not too many, nodes, clock, TLS."""

from __future__ import annotations

from functools import partial
from typing import Final

from providers.clock import Clock
from providers.proxmox import Permissions, ProxmoxClient
from providers.reading import State
from sre_tui.doctor.finding import Finding, broken, doubtful, failed_reading, good
from sre_tui.doctor.reach import token_text
from sre_tui.doctor.rights import beyond_reading, opened

OLDEST: Final = (8, 0)
_NEEDED: Final = {
    "VM.Audit": ("/vms/*", "guests with their configuration and backups"),
    "Sys.Audit": ("/", "nodes, tasks, backup jobs, disks and high availability"),
    "Datastore.Audit": ("/storage/*", "storages and what lies on them"),
}
"""Where each is wanted; the star stands for what has no rights of its own and inherits."""
_HARMLESS: Final = ".Audit"
_CREATE: Final = (
    "Create a token that only reads: pveum user add sre@pve; pveum user token add sre@pve tui "
    "-privsep 1; pveum acl modify / -user sre@pve -role PVEAuditor; pveum acl modify / -token "
    "'sre@pve!tui' -role PVEAuditor. Write 'sre@pve!tui=SECRET' into a file and name the file "
    "in PROXMOX_API_TOKEN_FILE, or set PROXMOX_API_TOKEN."
)


async def proxmox(client: ProxmoxClient, clock: Clock) -> list[Finding]:
    """Reached, let in, version, the rights each part needs, no right to change things, nodes."""
    found, held = await opened(client, "Proxmox VE", _CREATE, _look, partial(_version, client))
    if held is None:
        return found
    return [*found, *_rights(client, held), *await _nodes(client)]


def _look(user: str) -> str:
    return (
        f"`pveum user token list {user}` shows its tokens, and `journalctl -u pvedaemon` on the "
        "server the reason."
    )


def _version(client: ProxmoxClient, version: str) -> list[Finding]:
    numbers = version.replace("-", ".").split(".")[:2]
    if all(part.isdecimal() for part in numbers) and tuple(map(int, numbers)) < OLDEST:
        return [
            doubtful(
                client.source,
                "version",
                f"Proxmox VE {version} is older than 8, which is the oldest that is known here",
                "Update it; until then some parts may be missing.",
            )
        ]
    return []


def _rights(client: ProxmoxClient, held: Permissions) -> list[Finding]:
    found: list[Finding] = []
    fix = client.recipe[0].upper() + client.recipe[1:]
    for privilege, (path, what) in _NEEDED.items():
        if held.has(privilege, path):
            continue
        if held.anywhere(privilege):
            places = ", ".join(p for p in sorted(held.granted) if held.has(privilege, p))
            text = f"{privilege} is held on {places} only: of {what} the rest is not seen"
            found.append(doubtful(client.source, "rights", text, fix))
        else:
            text = f"{token_text(client.endpoint)} lacks {privilege}: no {what}"
            found.append(broken(client.source, "rights", text, fix, State.UNAUTHORIZED))
    if not found:
        found.append(good(client.source, "rights", "everything that is shown can be read"))
    more = [name for name in held.privileges if not name.endswith(_HARMLESS)]
    return [*found, *beyond_reading(client.source, "the token", more, _CREATE)]


async def _nodes(client: ProxmoxClient) -> list[Finding]:
    nodes = await client.nodes()
    if nodes.data is None:
        # A missing right is named already.
        return [] if nodes.state is State.UNAUTHORIZED else [failed_reading(nodes, "nodes")]
    silent = [report.node.name for report in nodes.data if report.status is None]
    text = f"{len(nodes.data) - len(silent)} of {len(nodes.data)} nodes answer"
    if silent:
        return [
            doubtful(
                client.source,
                "nodes",
                f"{text}; {', '.join(silent)} does not" if len(silent) == 1
                else f"{text}; {', '.join(silent)} do not",
                "`sre nodes` says why; `sre runbooks show proxmox-quorum-lost` has the steps.",
            )
        ]  # fmt: skip
    return [good(client.source, "nodes", text)]
