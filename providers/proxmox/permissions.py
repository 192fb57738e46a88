"""What a token may do, and why a list may be empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict, JsonValue

from providers.coercion import flag
from providers.data_api import DataApi
from providers.errors import BadResponse, Unauthorized
from providers.proxmox.api import Api
from providers.reading import Obstacle

PATH: Final = "/access/permissions"
RECIPE: Final = (
    "give the token its own right: pveum acl modify / -token '{token}' -role PVEAuditor, "
    "and the same to its user: pveum acl modify / -user {user} -role PVEAuditor"
)


class Permissions(BaseModel):
    """Privileges by path of the access control lists."""

    model_config = ConfigDict(frozen=True)

    granted: Mapping[str, Mapping[str, bool]] = {}
    """Path to privilege to whether it is passed on to what lies below."""

    def has(self, privilege: str, path: str = "/") -> bool:
        """Whether the privilege is held there, directly or passed on from above."""
        if privilege in self.granted.get(path, {}):
            return True
        while path != "/":
            path = path.rpartition("/")[0] or "/"
            if self.granted.get(path, {}).get(privilege):
                return True
        return False

    def anywhere(self, privilege: str) -> bool:
        """Whether the privilege is held on any path at all."""
        return any(privilege in privileges for privileges in self.granted.values())

    @property
    def privileges(self) -> frozenset[str]:
        """Everything that is held anywhere."""
        return frozenset(name for privileges in self.granted.values() for name in privileges)


async def read_permissions(api: DataApi) -> Permissions:
    """The token's privileges (``/access/permissions``, which every token may ask).

    Raises:
        BackendError: if there is no usable answer.
    """
    return permissions_of(await api.data(PATH))


def permissions_of(data: JsonValue) -> Permissions:
    """The privileges of an answer; ``null`` and an empty list stand for none.

    Raises:
        BadResponse: if it is something else than an object of objects.
    """
    if not data:
        return Permissions()
    if not isinstance(data, dict):
        raise BadResponse(f"{PATH} answered no object of paths")
    return Permissions(
        granted={
            path: {name: flag(value) for name, value in privileges.items()}
            for path, privileges in data.items()
            if isinstance(privileges, dict)
        }
    )


async def refuse_blindness(api: Api, privilege: str, what: str) -> None:
    """Tell an empty list of a token that may see nothing from one of a host that has nothing.

    Raises:
        Unauthorized: if the token does not hold the privilege anywhere, with what would grant it.
        BackendError: if the permissions cannot be read.
    """
    await refuse_without(api, privilege, what, recipe(api))


async def refuse_without(api: DataApi, privilege: str, what: str, recipe: str) -> None:
    """As :func:`refuse_blindness`, for every product that has such permissions.

    Args:
        api: the server.
        privilege: what has to be held anywhere.
        what: what the list would hold.
        recipe: how to grant it.

    Raises:
        Unauthorized: if the token does not hold it.
        BackendError: if the permissions cannot be read.
    """
    if not (await read_permissions(api)).anywhere(privilege):
        raise Unauthorized(
            f"{api.http.endpoint.url} shows no {what}: the token lacks {privilege}; {recipe}",
            obstacle=Obstacle.RIGHT,
        )


def recipe(api: Api) -> str:
    """The commands that give this instance's token the least it needs."""
    user, name = api.token_names("sre@pve")
    return RECIPE.format(token=f"{user}!{name}", user=user)
