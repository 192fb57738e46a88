"""Whose backups these are: of which guest, of a former one under its id, or of one that is gone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from providers.proxmox import Guest, GuestType
from sre_tui.diagnosis.coverage.model import BackupCopy, Orphan

_HOST_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
Key = tuple[str, int]
"""Source and vmid of a guest."""
Group = tuple[GuestType, int]
"""Kind and vmid, as backups carry them."""


class Held(NamedTuple):
    """What is known of one backup, as light as tens of thousands of them need it.

    The members are those of :class:`BackupCopy`, which only those that are told become, but for
    ``storages``: every storage of Proxmox VE through which it is seen.
    """

    place: str
    kind: Literal["snapshot", "archive"]
    at: datetime
    size: int | None = None
    name: str | None = None
    verified: Literal["ok", "failed"] | None = None
    protected: bool = False
    storages: tuple[str, ...] = ()

    def told(self) -> BackupCopy:
        """The same as a model."""
        storage = self.storages[0] if self.storages else None
        return BackupCopy.model_validate(self._asdict() | {"storage": storage})


class Seen(NamedTuple):
    """One backup that was found, and under which id."""

    copy: Held
    type: GuestType
    vmid: int
    sources: frozenset[str]
    """The Proxmox VE of whose guest it may be; empty if of none that answered."""

    @property
    def group(self) -> Group:
        """The id it is filed under."""
        return self.type, self.vmid


def owned_by(guests: Sequence[Guest], seen: Sequence[Seen]) -> dict[Key, list[Seen]]:
    """Whose backups these are, the newest first.

    Two clusters may have a guest of the same id. Where both may have left the backup, the name in
    its notes tells whose it is; else it is left alone.
    """
    candidates: dict[Group, list[Guest]] = {}
    for guest in guests:
        candidates.setdefault((guest.type, guest.vmid), []).append(guest)
    found: dict[Key, list[Seen]] = {}
    for each in sorted(seen, key=lambda one: one.copy.at, reverse=True):
        possible = [one for one in candidates.get(each.group, []) if one.source in each.sources]
        if len(possible) > 1:
            possible = [guest for guest in possible if guest.name == each.copy.name]
        if len(possible) == 1:
            found.setdefault((possible[0].source, possible[0].vmid), []).append(each)
    return found


def noted_name(notes: str, guest: str | None = None) -> str | None:
    """The guest's name in the notes of a backup, which by default are nothing but that name."""
    text = notes.strip()
    if guest and guest in re.split(r"[\s,;:()]+", text):
        return guest
    return text if _HOST_NAME.fullmatch(text) else None


def orphans(guests: Sequence[Guest], seen: Sequence[Seen]) -> list[Orphan]:
    """The backups whose guest is gone, the newest first; needs the guests of every Proxmox.

    What is of no Proxmox VE that was asked is not among them: its guest may well be there.
    """
    known = {(guest.source, guest.type, guest.vmid) for guest in guests}
    groups: dict[tuple[frozenset[str], Group], list[Held]] = {}
    for each in sorted(seen, key=lambda one: one.copy.at, reverse=True):
        if each.sources and not any((source, *each.group) in known for source in each.sources):
            groups.setdefault((each.sources, each.group), []).append(each.copy)
    made = []
    for (sources, (kind, vmid)), copies in groups.items():
        now_there = next(
            (guest for guest in guests if guest.vmid == vmid and guest.source in sources), None
        )
        reason = "no guest has this id any more"
        if now_there is not None:
            reason = f"the id now belongs to {now_there.label}, {_KINDS[now_there.type]}"
        made.append(
            Orphan(
                type=kind,
                vmid=vmid,
                name=next((copy.name for copy in copies if copy.name), None),
                newest=copies[0].at,
                copies=len(copies),
                size=copies[0].size,
                places=tuple(dict.fromkeys(copy.place for copy in copies)),
                reason=reason,
            )
        )
    return sorted(made, key=lambda orphan: orphan.newest, reverse=True)


_KINDS: Final[Mapping[GuestType, str]] = {
    "lxc": "a container",
    "qemu": "a virtual machine",
}
