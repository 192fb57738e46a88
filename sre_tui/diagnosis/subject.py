"""A subject: the thing a finding, an event or a cause is about."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class SubjectKind(StrEnum):
    """Sorts of things in a homelab, the ones that others stand on further down."""

    SITE = "site"
    """A web address that is probed; its name is the host of the address."""
    CONTAINER = "container"
    """A container or program on a machine: ``docker1/sonarr``."""
    GUEST = "guest"
    """A virtual machine or container of Proxmox VE, by its name; by its id where it has none."""
    NODE = "node"
    CLUSTER = "cluster"
    STORAGE = "storage"
    """A storage as Proxmox VE sees it: ``pve1/local-zfs``; a shared one by its name alone."""
    SHARE = "share"
    """An exported path: ``nas1:/mnt/tank/media``."""
    DATASET = "dataset"
    """``nas1/tank/media``."""
    POOL = "pool"
    """``nas1/tank``."""
    DISK = "disk"
    """``nas1/sdc``."""
    FILESYSTEM = "filesystem"
    """``media:/var``: a mount point of a machine that is no share and no pool."""
    DATASTORE = "datastore"
    """Of a backup server, by its name."""
    REPLICATION = "replication"
    """``nas1/fast-to-tank``, or the id of a job of Proxmox VE."""
    NAS = "nas"
    BACKUP_SERVER = "backup_server"
    UPS = "ups"
    TARGET = "target"
    """A scrape target: ``media:9100``."""
    HOST = "host"
    """A machine that is none of the others, such as a router."""
    MONITORING = "monitoring"
    """What watches: ``prometheus``, ``loki``."""
    ALERT = "alert"


class Subject(BaseModel):
    """One thing. Names are unique within their kind: the host stands before what is on it."""

    model_config = ConfigDict(frozen=True)

    kind: SubjectKind
    name: str

    @property
    def key(self) -> str:
        """Unique among all subjects: ``disk:nas1/sdc``."""
        return f"{self.kind.value}:{self.name}"

    @property
    def host(self) -> str:
        """The machine it is on, or that it is; empty where the name does not tell."""
        match self.kind:
            case (
                SubjectKind.CONTAINER | SubjectKind.DISK | SubjectKind.POOL | SubjectKind.DATASET
                | SubjectKind.REPLICATION
            ):  # fmt: skip
                return self.name.partition("/")[0] if "/" in self.name else ""
            case SubjectKind.STORAGE:
                return self.name.partition("/")[0] if "/" in self.name else ""
            case SubjectKind.SHARE | SubjectKind.FILESYSTEM | SubjectKind.TARGET:
                return self.name.partition(":")[0]
            case (
                SubjectKind.GUEST | SubjectKind.NODE | SubjectKind.NAS | SubjectKind.HOST
                | SubjectKind.BACKUP_SERVER
            ):  # fmt: skip
                return self.name
            case _:
                return ""

    @property
    def own_name(self) -> str:
        """Its name without the machine's: ``sdc`` of ``nas1/sdc``."""
        host = self.host
        return self.name[len(host) + 1 :] if host and host != self.name else self.name

    def __str__(self) -> str:
        host = self.host
        # A port is no name: a target is known by its address.
        if not host or host == self.name or self.kind is SubjectKind.TARGET:
            return self.name
        return f"{self.own_name} on {host}"

    def __lt__(self, other: Subject) -> bool:
        return self.key < other.key
