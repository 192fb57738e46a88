"""Which simulated backends there are, and what a client needs to reach each."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from starlette.types import ASGIApp

from sre_tui.demo.promql import Version
from sre_tui.demo.promql.alerting import Ruler
from sre_tui.demo.runtime.clock import Clock
from sre_tui.demo.runtime.releases import Releases
from sre_tui.demo.servers.grafana import grafana_app
from sre_tui.demo.servers.grafana_source import Account, GrafanaSource, GrafanaVersion
from sre_tui.demo.servers.loki import loki_app
from sre_tui.demo.servers.pbs import pbs_app
from sre_tui.demo.servers.pbs_access import PbsToken
from sre_tui.demo.servers.pbs_datastores import PbsVersion
from sre_tui.demo.servers.prometheus import prometheus_app
from sre_tui.demo.servers.proxmox import proxmox_app
from sre_tui.demo.servers.proxmox_access import ProxmoxToken, ProxmoxVersion
from sre_tui.demo.servers.proxmox_definitions import BackupServerPlace
from sre_tui.demo.servers.truenas import ApiKey, Keyring, NasSource, TrueNasVersion, truenas_app
from sre_tui.demo.telemetry import LogSource, RecordingRule, ScrapeTarget
from sre_tui.demo.world.world import World

LOGINS = 1000
"""Logins a minute at the simulated NAS. A real one takes 20; in the demo every command logs in, and
whoever looks around must not be kept out."""

MONITOR = "monitor"
"""The guest that metrics, logs and dashboards live on."""


class DemoWorld(GrafanaSource, Protocol):
    """What the backends need of the world."""

    @property
    def logs(self) -> LogSource:
        """All log streams."""
        ...

    def recording_rules(self) -> Sequence[RecordingRule]:
        """Rules whose series are among the metrics."""
        ...

    def targets(self, now: float) -> Sequence[ScrapeTarget]:
        """Scrape targets at a moment."""
        ...


@dataclass(frozen=True)
class Backend:
    """One application; ``variables`` gives the client's environment for a base URL.

    It runs on ``machine``, whose clock dates its answers. If it is ``encrypted`` it speaks HTTPS
    with a self-signed certificate of that name, and the client's environment pins that certificate.
    """

    name: str
    app: ASGIApp
    variables: Callable[[str], Mapping[str, str]]
    machine: str
    encrypted: bool = False
    started: Callable[[BackupServerPlace], None] | None = None
    """Is told where the backend is once it runs."""


def build_backends(world: DemoWorld, clock: Clock, releases: Releases) -> list[Backend]:
    """Every backend over one world, with fresh random tokens; the order gives the ports."""
    ruler = Ruler(world.series, world.alert_rules)
    backends = [
        _prometheus(world, clock, ruler, releases.prometheus),
        _grafana(world, clock, ruler, releases.grafana),
        _loki(world, clock),
    ]
    if isinstance(world, World):
        places: list[BackupServerPlace] = []
        backends += [
            _proxmox(world, clock, releases.proxmox, places),
            _pbs(world, clock, releases.pbs, places.append),
            _truenas(world, clock, releases.truenas),
        ]
    return backends


def own_clock(world: DemoWorld, machine: str, clock: Clock) -> Clock:
    """The clock of a machine of the world, which a fault may have let run away."""
    if not isinstance(world, World):
        return clock

    # Answers of one second are dated alike.
    @lru_cache(maxsize=1)
    def ahead(second: int) -> float:
        return world.own_time(machine, second) - second

    def shown() -> float:
        now = clock()
        return now + ahead(int(now))

    return shown


def _prometheus(world: DemoWorld, clock: Clock, ruler: Ruler, version: Version) -> Backend:
    app = prometheus_app(
        world.series,
        rules=world.alert_rules,
        recording_rules=world.recording_rules,
        targets=lambda: world.targets(clock()),
        clock=clock,
        version=version,
        ruler=ruler,
    )
    return Backend("prometheus", app, lambda url: {"PROMETHEUS_URL": url}, MONITOR)


def _grafana(world: DemoWorld, clock: Clock, ruler: Ruler, version: GrafanaVersion) -> Backend:
    token = f"glsa_{secrets.token_hex(16)}_{secrets.token_hex(4)}"
    app = grafana_app(world, clock, {token: Account("Viewer")}, version=version, ruler=ruler)
    return Backend(
        "grafana",
        app,
        lambda url: {"GRAFANA_URL": url, "GRAFANA_SERVICE_ACCOUNT_TOKEN": token},
        MONITOR,
    )


def _loki(world: DemoWorld, clock: Clock) -> Backend:
    app = loki_app(world.logs, clock)
    return Backend("loki", app, lambda url: {"LOKI_URL": url}, MONITOR)


def _proxmox(
    world: World,
    clock: Clock,
    version: ProxmoxVersion,
    places: Sequence[BackupServerPlace],
) -> Backend:
    token, secret = ProxmoxToken(), str(uuid.uuid4())
    app = proxmox_app(
        world.virtualization,
        clock,
        {secret: token},
        version=version,
        refusal_delay=1.0,
        backup_server=lambda: places[-1] if places else None,
    )
    return Backend(
        "proxmox",
        app,
        lambda url: {
            "PROXMOX_URL": url,
            "PROXMOX_API_TOKEN": f"{token.user}!{token.name}={secret}",
        },
        machine=world.homelab.nodes[0].name,
        encrypted=True,
    )


def _pbs(
    world: World, clock: Clock, version: PbsVersion, started: Callable[[BackupServerPlace], None]
) -> Backend:
    token = PbsToken("sre@pbs!tui", str(uuid.uuid4()), {"/": "Audit"})
    app = pbs_app(world.backups, clock, [token], version=version, raw_tasks=world.raw_tasks())
    return Backend(
        "pbs",
        app,
        lambda url: {"PBS_URL": url, "PBS_API_TOKEN": f"{token.id}:{token.secret}"},
        machine=world.homelab.backup_server.name,
        encrypted=True,
        started=started,
    )


def _truenas(world: World, clock: Clock, version: TrueNasVersion) -> Backend:
    key = ApiKey(f"1-{secrets.token_urlsafe(48)}", "sre")
    source = NasSource(world.nas, clock, version, world.raw_tasks(), world.anchor)
    ring = Keyring([key])

    def started(place: BackupServerPlace) -> None:
        ring.end_point = bytes.fromhex(place.fingerprint)

    return Backend(
        "truenas",
        truenas_app(source, ring, attempts=LOGINS),
        lambda url: {"TRUENAS_URL": url, "TRUENAS_API_KEY": key.key, "TRUENAS_USERNAME": key.user},
        machine=world.homelab.nas.name,
        encrypted=True,
        started=started,
    )
