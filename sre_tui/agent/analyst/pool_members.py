"""The disks of a pool, and which of them are not well."""

from __future__ import annotations

from providers.text import one_line
from providers.truenas import Pool
from providers.truenas.storage_models import Vdev
from sre_tui.views.human import count


def members_of(pool: Pool) -> list[Vdev]:
    """The disks of a pool."""
    return [member for vdev in pool.vdevs for member in vdev.members()]


def bad_members(pool: Pool) -> list[Vdev]:
    """Disks that are not online, or that count errors; the worst first."""
    bad = [one for one in members_of(pool) if one.state != "ONLINE" or one.missing or one.errors]
    return sorted(bad, key=lambda one: (one.state == "ONLINE", -one.errors))


def member_trouble(member: Vdev) -> str:
    """What is wrong with one disk."""
    state = "" if member.state == "ONLINE" else f" is {member.state.casefold()}"
    errors = f" has {count(member.errors, 'error')}" if member.errors else ""
    return f"disk {one_line(member.label, 40)}{state}{' and' if state and errors else ''}{errors}"
