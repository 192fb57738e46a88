"""Check-up of a TrueNAS: reached, version, rights enough and not too many, clock, TLS."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from providers.clock import Clock
from providers.reading import Obstacle, Reading, State
from providers.truenas import TrueNasClient
from sre_tui.doctor.finding import Finding, broken, doubtful, good
from sre_tui.doctor.reach import timed, transport, unreached
from sre_tui.doctor.rights import beyond_reading

RECIPE: Final = (
    "In TrueNAS: Credentials > Groups > Privileges > Add, role Readonly Admin for a group of its "
    "own; Credentials > Users > Add a user in it without shell and SMB; then the user's API Keys > "
    "Add; write the key into a file and name the file in TRUENAS_API_KEY_FILE, or set "
    "TRUENAS_API_KEY; the user is TRUENAS_USERNAME."
)
_ALLOW: Final = (
    "The key is not judged yet: in TrueNAS, System > Advanced Settings > Access, add this "
    "machine's address to the allowed ones."
)
_IN_FRONT: Final = (
    "The key was not sent, so another one changes nothing: what stands in front of the NAS "
    "refuses this machine. Let a reverse proxy or a login in front of it pass /api/current "
    "untouched, or set TRUENAS_URL to the NAS's own address; or add this machine to the allowed "
    "addresses of the NAS (System > Advanced Settings > Access)."
)
OLDEST: Final = (25, 4)
_ROLE: Final = "the role "
"""What a detail has that names a missing one."""
_PARTS: Final = (
    "pools and disks", "disks", "shares", "snapshots and replication", "status", "apps",
)  # fmt: skip
_ENOUGH: Final = frozenset({"READONLY_ADMIN", "SHARING_READ"})


async def truenas(client: TrueNasClient, clock: Clock) -> list[Finding]:
    """Reached, let in, version, every section readable, no right to change things."""
    info, spent = await timed(client.info)
    if info.data is None and (info.obstacle is not Obstacle.RIGHT or client.over_rest):
        return [await unreached(info, client.endpoint, _access(info.obstacle))]
    offset = None
    # Who lacks the right to its version has been let in, and may read other things.
    name = "TrueNAS of a version that may not be read"
    if info.data is not None:
        name = f"TrueNAS {info.data.version}"
        if info.data.clock is not None:
            offset = (info.data.clock - clock()).total_seconds()
    return [
        good(client.source, "reachable", f"{name} in {spent:.0f} ms"),
        *transport(client.source, client.endpoint, offset),
        *_version(client, info.data.version if info.data is not None else ""),
        *await _roles(client),
        *await _sections(client),
    ]


async def _sections(client: TrueNasClient) -> list[Finding]:
    """What can be read, and for what else which role is missing."""
    readings: Sequence[Reading[Any]] = await asyncio.gather(
        client.pools(),
        client.disks(),
        client.shares(),
        client.protection(),
        client.status(),
        client.apps(),
    )
    parts = list(zip(_PARTS, readings, strict=True))
    readable = [what for what, each in parts if each.state is State.OK]
    if len(readable) == len(parts):
        return [good(client.source, "rights", "everything that is shown can be read")]
    found = (
        [good(client.source, "rights", f"can be read: {', '.join(readable)}")] if readable else []
    )
    for what, each in parts:
        if each.state is State.OK:
            continue
        refused = each.obstacle is Obstacle.RIGHT or _ROLE in each.detail
        aspect, fix = ("rights", RECIPE) if refused else ("sections", "")
        text = f"{what}: {each.detail}"
        if each.data is None:
            found.append(broken(client.source, aspect, text, fix, each.state))
        else:
            found.append(doubtful(client.source, aspect, text, fix))
    return found


def _access(obstacle: Obstacle | None) -> str:
    """How to be let in, by who refused."""
    if obstacle is Obstacle.FRONT:
        return _IN_FRONT
    return _ALLOW if obstacle is Obstacle.ADDRESS else RECIPE


def _version(client: TrueNasClient, version: str) -> list[Finding]:
    numbers = [int(part) for part in version.split(".")[:2] if part.isdecimal()]
    found: list[Finding] = []
    if len(numbers) == 2 and tuple(numbers) < OLDEST:
        found.append(
            doubtful(
                client.source,
                "version",
                f"TrueNAS {version} is older than 25.04, which is the oldest that is known here",
                "Update it; until then some parts may be missing.",
            )
        )
    if client.over_rest:
        found.append(
            doubtful(
                client.source,
                "transport",
                "it is asked over REST, which needs a full administrator's key, raises a daily "
                "alert on the NAS, tells no temperatures, and is gone in TrueNAS 26",
                f"Leave out rest = true. {RECIPE}",
            )
        )
    elif client.endpoint.username is None:
        found.append(
            doubtful(
                client.source,
                "rights",
                "the key's account is not named, so it is used as keys before 25.04 were",
                "Set TRUENAS_USERNAME to the account the key belongs to.",
            )
        )
    return found


async def _roles(client: TrueNasClient) -> list[Finding]:
    roles = await client.roles()
    if roles.data is None:
        # Over REST it is no matter of roles: only a full administrator's key works.
        if client.over_rest:
            return []
        told = f"what else the key may do is not known: {roles.detail}"
        return [doubtful(client.source, "rights", told, f"Reading is enough. {RECIPE}")]
    more = [role for role in roles.data if not role.endswith("_READ") and role not in _ENOUGH]
    return beyond_reading(client.source, "the key", more, RECIPE)
