"""Which subject a name, an address or a set of labels means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from providers.alerting import HOST_LABELS, without_port
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Topology

MACHINES: Final = (
    SubjectKind.NODE, SubjectKind.GUEST, SubjectKind.NAS, SubjectKind.BACKUP_SERVER,
    SubjectKind.HOST,
)  # fmt: skip
"""Kinds of subjects that are a machine, the one that a shared name means first."""
_NOBODY: Final = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
"""Names of whoever speaks, which say nothing about who that is."""


class Names:
    """Resolves names against a topology."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology

    def machine(self, name: str, *, learn: bool = False) -> Subject | None:
        """The machine of a name, with or without port and domain.

        Args:
            name: as a label, an address or a person gives it.
            learn: whether an unknown one becomes a host of its own.
        """
        plain = without_port(name.strip())
        if not plain:
            return None
        for spelled in (plain, plain.partition(".")[0] if not _is_address(plain) else plain):
            found = self._topology.named(spelled, *MACHINES)
            if found:
                return min(found, key=lambda one: MACHINES.index(one.kind))
        if learn and plain not in _NOBODY:
            return self._topology.add(Subject(kind=SubjectKind.HOST, name=plain))
        return None

    def machine_of(self, labels: Mapping[str, str], *, learn: bool = False) -> Subject | None:
        """The machine a label set is about; None if no label tells."""
        own = labels.get("id", "")
        if own.startswith(("qemu/", "lxc/", "node/", "storage/")):
            part = own.split("/")[1]
            found = self._topology.named(own, *MACHINES) or self._topology.named(part, *MACHINES)
            if found:
                return self._on_same_host(found, labels)
        if labels.get("vm_name"):
            return self.machine(labels["vm_name"], learn=learn)
        for label in HOST_LABELS:
            value = labels.get(label, "")
            if value and "://" not in value:
                found_one = self.machine(value)
                if found_one is not None:
                    return found_one
        told = next((labels[label] for label in HOST_LABELS if labels.get(label)), "")
        return self.machine(told, learn=learn) if told and "://" not in told else None

    def _on_same_host(self, found: Sequence[Subject], labels: Mapping[str, str]) -> Subject:
        """Of guests with the same id, the one of the host whose exporter speaks."""
        speaker = self.machine(labels.get("instance", "")) if len(found) > 1 else None
        for one in found:
            if speaker is not None and any(e.on == speaker for e in self._topology.below(one)):
                return one
        return found[0]

    def site(self, address: str) -> Subject:
        """The site that a probed address stands for."""
        host = urlsplit(address).hostname if "://" in address else without_port(address)
        name = host or address
        if "." not in name:
            # A proxy knows a site by the name of its router or of what serves it.
            sites = self._topology.subjects(SubjectKind.SITE)
            close = [one for one in sites if one.name.partition(".")[0] == name]
            if len(close) == 1:
                return close[0]
        return Subject(kind=SubjectKind.SITE, name=name)


def _is_address(text: str) -> bool:
    return text.replace(".", "").isdigit() or ":" in text
