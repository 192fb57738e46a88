"""What a token may do on a backup server, and why a list may be empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from providers.errors import Unauthorized
from providers.pbs.api import Api
from providers.pbs.models import Task
from providers.proxmox.permissions import Area, read_permissions
from providers.reading import Obstacle

USER: Final = "sre@pbs"
"""Who the recipes are for where there is no token."""
DATASTORES: Final = Area("Datastore.Audit", "/datastore", "datastores")
JOBS: Final = replace(DATASTORES, what="jobs")
TASKS: Final = ("Sys.Audit", "/system/tasks")
"""The right to see tasks of others, and where it has to be held."""


def backups_in(datastore: str) -> Area:
    """The backups in a datastore; in all if it is empty."""
    root = f"{DATASTORES.root}/{datastore}" if datastore else DATASTORES.root
    return replace(DATASTORES, root=root, what="backups")


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
