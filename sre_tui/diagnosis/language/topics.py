"""Parts of a homelab that a question can be about."""

from __future__ import annotations

from enum import StrEnum


class Manner(StrEnum):
    """In what way something is said not to work."""

    SLOW = "slow"
    DOWN = "down"


class Topic(StrEnum):
    """What part of a homelab a question is about."""

    MEMORY = "memory"
    CPU = "cpu"
    IO = "io"
    SPACE = "space"
    DISK = "disk"
    POOL = "pool"
    NETWORK = "network"
    DNS = "dns"
    WEB = "web"
    CERTIFICATE = "certificate"
    BACKUP = "backup"
    POWER = "power"
    CLOCK = "clock"
    CONTAINER = "container"
    GUEST = "guest"
    MOUNT = "mount"
    TEMPERATURE = "temperature"
    MONITORING = "monitoring"
    UPDATE = "update"
    STANDBY = "standby"
