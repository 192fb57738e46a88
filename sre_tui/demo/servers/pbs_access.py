"""API tokens of a backup server and what they may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from sre_tui.demo.servers.pbs_answers import PbsError

_PREFIX: Final = "PBSAPIToken"
ROLES: Final[Mapping[str, frozenset[str]]] = {
    "Audit": frozenset({"Sys.Audit", "Datastore.Audit"}),
    "DatastoreAudit": frozenset({"Datastore.Audit"}),
    "Admin": frozenset(
        {
            "Sys.Audit", "Sys.Modify", "Sys.PowerManagement", "Datastore.Audit",
            "Datastore.Allocate", "Datastore.Modify", "Datastore.Read", "Datastore.Verify",
            "Datastore.Backup", "Datastore.Prune", "Permissions.Modify",
        }
    ),
}  # fmt: skip


@dataclass(frozen=True)
class PbsToken:
    """A token ``user@realm!name`` with its roles by path of the access control list."""

    id: str
    secret: str
    acl: Mapping[str, str]

    def privileges(self, path: str) -> frozenset[str]:
        """What it may do on a path; the nearest entry above it counts."""
        while True:
            if path in self.acl:
                return ROLES[self.acl[path]]
            if path == "/":
                return frozenset()
            path = path.rpartition("/")[0] or "/"

    def may(self, privilege: str, path: str) -> bool:
        """Whether it holds a privilege on a path."""
        return privilege in self.privileges(path)

    def permissions(self) -> dict[str, dict[str, bool]]:
        """Every path with its privileges and whether they are passed on."""
        return {
            path: dict.fromkeys(sorted(ROLES[role]), True)
            for path, role in sorted(self.acl.items())
        }


def token_of(request: Request, tokens: Mapping[str, PbsToken]) -> PbsToken:
    """The token of a request; raises 401 as the server words it."""
    header = request.headers.get("Authorization", "")
    if not header.startswith(_PREFIX) or header[len(_PREFIX) : len(_PREFIX) + 1] not in ("=", " "):
        raise _unauthorized("no authentication credentials provided.")
    name, colon, secret = header[len(_PREFIX) + 1 :].partition(":")
    if not colon:
        raise _unauthorized("failed to split 'id:secret' - no ':' separator found")
    token = tokens.get(name)
    if token is None or token.secret != secret:
        raise _unauthorized("invalid credentials.")
    return token


def require(token: PbsToken, privilege: str, path: str) -> None:
    """Raises 403 where the token lacks a privilege."""
    if not token.may(privilege, path):
        raise PbsError(403, "permission check failed")


def _unauthorized(why: str) -> PbsError:
    return PbsError(401, f"authentication failed - {why}")
