"""Services and containers: restarts, updates, name resolution, certificates, noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sre_tui.demo.faults.kind import Fault, Length, TargetKind, fault_kind
from sre_tui.demo.world.homelab import Container, Guest
from sre_tui.demo.world.logs import Source
from sre_tui.demo.world.phrases.apps import access
from sre_tui.demo.world.shapes import FOREVER, Shape

if TYPE_CHECKING:
    from sre_tui.demo.world.stage import Stage


_LOOKUPS = {
    "jellyfin": "api.themoviedb.org",
    "nextcloud": "updates.nextcloud.com",
    "traefik": "acme-v02.api.letsencrypt.org",
    "home-assistant": "api.open-meteo.com",
    "sonarr": "api.thetvdb.com",
    "grafana": "grafana.com",
    "gitea": "github.com",
    "immich": "api.github.com",
    "vaultwarden": "push.bitwarden.com",
    "paperless": "imap.example.net",
    "postfix": "smtp.example.net",
    "freshrss": "feeds.example.org",
    "authentik": "version.goauthentik.io",
    "mealie": "recipes.example.org",
}
"""What programs look up most of the time."""


def site_of(stage: Stage, guest: Guest, container: Container | None) -> list[str]:
    """The web probes that depend on a container, or on all of a guest."""
    if container is None:
        return stage.probes_on(guest.name)
    return [
        service.url
        for service in guest.services
        if service.url and container.name.startswith(service.name)
    ]


def bad_answers(
    stage: Stage, sites: list[str], start: float, end: float, share: float, code: int
) -> None:
    """Errors that users and the proxy see on some web pages."""
    for probe in stage.lab.probes:
        # Name servers are probed as well, and have no web page behind the proxy.
        if probe.module != "http" or probe.instance not in sites:
            continue
        name = probe.service
        stage.raise_("http.error", name, start, end, 0.05 + 0.3 * share)
        stage.murmur(
            Source("proxy", "traefik", "error"), 20 + 60 * share,
            access(name, probe.host, str(code), 30_000), start, end,
        )  # fmt: skip
        failed = (
            f'level=warn msg="Health check failed." serviceName={name}@file '
            f'error="received error status code: {code}"'
        )
        stage.murmur(Source("proxy", "traefik", "warning"), 10 * share, failed, start, end)


@fault_kind
class ContainerRestartLoop(Fault):
    """A container that dies soon after each start, so that Docker starts it again and again."""

    hits: ClassVar[TargetKind] = TargetKind.CONTAINER
    summary: ClassVar[str] = "a container crashes at every start"

    error: str = Field(
        default="FATAL: database schema version 214 is newer than supported version 209",
        description="what it says before it dies",
    )

    def act(self, stage: Stage, start: float, end: float) -> None:
        item = stage.lab.container_by_id[self.target]
        guest = stage.lab.guest_by_name[item.guest]
        loop_starts(stage, item, start, end, self.error)
        for target in stage.plant.targets_of(guest.name):
            # What crashes at its start never gets so far as to serve its own metrics.
            if target.job == item.name:
                error = f"dial tcp {target.instance}: connect: connection refused"
                target.down.append((start, end, error))
        sites = site_of(stage, guest, item)
        for url in sites:
            stage.probe_fails(url, start, end, 502.0)
        bad_answers(stage, sites, start, end, self.severity, 502)


def loop_starts(stage: Stage, item: Container, start: float, end: float, error: str) -> None:
    """Starts and deaths of one container about every 63 seconds."""
    moments = stage.repeated(start, end, 63.0, "loop", item.id, jitter=0.05)
    stage.plant.containers.restart(item.id, np.floor(moments))
    stage.plant["container.memory"].scale(item.id, start, end, 0.3)
    source = Source(item.guest, item.name, "error", container=item.name)
    said = [moment - 2.5 for moment in moments.tolist()[1:]]
    stage.say(source, *((moment, error) for moment in said))
    stage.script(
        Source(item.guest, item.name, container=item.name), moments.tolist(),
        f"[Info] {item.name}: starting, image {item.image}",
    )  # fmt: skip
    stage.script(
        Source(item.guest, "dockerd", "warning"), [moment + 0.8 for moment in said],
        f"container <hex:12> ({item.name}) died: exit code 1, restart count {{n}}",
    )  # fmt: skip
    if end < FOREVER:
        stage.plant.containers.restart(item.id, np.array([end]))


@fault_kind
class BadUpdate(Fault):
    """An update is installed, and a few minutes later errors begin."""

    hits: ClassVar[TargetKind] = TargetKind.WORKLOAD
    summary: ClassVar[str] = "an update, then errors of what was updated"

    version: str = Field(default="next", description="version that was installed")
    delay: Length = Field(default=180.0, description="from the update to the first error")
    error: str = Field(
        default="panic: unknown configuration key 'legacy_mode', refusing request",
        description="what the program says from then on",
    )

    def act(self, stage: Stage, start: float, end: float) -> None:
        item = stage.lab.container_by_id.get(self.target)
        guest = stage.lab.guest_by_name[item.guest if item else self.target]
        service = guest.services[0].name if guest.services else guest.name
        name = item.name if item else service
        stage.annotate(start, f"Updated {name} on {guest.name} to {self.version}", "update", name)
        if item:
            image = item.image.partition(":")[0]
            stage.plant.containers.restart(item.id, np.array([np.floor(start) + 20]))
            stage.say(
                Source(guest.name, "watchtower", container="watchtower"),
                (start, f'level=info msg="Found new {image}:{self.version} image"'),
                (start + 8, f'level=info msg="Stopping /{name} with SIGTERM"'),
                (start + 18, f'level=info msg="Creating /{name} with {image}:{self.version}"'),
            )  # fmt: skip
        else:
            stage.say(
                Source(guest.name, "apt"),
                (start, "Commandline: apt-get -y dist-upgrade"),
                (start + 25, f"Upgrade: {name}:amd64 (previous, {self.version})"),
                (start + 31, f"End-Date: upgrade of {name} finished, service restarted"),
            )  # fmt: skip
            stage.raise_("updates.pending", guest.name, start - 86400, start, 1.0, 1, 1)
            stage.hold("updates.pending", guest.name, start + 31, FOREVER, 0.0)
        broken = start + self.delay
        if broken >= end:
            return
        sites = site_of(stage, guest, item)
        stage.murmur(
            stage.source(guest.name, name, "error"),
            30 + 200 * self.severity, lambda _: self.error, broken, end,
        )  # fmt: skip
        bad_answers(stage, sites, broken, end, self.severity, 500)
        if self.severity >= 0.5:
            for url in sites:
                stage.probe_fails(url, broken, end, 500.0)


@fault_kind
class DnsDown(Fault):
    """A resolver stops answering; programs that rely on it cannot find anything by name."""

    hits: ClassVar[TargetKind] = TargetKind.DNS
    summary: ClassVar[str] = "a name server stops answering"

    reason: str = Field(
        default=(
            "[fatal] couldn't start forwarding DNS server: listen udp 0.0.0.0:53: bind: address "
            "already in use"
        ),
        description="what the name server says",
    )

    def act(self, stage: Stage, start: float, end: float) -> None:
        guest = stage.lab.guest_by_name[self.target]
        service = guest.services[0]
        stage.probe_fails(f"{guest.name}:53", start, end)
        stage.hold("unit.failed", f"{guest.name}/{service.unit}", start, end, 1.0)
        stage.plant["net.rx"].scale(guest.name, start, end, 0.1)
        stage.plant["net.tx"].scale(guest.name, start, end, 0.1)
        stage.mute(start + 3, end, guest.name, service.name)
        stage.say(Source(guest.name, service.name, "error"), (start, self.reason))
        stage.say(
            Source(guest.name, "systemd", "error"),
            (start + 1, f"{service.unit}: Main process exited, code=exited, status=1/FAILURE"),
            (start + 1.2, f"{service.unit}: Failed with result 'exit-code'."),
            (start + 6, f"{service.unit}: Start request repeated too quickly."),
        )  # fmt: skip
        running = {s.name: g.name for g in stage.lab.guests if g.running for s in g.services}
        asking = [name for name in _LOOKUPS if name in running]
        for name in asking[: int(4 + len(_LOOKUPS) * self.severity)]:
            stage.murmur(
                stage.source(running[name], name, "error"), 6 + 24 * self.severity,
                f"lookup {_LOOKUPS[name]} on {guest.address}:53: i/o timeout", start + 30, end,
            )  # fmt: skip
        for instance in (p.instance for p in stage.lab.probes if p.module == "http"):
            stage.raise_("probe.duration", instance, start, end, 0.4 + 1.6 * self.severity, 30)


@fault_kind
class CertificateExpired(Fault):
    """Renewal had failed for weeks; now a certificate is past its date."""

    hits: ClassVar[TargetKind] = TargetKind.SITE
    summary: ClassVar[str] = "a certificate of the proxy expires because renewal fails"

    def act(self, stage: Stage, start: float, end: float) -> None:
        every = [p.instance for p in stage.lab.probes if p.module == "http"]
        hit = every if self.target == "proxy" else [f"https://{self.target}"]
        for url in hit:
            left = stage.typical("certificate.left", url)
            early = start - stage.plant.anchor - left
            points = [(start - 1, early)]
            if end < FOREVER:
                points += [(end, early), (end + 1, early + 90 * 86400.0)]
            stage.add("certificate.left", url, Shape(tuple(points)))
            stage.probe_fails(url, start, end)
            stage.raise_("probe.duration", url, start, end, -0.03, 1)
            name = url.removeprefix("https://")
            stage.murmur(
                Source("proxy", "traefik", "error"), 0.6 if len(hit) > 3 else 2,
                (
                    f'level=error msg="Unable to obtain ACME certificate for domains [{name}]" '
                    'error="cannot get ACME client: acme: error presenting token: 403 :: dns '
                    'api token is invalid"'
                ),
                start - 25 * 86400.0, end,
            )  # fmt: skip
            stage.murmur(
                Source("proxy", "traefik", "warning"), (40 + 120 * self.severity) / len(hit) + 2,
                (
                    "http: TLS handshake error from 10.0.30.<20..90>:<32768..60999>: remote "
                    f"error: tls: expired certificate ({name})"
                ),
                start, end,
            )  # fmt: skip
            service = name.partition(".")[0]
            stage.plant["http.ok"].scale(service, start, end, 0.15)


@fault_kind
class LogFlood(Fault):
    """A program writes the same line thousands of times an hour, until Loki drops lines."""

    hits: ClassVar[TargetKind] = TargetKind.WORKLOAD
    summary: ClassVar[str] = "a program floods the logs"

    line: str = Field(
        default="debug: poll loop woke up, nothing to do", description="the line it repeats"
    )

    def act(self, stage: Stage, start: float, end: float) -> None:
        item = stage.lab.container_by_id.get(self.target)
        guest = stage.lab.guest_by_name[item.guest if item else self.target]
        name = item.name if item else (guest.services[0].name if guest.services else "app")
        per_hour = 4000 + 26_000 * self.severity
        stage.murmur(
            stage.source(guest.name, name, "debug"), per_hour,
            lambda rng: f"{self.line} (iteration {rng.getrandbits(32):08x})", start, end,
        )  # fmt: skip
        stage.raise_("log.lines", "loki", start, end, per_hour / 3600 * 8)
        stage.raise_("cpu.user", guest.name, start, end, 0.08)
        stage.raise_("cpu.user", "monitor", start, end, 0.12)
        if self.severity >= 0.5:
            stage.raise_("log.discarded", "loki", start, end, 4 + 30 * self.severity)
            stage.murmur(
                Source("monitor", "loki", "warning", container="loki"), 60,
                (
                    'level=warn caller=push.go:182 msg="write operation failed" '
                    'details="Ingestion rate limit exceeded (limit: 4194304 bytes/sec) while '
                    'attempting to ingest \'<400..3000>\' lines" org_id=fake'
                ),
                start + 60, end,
            )  # fmt: skip
