"""What a token may do on a backup server, and why a list may be empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from providers.errors import Unauthorized
from providers.pbs.api import Api
from providers.pbs.models import Task
from providers.proxmox.permissions import read_permissions, refuse_without
from providers.reading import Obstacle

USER: Final = "sre@pbs"
"""Who the recipes are for where there is no token."""
AUDIT: Final = "Datastore.Audit"
TASKS: Final = ("Sys.Audit", "/system/tasks")
"""The right to see tasks of others, and where it has to be held."""


async def refuse_blindness(api: Api, privilege: str, what: str) -> None:
    """Tell an empty list of a token that may see nothing from one of a server that has nothing.

    Raises:
        Unauthorized: if the token does not hold the privilege anywhere, with what would grant it.
        BackendError: if the permissions cannot be read.
    """
    await refuse_without(api, privilege, what, recipe(api))


async def unseen_tasks(api: Api, tasks: Sequence[Task]) -> str:
    """A line if the token may see its own tasks only; empty if it sees all.

    Raises:
        Unauthorized: if there is not even one of its own, with what would grant the right.
        BackendError: if the permissions cannot be read.
    """
    # One task of somebody else shows that all are seen, which saves a question.
    own = "!".join(api.token_names(USER))
    if any(task.user != own for task in tasks):
        return ""
    if (await read_permissions(api)).has(*TASKS):
        return ""
    lacks = f"the token lacks {TASKS[0]} on {TASKS[1]}; {recipe(api)}"
    if tasks:
        return f"tasks but its own missing: {lacks}"
    raise Unauthorized(
        f"{api.http.endpoint.url} shows no tasks but its own: {lacks}", obstacle=Obstacle.RIGHT
    )


def recipe(api: Api) -> str:
    """The commands that give this instance's token the least it needs."""
    user, name = api.token_names(USER)
    grant = "proxmox-backup-manager acl update / Audit --auth-id"
    return (
        f"give the token its own right: {grant} '{user}!{name}', "
        f"and the same to its user: {grant} {user}"
    )
