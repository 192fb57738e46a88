"""What a token may do on a backup server, and why a list may be empty."""

from __future__ import annotations

from typing import Final

from providers.errors import Unauthorized
from providers.pbs.api import Api
from providers.proxmox.permissions import Permissions, permissions_of

PATH: Final = "/access/permissions"
AUDIT: Final = "Datastore.Audit"
TASKS: Final = "Sys.Audit"


async def read_permissions(api: Api) -> Permissions:
    """The token's privileges (``/access/permissions``, which every token may ask).

    Raises:
        BackendError: if there is no usable answer.
    """
    return permissions_of(await api.data(PATH))


async def refuse_blindness(api: Api, privilege: str, what: str) -> None:
    """Tell an empty list of a token that may see nothing from one of a server that has nothing.

    Raises:
        Unauthorized: if the token does not hold the privilege anywhere, with what would grant it.
        BackendError: if the permissions cannot be read.
    """
    if (await read_permissions(api)).anywhere(privilege):
        return
    raise Unauthorized(
        f"{api.http.endpoint.url} shows no {what}: the token lacks {privilege}; {recipe(api)}"
    )


def recipe(api: Api) -> str:
    """The commands that give this instance's token the least it needs."""
    secret = api.http.endpoint.token
    identity = "" if secret is None else secret.get_secret_value().partition(":")[0]
    user, _, name = identity.removeprefix("PBSAPIToken=").partition("!")
    user, name = user or "sre@pbs", name or "tui"
    grant = "proxmox-backup-manager acl update / Audit --auth-id"
    return (
        f"give the token its own right: {grant} '{user}!{name}', "
        f"and the same to its user: {grant} {user}"
    )
