"""Answers whether one disk is well: its state in the pool, what SMART says, its temperature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from providers.truenas import Pool
from providers.truenas.storage_models import CALM, Vdev
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.pool_members import members_of
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.tools.truenas_data import PoolListing
from sre_tui.views.human import count, number, percent

_SECTORS: Final = {
    "Reallocated_Sector_Ct": "reallocated", "Current_Pending_Sector": "pending",
    "Offline_Uncorrectable": "uncorrectable",
}  # fmt: skip
_SMART: Final = (
    '{__name__=~"smartctl_device_(smart_status|temperature|percentage_used|media_errors|'
    'critical_warning)"} or smartctl_device_attribute{attribute_value_type="raw",'
    f'attribute_name=~"{"|".join(_SECTORS)}"}}'
)
_HOT: Final = {True: 75.0, False: 55.0}
"""Degrees Celsius that are too much for an NVMe disk, and for any other."""
_WORN: Final = 90.0
"""Per cent of the rated life."""


@dataclass
class DiskState:
    """What is known of one disk now.

    Attributes:
        name: its device.
        host: the machine it is in; empty if that is not told.
        pool: the pool it is a member of, with its own part of it.
        smart: values of its SMART metrics by name.
        cite: citations with a space before them.
    """

    name: str
    host: str = ""
    pool: Pool | None = None
    member: Vdev | None = None
    smart: dict[str, float] = field(default_factory=dict)
    cites: dict[str, None] = field(default_factory=dict)

    @property
    def cite(self) -> str:
        """Where it is from."""
        return "".join(self.cites)

    @property
    def gives_up(self) -> bool:
        """Whether it says of itself that it is failing."""
        return self.smart.get("smart_status") == 0 or self.smart.get("critical_warning", 0.0) > 0

    @property
    def called(self) -> str:
        """Its name and machine."""
        return f"{plain(self.name, 40)}{f' on {plain(self.host, 40)}' if self.host else ''}"

    def troubles(self) -> list[str]:
        """What is wrong with it, the most telling first; empty if nothing is."""
        said = []
        if self.member is not None and (
            self.member.missing or self.member.errors or self.member.state not in CALM
        ):
            gone = "it is gone from the system" if self.member.missing else ""
            state = self.member.state.casefold()
            counted = f"{count(self.member.errors, 'error')}" if self.member.errors else ""
            said.append(", ".join(part for part in (
                f"{state} in pool {plain(self.pool.name, 40)}" if self.pool else state, gone,
                counted) if part))  # fmt: skip
        if self.smart.get("smart_status") == 0:
            said.append("its SMART self-check failed")
        said += [
            f"{count(int(value), f'{word} sector')}"
            for word in _SECTORS.values()
            if (value := self.smart.get(word, 0.0)) > 0
        ]
        if (errors := self.smart.get("media_errors", 0.0)) > 0:
            said.append(count(int(errors), "media error"))
        if self.smart.get("critical_warning", 0.0) > 0:
            said.append("it gives a critical warning")
        if (worn := self.smart.get("percentage_used", 0.0)) >= _WORN:
            said.append(f"{number(worn)} % of its rated life is used")
        heat = self.smart.get("temperature")
        if heat is not None and heat > _HOT[self.name.startswith("nvme")]:
            said.append(f"too hot at {number(heat)} °C")
        return said

    def figures(self) -> str:
        """What is well about it, in words."""
        said = []
        if self.pool is not None and self.member is not None:
            where = f"{self.member.state.casefold()} in pool {plain(self.pool.name, 40)}"
            said.append(f"{where} without errors" if not self.member.errors else where)
        if self.smart.get("smart_status"):
            said.append("SMART passed")
        heat = self.smart.get("temperature")
        if heat is not None:
            said.append(f"{number(heat)} °C")
        told = [word for word in _SECTORS.values() if self.smart.get(word) == 0]
        if told:
            said.append(f"no {names(told).replace(' and ', ' or ')} sectors")
        if "percentage_used" in self.smart:
            said.append(f"{percent(self.smart['percentage_used'] / 100)} of its rated life used")
        return ", ".join(said)


async def disk_states(look: Look) -> list[DiskState]:
    """Every disk that a NAS or SMART tells of now, with its state."""
    found = await look.ask(
        pools=Call("truenas_pool_status", {}),
        smart=Call(INSTANT, {"query": _SMART, "limit": 5000}),
    )
    known: dict[tuple[str, str], DiskState] = {}
    _read_smart(look, found["smart"], known)
    _read_pools(look, found["pools"], known)
    return list(known.values())


def _read_smart(look: Look, found: Found, known: dict[tuple[str, str], DiskState]) -> None:
    data = found.data(InstantValues)
    for sample in data.items if data is not None else ():
        labels = sample.labels
        device = labels.get("device", "").removeprefix("/dev/")
        if not device or sample.value is None:
            continue
        host = look.inventory.host_of(labels)
        disk = known.setdefault((host, device), DiskState(device, host))
        name = labels.get("__name__", "").removeprefix("smartctl_device_")
        if name == "temperature" and labels.get("temperature_type", "current") != "current":
            continue
        name = _SECTORS.get(labels.get("attribute_name", ""), name)
        disk.smart[name] = sample.value
        disk.cites[found.cite] = None


def _read_pools(look: Look, found: Found, known: dict[tuple[str, str], DiskState]) -> None:
    data = found.data(PoolListing)
    for pool in data.items if data is not None else ():
        for member in members_of(pool):
            same = [disk for disk in known.values() if disk.name == member.label
                    and _of_nas(look, disk, pool)]  # fmt: skip
            host = next(iter(sorted(look.inventory.pools.get(pool.name, ()))), "")
            disk = same[0] if same else known.setdefault(
                (host, member.label), DiskState(member.label, host)
            )  # fmt: skip
            disk.pool, disk.member = pool, member
            disk.cites[found.cite] = None


def _of_nas(look: Look, disk: DiskState, pool: Pool) -> bool:
    """Whether a disk that SMART tells of can be the member of that name."""
    hosts = look.inventory.pools.get(pool.name, set())
    return not hosts or disk.host in hosts


def neighbours(disk: DiskState, every: Iterable[DiskState]) -> list[DiskState]:
    """The disks of the same pool that are not well."""
    if disk.pool is None:
        return []
    return [one for one in every if one is not disk and one.pool is disk.pool and one.troubles()]


def about_neighbours(disk: DiskState, every: Sequence[DiskState]) -> str:
    """What is wrong with other disks of its pool, for the end of a sentence; empty if nothing."""
    bad = neighbours(disk, every)
    if not bad:
        return ""
    told = "; ".join(f"{plain(one.name, 40)} ({', '.join(one.troubles()[:2])})" for one in bad[:3])
    return f"; but in the same pool {told} {'is' if len(bad) == 1 else 'are'} not well"


def disk_lines(disks: Sequence[DiskState]) -> Iterator[str]:
    """One line for each disk with its figures."""
    for disk in disks:
        trouble = ", ".join(disk.troubles())
        yield f"{disk.called}: {trouble or disk.figures() or 'nothing is told of it'}{disk.cite}"


__all__ = ["DiskState", "about_neighbours", "disk_lines", "disk_states", "neighbours"]
