"""Check-up of a Proxmox VE: reached, version, rights enough and not too many, nodes, clock, TLS."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from providers.clock import Clock
from providers.proxmox import NodeReport, Permissions, ProxmoxClient
from providers.proxmox.permissions import Area
from providers.reading import Reading, State
from sre_tui.doctor.finding import Finding, doubtful, failed_reading, good, noted
from sre_tui.doctor.rights import beyond_reading, opened, unseen

_OWN_RIGHT_SINCE: Final = 9
"""The version from which asking an agent is a right of its own, which auditors have."""
OLDEST: Final = (8, 0)
_NEEDED: Final = (
    Area("VM.Audit", "/vms", "guests with their configuration and backups"),
    Area("Sys.Audit", "/nodes", "status and tasks of nodes"),
    Area("Datastore.Audit", "/storage", "storages and what lies on them"),
)
_CLUSTER: Final = Area("Sys.Audit", "/", "backup jobs, disks, quorum and high availability")
"""Asked of the cluster as a whole, so that a right on single nodes does not do."""
_HARMLESS: Final = ".Audit"
_CREATE: Final = (
    "Create a token that only reads: pveum user add sre@pve; pveum user token add sre@pve tui "
    "-privsep 1; pveum acl modify / -user sre@pve -role PVEAuditor; pveum acl modify / -token "
    "'sre@pve!tui' -role PVEAuditor. Write 'sre@pve!tui=SECRET' into a file and name the file "
    "in PROXMOX_API_TOKEN_FILE, or set PROXMOX_API_TOKEN."
)


async def proxmox(client: ProxmoxClient, clock: Clock) -> list[Finding]:
    """Reached, let in, version, the rights each part needs, no right to change things, nodes."""
    told: list[str] = []

    def version_findings(version: str) -> list[Finding]:
        told.append(version)
        return _version(client, version)

    found, held = await opened(client, "Proxmox VE", _CREATE, _look, version_findings)
    if held is None:
        return found
    nodes = await client.nodes()
    names = [report.node.name for report in nodes.data or ()]
    return [*found, *_rights(client, held, names, told[0]), *_nodes(client, held, nodes)]


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


def _rights(
    client: ProxmoxClient, held: Permissions, nodes: Collection[str], version: str
) -> list[Finding]:
    """What the token may not see, and what it may change.

    Args:
        client: the backend.
        held: the token's privileges.
        nodes: names of the nodes there are, where they are known.
        version: of Proxmox VE.
    """
    fix = client.recipe[0].upper() + client.recipe[1:]
    guests, of_nodes, storages = _NEEDED
    whole = held.has(_CLUSTER.privilege)
    if not whole and not of_nodes.is_seen(held) and not of_nodes.parts(held):
        areas = [guests, replace(_CLUSTER, what=f"{of_nodes.what}, {_CLUSTER.what}"), storages]
    else:
        areas = [guests, of_nodes, *([] if whole else [_CLUSTER]), storages]
    found = [
        finding
        for area in areas
        if (finding := unseen(client, area, held, fix, nodes if area is of_nodes else ()))
    ]
    if not found:
        found.append(good(client.source, "rights", "everything that is shown can be read"))
    found += _agents(client, held, version, fix)
    more = [name for name in held.privileges if not name.endswith(_HARMLESS)]
    return [*found, *beyond_reading(client.source, "the token", more, _CREATE)]


def _agents(client: ProxmoxClient, held: Permissions, version: str, fix: str) -> list[Finding]:
    """A note where the agents of virtual machines, which know their addresses, may not be asked."""
    major = version.partition(".")[0]
    if major.isdecimal() and int(major) < _OWN_RIGHT_SINCE:
        right = "VM.Monitor"
        user, name = client.token_names
        # On the same path, since an entry below another one replaces it.
        grant = "pveum acl modify / -role SreAgents"
        how = (
            "Only if you want them: the right belongs to no role that only reads, and lets the "
            f"token do more than that. pveum role add SreAgents -privs {right}; "
            f"{grant} -user {user}; {grant} -token '{user}!{name}'. "
            "From version 9 on PVEAuditor has a right of its own for it."
        )
    else:
        right, how = "VM.GuestAgent.Audit", f"Only if you want them: {fix[0].lower()}{fix[1:]}"
    if not held.has("VM.Audit", "/vms/*") or held.has(right, "/vms/*"):
        return []
    text = f"addresses of virtual machines are not seen: the token lacks {right} on /vms"
    return [noted(client.source, "addresses", text, how)]


def _nodes(
    client: ProxmoxClient, held: Permissions, nodes: Reading[tuple[NodeReport, ...]]
) -> list[Finding]:
    if nodes.data is None:
        # A missing right is named already.
        return [] if nodes.state is State.UNAUTHORIZED else [failed_reading(nodes, "nodes")]
    seen = [each for each in nodes.data if held.has("Sys.Audit", f"/nodes/{each.node.name}")]
    silent = [report.node.name for report in seen if report.status is None]
    of_those = "" if len(seen) == len(nodes.data) else " that may be looked at"
    text = f"{len(seen) - len(silent)} of {len(seen)} nodes{of_those} answer"
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
