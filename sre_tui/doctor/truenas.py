"""Check-up of a TrueNAS: reached, version, rights enough and not too many, clock, TLS."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from providers.clock import Clock
from providers.reading import Obstacle, Reading, State
from providers.truenas import TrueNasClient
from sre_tui.doctor.finding import Finding, doubtful, failed_reading, good
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
_PARTS: Final = (
    "pools and disks", "disks", "shares", "snapshots and replication", "status", "apps",
)  # fmt: skip
_ENOUGH: Final = frozenset({"READONLY_ADMIN", "SHARING_READ"})


async def truenas(client: TrueNasClient, clock: Clock) -> list[Finding]:
    """Reached, let in, version, every section readable, no right to change things."""
    info, spent = await timed(client.info)
    if info.data is None:
        return [await unreached(info, client.endpoint, _access(info.obstacle))]
    system = info.data
    offset = None
    if system.clock is not None:
        offset = (system.clock - clock()).total_seconds()
    found = [
        good(client.source, "reachable", f"TrueNAS {system.version} in {spent:.0f} ms"),
        *transport(client.source, client.endpoint, offset),
        *_version(client, system.version),
        *await _roles(client),
    ]
    readings: Sequence[Reading[Any]] = await asyncio.gather(
        client.pools(),
        client.disks(),
        client.shares(),
        client.protection(),
        client.status(),
        client.apps(),
    )
    parts = zip(_PARTS, readings, strict=True)
    lacking = [(what, each) for what, each in parts if each.state is not State.OK]
    if not lacking:
        found.append(good(client.source, "rights", "everything that is shown can be read"))
    for what, each in lacking:
        if each.data is None:
            found.append(failed_reading(each, "rights", RECIPE))
        else:
            found.append(doubtful(client.source, "rights", f"{what}: {each.detail}", RECIPE))
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
