"""The NAS itself: system, alerts, jobs, services, UPS, apps."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class SystemInfo(_Model):
    """What it runs and on what; memory in bytes, uptime in seconds."""

    source: str
    hostname: str = ""
    version: str = ""
    """Without the word ``TrueNAS`` in front: ``25.10.1``."""
    product: str = ""
    cpu_model: str = ""
    cores: int | None = None
    memory: int | None = None
    ecc: bool | None = None
    load: tuple[float, ...] = ()
    """Of 1, 5 and 15 minutes."""
    uptime: float | None = None
    booted_at: AwareDatetime | None = None
    clock: AwareDatetime | None = None
    """Its own time when it answered."""
    timezone: str = ""
    """Such as ``Europe/Berlin``: what times in the names of snapshots are in."""


class NasAlert(_Model):
    """One alert of the NAS's own."""

    source: str
    id: str
    level: str
    """``info``, ``notice``, ``warning``, ``error``, ``critical``, ``alert``, ``emergency``."""
    klass: str = ""
    """The kind, such as ``VolumeStatus``."""
    text: str
    since: AwareDatetime | None = None
    last_at: AwareDatetime | None = None
    dismissed: bool = False


class Job(_Model):
    """One task of the middleware, such as a scrub or a replication."""

    source: str
    id: int
    method: str
    state: str
    """``waiting``, ``running``, ``success``, ``failed``, ``aborted``."""
    progress: float | None = None
    """0..1."""
    description: str = ""
    started: AwareDatetime | None = None
    ended: AwareDatetime | None = None
    error: str = ""


class Service(_Model):
    """One service of the NAS."""

    name: str
    enabled: bool
    """Whether it starts at boot."""
    running: bool | None = None


class Ups(_Model):
    """The UPS the NAS listens to."""

    name: str
    mode: str = ""
    """``master`` if it is attached here, ``slave`` if another machine tells."""
    running: bool | None = None
    on_battery: bool | None = None
    low_battery: bool | None = None
    charge: float | None = None
    """0..1."""
    runtime: float | None = None
    """Seconds it would last."""
    load: float | None = None
    """0..1."""


class Update(_Model):
    """Whether a newer version waits."""

    available: bool | None = None
    """None if the NAS could not find out."""
    version: str = ""
    reboot_required: bool = False
    error: str = ""
    """Why it could not."""


class SystemReport(_Model):
    """All there is to say about the NAS itself; None marks a section that was not reported."""

    source: str
    info: SystemInfo | None = None
    alerts: tuple[NasAlert, ...] | None = None
    jobs: tuple[Job, ...] | None = None
    """Those that run, wait or failed, and the last successful ones."""
    services: tuple[Service, ...] | None = None
    ups: Ups | None = None
    update: Update | None = None


class AppContainer(_Model):
    """One container of an app."""

    name: str
    image: str = ""
    state: str = ""


class App(_Model):
    """One app and its containers."""

    source: str
    name: str
    state: str
    """``running``, ``stopped``, ``crashed``, ``deploying``, ``stopping``."""
    version: str = ""
    latest_version: str = ""
    upgrade_available: bool = False
    image_updates: bool = False
    custom: bool = False
    containers: tuple[AppContainer, ...] = ()
    ports: tuple[int, ...] = ()
    """Ports on the NAS."""

    @property
    def key(self) -> str:
        """Unique among the apps of all sources."""
        return f"{self.source}/{self.name}"
