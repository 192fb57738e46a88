"""API tokens of a simulated Proxmox VE, and what its access control lists let them see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import unquote

from sre_tui.demo.servers.proxmox_answers import ProxmoxError

ProxmoxVersion = Literal["7.4", "8.4", "9.2"]

_AUDITOR: Final = frozenset(
    {"VM.Audit", "Sys.Audit", "Datastore.Audit", "SDN.Audit", "Pool.Audit", "Mapping.Audit"}
)
_ADMIN: Final = _AUDITOR | {
    "VM.Allocate", "VM.PowerMgmt", "VM.Config.Disk", "VM.Snapshot", "Sys.Modify",
    "Sys.PowerMgmt", "Datastore.Allocate", "Permissions.Modify", "User.Modify",
}  # fmt: skip
_HEADER: Final = re.compile(r"(?:^|\s)PVEAPIToken[= ](?P<token>[^;]*)")
_TOKEN: Final = re.compile(r"(?P<user>[^!\s]+@[^!\s]+)!(?P<name>[A-Za-z][\w.-]*)=(?P<secret>\S+)")


def privileges_of(role: str, version: ProxmoxVersion) -> frozenset[str]:
    """The privileges of a role; which one opens the guest agent changed with version 9."""
    agent = "VM.GuestAgent.Audit" if version == "9.2" else "VM.Monitor"
    match role:
        case "PVEAuditor":
            # Before version 9 asking the agent was a right to change things.
            return _AUDITOR | {agent} if version == "9.2" else _AUDITOR
        case "Administrator":
            return _ADMIN | {agent}
        case _:
            return frozenset(role.split(","))


@dataclass(frozen=True)
class ProxmoxToken:
    """An API token; ``acl`` gives a role, or privileges with commas between, by path."""

    user: str = "sre@pve"
    name: str = "tui"
    acl: Mapping[str, str] = field(default_factory=lambda: {"/": "PVEAuditor"})
    expired: bool = False

    def may(self, privilege: str, path: str, version: ProxmoxVersion) -> bool:
        """Whether a privilege is held on a path or above it."""
        while True:
            if path in self.acl:
                # An entry nearer to the object replaces the one above.
                return privilege in privileges_of(self.acl[path], version)
            if path == "/":
                return False
            path = path.rpartition("/")[0] or "/"

    def permissions(self, version: ProxmoxVersion) -> dict[str, dict[str, int]]:
        """What ``/access/permissions`` answers."""
        return {
            path: dict.fromkeys(sorted(privileges_of(role, version)), 1)
            for path, role in self.acl.items()
        }


def token_of(
    header: str, tokens: Mapping[str, ProxmoxToken], version: ProxmoxVersion
) -> ProxmoxToken:
    """The token of an ``Authorization`` header; ``tokens`` are by secret.

    Raises:
        ProxmoxError: 401, with the reason in the status line only.
    """
    found = _HEADER.search(header)
    if found is None:
        raise ProxmoxError(401, "No ticket")
    parts = _TOKEN.fullmatch(unquote(found["token"].strip()))
    if parts is None:
        raise refused("no tokenid specified", version)
    token = tokens.get(parts["secret"])
    if token is None:
        raise refused("invalid token value!", version)
    if (parts["user"], parts["name"]) != (token.user, token.name):
        raise refused(f"no such token '{parts['name']}' for user '{parts['user']}'", version)
    if token.expired:
        raise refused(f"token '{token.name}' access expired", version)
    return token


def refused(reason: str, version: ProxmoxVersion) -> ProxmoxError:
    """A failed login; the newest versions do not say why."""
    return ProxmoxError(401, "Authentication failed!" if version == "9.2" else reason)
