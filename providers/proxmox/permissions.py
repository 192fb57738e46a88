"""What a token may do, and why a list may be empty."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue

from providers.attempt import attempt
from providers.coercion import flag
from providers.data_api import DataApi
from providers.errors import BackendError, BadResponse, Unauthorized, Unreachable
from providers.proxmox.api import Api
from providers.reading import Obstacle

T = TypeVar("T")

PATH: Final = "/access/permissions"
MOST_NAMED: Final = 8
"""Objects of a list that are named where a token sees those alone."""
SHARE: Final = 0.5
"""Of the time a question may take: how long a list waits for what the token may do."""
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
        """Whether the privilege is held there; what is granted nearest to the path decides.

        Every path that an access control list names is told with all that holds there.
        """
        if path in self.granted:
            return privilege in self.granted[path]
        while path != "/":
            path = path.rpartition("/")[0] or "/"
            passed_on = [name for name, on in self.granted.get(path, {}).items() if on]
            if passed_on:
                return privilege in passed_on
        return False

    def places(self, privilege: str) -> tuple[str, ...]:
        """The paths on which the privilege is held."""
        return tuple(sorted(path for path, names in self.granted.items() if privilege in names))

    @property
    def privileges(self) -> frozenset[str]:
        """Everything that is held anywhere."""
        return frozenset(name for privileges in self.granted.values() for name in privileges)


Held: TypeAlias = Permissions | BackendError
"""What a token may do, or why that cannot be read."""


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


@dataclass(frozen=True)
class Area:
    """A list from which a server leaves out, without a word, what a token may not see."""

    privilege: str
    """What has to be held on an object to see it."""
    root: str
    """The path below which the objects have theirs."""
    what: str
    """What the list would hold."""

    def is_seen(self, held: Permissions) -> bool:
        """Whether all of it is seen: held for every object that has no rights of its own."""
        return held.has(self.privilege, f"{self.root}/*")

    def parts(self, held: Permissions) -> tuple[str, ...]:
        """Names of the single objects that are seen where not all of them are."""
        below = f"{self.root}/"
        places = held.places(self.privilege)
        return tuple(path.removeprefix(below) for path in places if path.startswith(below))

    def lack(self, held: Permissions, who: str = "the token") -> str:
        """That the right is missing, and where it is held without being of any use for this."""
        useless = [path for path in held.places(self.privilege)
                   if not path.startswith(f"{self.root}/")]  # fmt: skip
        of_no_use = f" (on {', '.join(useless)} it is of no use here)" if useless else ""
        return f"{who} lacks {self.privilege} on {self.root}{of_no_use}"

    def unseen(self, api: DataApi, held: Held, recipe: str, *, empty: bool) -> str:
        """One line about what a list does not hold for want of a right; empty if it holds all.

        Args:
            api: the server that gave the list.
            held: the token's permissions, or why they cannot be read.
            recipe: how to grant what is missing.
            empty: whether the list is.

        Raises:
            Unauthorized: if the list is empty and no object of it may be seen, with what would
                grant the right.
            BackendError: if it is empty and the permissions cannot be read.
        """
        if isinstance(held, BackendError):
            if empty:
                raise held
            return ""
        if self.is_seen(held):
            return ""
        lack = f"{self.lack(held)}; {recipe}"
        parts = self.parts(held)
        if empty and all("/" in part for part in parts):
            raise Unauthorized(
                f"{api.http.endpoint.url} shows no {self.what}: {lack}", obstacle=Obstacle.RIGHT
            )
        if parts:
            return f"all {self.what} but {few(parts)} missing: {lack}"
        return f"some {self.what} may be missing: {lack}"


def few(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"


GUESTS: Final = Area("VM.Audit", "/vms", "guests")
STORAGES: Final = Area("Datastore.Audit", "/storage", "storages")
NODES: Final = Area("Sys.Audit", "/nodes", "nodes")
TASKS: Final = Area("Sys.Audit", "/nodes", "tasks but its own")


async def with_permissions(api: DataApi, call: Callable[[], Awaitable[T]]) -> tuple[T, Held]:
    """What a call brings, and what the token may do, both asked for at the same time.

    Raises:
        BackendError: that of the call.
    """
    # Both are waited for though one fails, so that no request outlives its question.
    found, held = await asyncio.gather(attempt(call), attempt(partial(_permissions_in_time, api)))
    if isinstance(found, BackendError):
        raise found
    return found, held


async def _permissions_in_time(api: DataApi) -> Permissions:
    limit = api.http.endpoint.timeout * SHARE
    try:
        async with asyncio.timeout(limit):
            return await read_permissions(api)
    except TimeoutError as error:
        # A list that is there must not be lost for it.
        raise Unreachable(f"{PATH} was not answered within {limit:g} s") from error


def own_only(held: Held, nodes: Collection[str], recipe: str) -> tuple[frozenset[str], str]:
    """The nodes of which only the token's own tasks are seen, and a line that says so.

    Args:
        held: the token's permissions, or why they cannot be read.
        nodes: those that were asked.
        recipe: how to grant what is missing.
    """
    if isinstance(held, BackendError):
        return frozenset(), ""
    blind = [node for node in nodes if not held.has(TASKS.privilege, f"{TASKS.root}/{node}")]
    if not blind:
        return frozenset(), ""
    paths = ", ".join(f"{TASKS.root}/{node}" for node in blind)
    return frozenset(blind), (
        f"tasks of {', '.join(blind)} but the token's own missing: the token lacks "
        f"{TASKS.privilege} on {paths}; {recipe}"
    )


async def or_granting(api: Api, call: Callable[[], Awaitable[T]]) -> T:
    """What a call brings that is refused as a whole where a right is missing.

    Raises:
        BackendError: that of the call; for want of a right with what grants it.
    """
    try:
        return await call()
    except Unauthorized as error:
        if error.obstacle is not Obstacle.RIGHT:
            raise
        raise Unauthorized(
            f"{error}; {recipe(api)}", status=error.status, obstacle=error.obstacle
        ) from error


def recipe(api: Api) -> str:
    """The commands that give this instance's token the least it needs."""
    user, name = api.token_names("sre@pve")
    return RECIPE.format(token=f"{user}!{name}", user=user)
