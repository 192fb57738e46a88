"""The inventory: guests, nodes and storages, all of one call."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from providers.coercion import Amount, Flag, Text, Whole, text
from providers.proxmox.guests import Guest, GuestState, GuestType, tags_of
from providers.proxmox.nodes import Node, NodeState
from providers.proxmox.storage import Storage
from providers.text import one_line
from providers.wire import Wire

PATH: Final = "/cluster/resources"
_GUEST_STATES: Final[Mapping[str, GuestState]] = {
    "running": "running",
    "stopped": "stopped",
    "shutdown": "stopped",
    "paused": "paused",
    "frozen": "paused",
    "suspended": "suspended",
    **dict.fromkeys(("io-error", "internal-error", "guest-panicked", "watchdog"), "error"),
    **dict.fromkeys(
        ("prelaunch", "inmigrate", "postmigrate", "finish-migrate", "save-vm", "restore-vm",
         "debug", "colo"), "paused"),
}  # fmt: skip
"""What a hypervisor calls it; between two of its states a machine does not compute."""
_NODE_STATES: Final = frozenset({"online", "offline"})


class Inventory(BaseModel):
    """What a cluster or a stand-alone host has."""

    model_config = ConfigDict(frozen=True)

    guests: tuple[Guest, ...] = ()
    nodes: tuple[Node, ...] = ()
    storages: tuple[Storage, ...] = ()

    @property
    def online(self) -> tuple[str, ...]:
        """Names of the nodes that can be asked."""
        return tuple(node.name for node in self.nodes if node.status != "offline")

    @property
    def offline(self) -> tuple[str, ...]:
        """Names of the nodes that cannot."""
        return tuple(node.name for node in self.nodes if node.status == "offline")


def _name(value: object) -> str:
    return one_line(text(value))


_Name = Annotated[str, BeforeValidator(_name)]
"""One line: it stands amid other text, where a line of its own would pass for somebody else's."""


class _Row(Wire):
    """A row of any type; older versions write numbers as strings."""

    type: Text = ""
    node: _Name = ""
    name: _Name = ""
    vmid: Whole = None
    status: Text = ""
    template: Flag = False
    uptime: Amount = None
    cpu: Amount = None
    maxcpu: Amount = None
    mem: Whole = None
    maxmem: Whole = None
    memhost: Whole = None
    disk: Whole = None
    maxdisk: Whole = None
    netin: Whole = None
    netout: Whole = None
    diskread: Whole = None
    diskwrite: Whole = None
    tags: Text = ""
    lock: Text = ""
    pool: Text = ""
    ha_state: Text = Field("", alias="hastate")
    storage: _Name = ""
    plugin: Text = Field("", alias="plugintype")
    content: Text = ""
    shared: Flag = False


ROWS: Final = TypeAdapter(list[_Row])


def inventory(source: str, rows: Sequence[_Row], only: Collection[str] = ()) -> Inventory:
    """The inventory of ``/cluster/resources``.

    Args:
        source: instance the rows come from.
        rows: as they were answered; rows of other types are left out.
        only: leaves other nodes than these out, and what is on them.
    """
    kept = [row for row in rows if not only or row.node in only]
    nodes = tuple(_node(source, row) for row in kept if row.type == "node" and row.node)
    return Inventory(
        guests=tuple(
            _guest(source, row)
            for row in kept
            if row.type in ("lxc", "qemu") and row.vmid is not None
        ),
        nodes=nodes,
        storages=joined_storages(
            [_storage(source, row) for row in kept if row.type == "storage" and row.storage],
            silent={node.name for node in nodes if node.status == "offline"},
        ),
    )


def with_last_names(found: Inventory, before: Inventory, at: datetime) -> Inventory:
    """The inventory with the names that guests without one had earlier, marked as such.

    Args:
        found: as it is now; a silent node's guests are mere ids.
        before: an earlier one.
        at: when that was true.
    """
    earlier = {guest.key: guest for guest in before.guests if guest.name is not None}
    guests = []
    for guest in found.guests:
        if guest.name is None and guest.key in earlier:
            known = earlier[guest.key]
            told = {"name": known.name, "tags": known.tags, "template": known.template}
            guest = guest.model_copy(update=told | {"last_reported": known.last_reported or at})
        guests.append(guest)
    return found.model_copy(update={"guests": tuple(guests)})


def joined_storages(
    storages: Iterable[Storage], silent: Collection[str] = ()
) -> tuple[Storage, ...]:
    """Shared storages, which every node reports, once each; the state is that of the best node.

    Args:
        storages: one for each node that has it.
        silent: nodes that say nothing, so that it is not the storage that is in trouble there.
    """
    best = ("available", "unknown", "inactive", "disabled")
    found: dict[str, Storage] = {}
    for each in storages:
        seen = found.get(each.key)
        if seen is None:
            found[each.key] = each
            continue
        first, second = sorted((seen, each), key=lambda one: best.index(one.status))
        troubled = {*seen.troubled, *each.troubled}
        if first.status == "available" and second.status not in ("available", "disabled"):
            troubled |= {*second.nodes} - {*silent}
        found[each.key] = first.model_copy(
            update={
                "nodes": tuple(sorted({*seen.nodes, *each.nodes})),
                "troubled": tuple(sorted(troubled)),
            }
        )
    return tuple(found.values())


def _guest(source: str, row: _Row) -> Guest:
    status: GuestState = _GUEST_STATES.get(row.status, "unknown")
    # Proxmox does not look into a virtual machine's disk and writes 0; a container's is only known
    # while it runs.
    sees_disk = row.type == "lxc" and status == "running"
    return Guest(
        source=source,
        vmid=row.vmid or 0,
        type=cast(GuestType, row.type),
        node=row.node,
        name=row.name or None,
        status=status,
        status_detail="" if row.status in ("", status) else row.status,
        template=row.template,
        tags=tags_of(row.tags),
        pool=row.pool or None,
        lock=row.lock or None,
        ha_state=row.ha_state or None,
        uptime=row.uptime,
        cpus=row.maxcpu,
        cpu=row.cpu,
        memory=row.mem,
        memory_size=row.maxmem,
        memory_host=row.memhost,
        disk=row.disk if sees_disk else None,
        disk_size=row.maxdisk,
        net_in=row.netin,
        net_out=row.netout,
        disk_read=row.diskread,
        disk_write=row.diskwrite,
    )


def _node(source: str, row: _Row) -> Node:
    status: NodeState = "unknown"
    if row.status in _NODE_STATES:
        status = cast(Literal["online", "offline"], row.status)
    return Node(
        source=source,
        name=row.node,
        status=status,
        uptime=row.uptime,
        cpus=None if row.maxcpu is None else int(row.maxcpu),
        cpu=row.cpu,
        memory=row.mem,
        memory_size=row.maxmem,
        root=row.disk,
        root_size=row.maxdisk,
        ha_state=row.ha_state or None,
    )


def _storage(source: str, row: _Row) -> Storage:
    available = row.status == "available"
    return Storage(
        source=source,
        name=row.storage,
        nodes=(row.node,),
        type=row.plugin,
        content=tuple(sorted(part for part in row.content.split(",") if part)),
        shared=row.shared,
        status="available" if available else "unknown",
        used=row.disk if available else None,
        size=row.maxdisk or None if available else None,
    )
