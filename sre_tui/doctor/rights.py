"""What a token may do beyond reading, and the steps up to its rights of a Proxmox product."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, Protocol

from providers.endpoint import Endpoint
from providers.proxmox import Permissions
from providers.proxmox.permissions import Area, few
from providers.reading import Reading, State
from sre_tui.doctor.finding import Finding, broken, doubtful, failed_reading, good
from sre_tui.doctor.reach import lacking, timed, token_text, transport, unreached

FEW: Final = 3
"""Rights that are named where there are many."""


class Permitted(Protocol):
    """A client of a product whose permissions are told by path."""

    @property
    def source(self) -> str: ...
    @property
    def endpoint(self) -> Endpoint: ...
    @property
    def clock_offset(self) -> float | None: ...
    @property
    def recipe(self) -> str: ...
    async def version(self) -> Reading[str]: ...
    async def permissions(self) -> Reading[Permissions]: ...


async def opened(
    client: Permitted,
    product: str,
    create: str,
    look: Callable[[str], str],
    version_findings: Callable[[str], Collection[Finding]],
) -> tuple[list[Finding], Permissions | None]:
    """The findings on the way to the token's rights, and these; None if it ends before.

    Args:
        client: the backend.
        product: what it is called.
        create: how to make a token that only reads.
        look: where the server tells, for a user, what is wrong with his token.
        version_findings: what there is to say of a version.
    """
    version, spent = await timed(client.version)
    if version.data is None:
        access = lacking(version, client.endpoint, create, client.recipe, look)
        return [await unreached(version, client.endpoint, access)], None
    found = [
        good(client.source, "reachable", f"{product} {version.data} in {spent:.0f} ms"),
        *transport(client.source, client.endpoint, client.clock_offset),
        *version_findings(version.data),
    ]
    permissions = await client.permissions()
    if permissions.data is None:
        access = lacking(permissions, client.endpoint, create, client.recipe, look)
        found.append(failed_reading(permissions, "rights", access))
    return found, permissions.data


def unseen(
    client: Permitted, area: Area, held: Permissions, fix: str, names: Collection[str] = ()
) -> Finding | None:
    """What is not seen of a list that the server filters by rights; None if all of it is.

    Args:
        client: the backend.
        area: the list.
        held: the token's privileges.
        fix: how to grant what is missing.
        names: the objects there are, where they are known.
    """
    if area.is_seen(held):
        return None
    parts = area.parts(held)
    if not parts:
        text = f"{area.lack(held, token_text(client.endpoint))}: no {area.what}"
        return broken(client.source, "rights", text, fix, State.UNAUTHORIZED)
    places = few([f"{area.root}/{part}" for part in parts])
    hidden = sorted(set(names) - set(parts))
    rest = f"nothing of {', '.join(hidden)}" if hidden else "no more"
    text = f"{area.privilege} is held on {places} only: of {area.what} {rest} is seen"
    return doubtful(client.source, "rights", text, fix)


def beyond_reading(source: str, who: str, names: Collection[str], recipe: str) -> list[Finding]:
    """The finding for rights to change things; none if there are none.

    Args:
        source: the backend.
        who: ``the token``.
        names: those rights.
        recipe: how to get along without.
    """
    if not names:
        return []
    named = ", ".join(sorted(names)[:FEW]) + (" …" if len(names) > FEW else "")
    told = f"{who} may also change things ({named})"
    return [doubtful(source, "rights", told, f"Reading is enough. {recipe}")]
