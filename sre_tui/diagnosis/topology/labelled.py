"""Which subject the labels of a series, a target or an alert are about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from providers.text import one_line
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.names import Names

_MAX_NAME: Final = 120
_OWN_LABELS: Final[Mapping[SubjectKind, tuple[str, ...]]] = {
    SubjectKind.DISK: ("device", "disk"),
    SubjectKind.POOL: ("zpool", "pool", "device", "mountpoint"),
    SubjectKind.DATASET: ("dataset", "name"),
    SubjectKind.FILESYSTEM: ("mountpoint", "device"),
    SubjectKind.CONTAINER: ("name", "container", "service_name"),
    SubjectKind.DATASTORE: ("datastore",),
    SubjectKind.UPS: ("ups",),
    SubjectKind.REPLICATION: ("task", "id", "name", "replication"),
    SubjectKind.SITE: ("instance", "service", "url", "target"),
    SubjectKind.TARGET: ("instance",),
}
"""Labels that name a subject of each kind, the most telling first."""


def subject_of(labels: Mapping[str, str], kind: SubjectKind, topology: Topology) -> Subject:
    """The subject of that kind, or the machine where the labels name nothing of it.

    Args:
        labels: as the backend delivered them; they are text of outsiders and only ever compared.
        kind: what the series or alert is about.
        topology: what is known to exist.
    """
    names = Names(topology)
    machine = names.machine_of(labels)
    own = next((labels[one] for one in _OWN_LABELS.get(kind, ()) if labels.get(one)), "")
    host = machine.name if machine is not None else ""
    match kind:
        case SubjectKind.DISK if own:
            found = Subject(kind=kind, name=_on(host, own.removeprefix("/dev/")))
        case SubjectKind.POOL if machine is not None and _is_root_of_guest(machine, own):
            found = machine
        case SubjectKind.POOL if own.startswith("/dev/") and labels.get("mountpoint"):
            # A partition is no pool: what fills up is the file system on it.
            return subject_of(labels, SubjectKind.FILESYSTEM, topology)
        case SubjectKind.POOL if own:
            name = own.removeprefix("/mnt/").strip("/").partition("/")[0]
            found = Subject(kind=kind, name=_on(host, name))
        case SubjectKind.DATASET | SubjectKind.CONTAINER if own:
            found = Subject(kind=kind, name=_on(host, own))
        case SubjectKind.FILESYSTEM if own and own != "/":
            found = Subject(kind=kind, name=f"{host}:{own}")
        case SubjectKind.SITE if own:
            found = names.site(own.partition("@")[0])
        case SubjectKind.GUEST | SubjectKind.NODE | SubjectKind.HOST:
            found = machine or _unknown_machine(labels, kind)
        case SubjectKind.STORAGE if labels.get("id", "").startswith("storage/"):
            _, node, name = labels["id"].split("/", 2)
            found = _storage(topology, node, name)
        case SubjectKind.TARGET | SubjectKind.DATASTORE | SubjectKind.UPS if own:
            found = Subject(kind=kind, name=own)
        case SubjectKind.REPLICATION if own:
            on = host if labels.get("task") else ""
            found = Subject(kind=kind, name=_on(on, own))
        case SubjectKind.MONITORING:
            job = re.sub(r"[^a-z]", "", labels.get("job", "").casefold())
            found = Subject(kind=kind, name=job or host or "monitoring")
        case _:
            found = machine or Subject(kind=SubjectKind.HOST, name=host or "unknown")
    return Subject(kind=found.kind, name=one_line(found.name, _MAX_NAME))


def _on(host: str, name: str) -> str:
    return f"{host}/{name}" if host else name


def _is_root_of_guest(machine: Subject, device: str) -> bool:
    """Whether a ZFS device inside a guest is its own root disk, which is no pool of its own."""
    return machine.kind is SubjectKind.GUEST and bool(re.search(r"(subvol|vm)-.+-disk-\d", device))


def _unknown_machine(labels: Mapping[str, str], kind: SubjectKind) -> Subject:
    told = labels.get("vm_name") or labels.get("name") or labels.get("hostname") or (
        labels.get("id") or labels.get("instance") or "unknown"
    )  # fmt: skip
    return Subject(kind=kind, name=told)


def _storage(topology: Topology, node: str, name: str) -> Subject:
    shared = Subject(kind=SubjectKind.STORAGE, name=name)
    return (
        shared if shared in topology else Subject(kind=SubjectKind.STORAGE, name=f"{node}/{name}")
    )
