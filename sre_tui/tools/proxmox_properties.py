"""The properties of a guest in groups, in the order in which a person looks at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from providers.proxmox import (
    Boot,
    Compute,
    GuestConfig,
    GuestDetail,
    GuestNow,
    Network,
    Replication,
    Volume,
)
from sre_tui.tools.proxmox_guest_data import Property
from sre_tui.tools.rendering import stamp
from sre_tui.views.units import with_unit

_QUIET_OPTIONS = frozenset({"digest", "smbios1", "vmgenid", "meta", "arch", "scsihw"})
"""What nobody looks for; the typed part has them all."""
TASKS = 5


def properties_of(
    detail: GuestDetail, replications: Sequence[Replication] = ()
) -> Iterator[Property]:
    """Everything about a guest that is reported; what is not is left out."""
    found = [*_status(detail)]
    if detail.config is not None:
        found += _config(detail.config)
    found += _inside(detail)
    for snapshot in detail.snapshots:
        note = "; ".join(
            part
            for part in (
                snapshot.description,
                "with memory" if snapshot.with_memory else "",
                "the present state follows it" if snapshot.current else "",
            )
            if part
        )
        found.append(Property(group="snapshots", name=snapshot.name, value=snapshot.at, note=note))
    for each in replications:
        note = f"{each.failures} failed attempts: {each.error}" if each.failures else each.schedule
        found.append(
            Property(group="replication", name=f"to {each.target}", value=each.last_sync, note=note)
        )
    for task in detail.tasks[:TASKS]:
        note = task.status or task.state
        by = f" by {task.user}" if task.user else ""
        found.append(
            Property(group="tasks", name=task.type, value=task.started, note=f"{note}{by}")
        )
    return (each for each in found if each.value not in (None, "") or each.note)


def property_text(each: Property, now: datetime) -> str:
    """A property for a model: ``memory 4.0 GiB (of 8.0 GiB)``."""
    shown = value_text(each, now)
    note = f" ({each.note})" if each.note else ""
    return f"{each.name} {shown}{note}" if shown else f"{each.name}{note}"


def value_text(each: Property, now: datetime) -> str:
    """The value with its unit, times with their age."""
    value = each.value
    if isinstance(value, datetime):
        return stamp(value, now)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return with_unit(float(value), each.unit or None)
    return "" if value is None else value


def _status(detail: GuestDetail) -> Iterator[Property]:
    guest, now = detail.guest, detail.now or GuestNow()
    word = "template" if guest.template else now.status or guest.status
    odd = now.detail if now.detail not in ("", word) else ""
    yield Property(group="status", name="state", value=word, note=odd)
    yield Property(group="status", name="node", value=guest.node)
    if word == "running":
        yield Property(group="status", name="uptime", value=now.uptime, unit="s")
        cpus = f"of {now.cpus:g} CPU{'' if now.cpus == 1 else 's'}" if now.cpus else ""
        yield Property(group="status", name="cpu", value=now.cpu, unit="ratio", note=cpus)
        memory = f"of {with_unit(now.memory_size, 'B')}" if now.memory_size else ""
        yield Property(group="status", name="memory", value=now.memory, unit="B", note=memory)
        disk = f"of {with_unit(now.disk_size, 'B')}" if now.disk and now.disk_size else ""
        yield Property(group="status", name="disk", value=now.disk, unit="B", note=disk)
    if now.pressure is not None:
        for kind in ("cpu", "io", "memory"):
            share = getattr(now.pressure, kind)
            yield Property(group="status", name=f"{kind} pressure", value=share, unit="ratio")
    yield Property(group="status", name="lock", value=now.lock or guest.lock)
    if now.ha_managed:
        yield Property(group="status", name="high availability", value=now.ha_state or "managed")
    yield Property(group="status", name="tags", value=", ".join(guest.tags))
    yield Property(group="status", name="pool", value=guest.pool)


def _config(config: GuestConfig) -> Iterator[Property]:
    yield from _compute(config.compute)
    for volume in config.volumes:
        yield _volume(volume)
    for card in config.networks:
        yield _network(card)
    yield from _boot(config.boot)
    yield Property(group="options", name="guest agent", value=config.agent)
    yield Property(group="options", name="unprivileged", value=config.unprivileged)
    for name, value in config.options.items():
        if name not in _QUIET_OPTIONS:
            yield Property(group="options", name=name, value=value)
    yield Property(group="options", name="description", value=config.description)


def _compute(compute: Compute) -> Iterator[Property]:
    sockets = f"in each of {compute.sockets} sockets" if (compute.sockets or 1) > 1 else ""
    yield Property(group="compute", name="cores", value=compute.cores, note=sockets)
    yield Property(group="compute", name="cpu type", value=compute.cpu_type)
    yield Property(group="compute", name="cpu limit", value=compute.cpu_limit)
    yield Property(group="compute", name="cpu units", value=compute.cpu_units)
    yield Property(group="compute", name="memory", value=compute.memory, unit="B")
    off = "ballooning is off" if compute.balloon == 0 else ""
    yield Property(
        group="compute", name="balloon", value=compute.balloon or None, unit="B", note=off
    )
    yield Property(group="compute", name="swap", value=compute.swap, unit="B")
    yield Property(group="compute", name="machine", value=compute.machine)
    yield Property(group="compute", name="bios", value=compute.bios)


def _volume(volume: Volume) -> Property:
    parts = [volume.volume]
    if volume.mountpoint:
        parts.append(f"at {volume.mountpoint}")
    if volume.is_cdrom:
        parts.append("CD drive")
    elif volume.unused:
        parts.append("unused")
    elif not volume.backed_up:
        parts.append("not in backups")
    parts += [_options(volume.options)] if volume.options else []
    return Property(
        group="disks", name=volume.slot, value=volume.size, unit="B", note=", ".join(parts)
    )


def _network(card: Network) -> Property:
    parts = [card.model, card.mac]
    parts += [f"VLAN {card.vlan}"] if card.vlan is not None else []
    parts += [card.address, f"gateway {card.gateway}" if card.gateway else ""]
    parts += ["firewall" if card.firewall else "", "" if card.connected else "disconnected"]
    return Property(
        group="network",
        name=card.name or card.slot,
        value=card.bridge,
        note=", ".join(part for part in parts if part),
    )


def _boot(boot: Boot) -> Iterator[Property]:
    yield Property(group="boot", name="starts on boot", value=boot.onboot)
    yield Property(group="boot", name="order", value=boot.order)
    yield Property(group="boot", name="startup", value=boot.startup)
    yield Property(group="boot", name="os type", value=boot.os_type)
    if boot.protection:
        yield Property(group="boot", name="protected", value=True)


def _inside(detail: GuestDetail) -> Iterator[Property]:
    for interface in detail.interfaces:
        yield Property(
            group="addresses",
            name=interface.name,
            value=", ".join(interface.addresses) or "none",
            note=interface.mac,
        )
    if detail.guest.type == "qemu" and detail.agent not in ("unknown", "answers"):
        word = detail.agent.replace("_", " ")
        yield Property(group="addresses", name="guest agent", value=word)


def _options(options: Mapping[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in options.items())
