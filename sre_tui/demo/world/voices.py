"""Who writes logs in the homelab while all is well."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from sre_tui.demo.world.backups.timing import DURATION, schedule, source_of
from sre_tui.demo.world.homelab import Container, Guest
from sre_tui.demo.world.logs import Murmur, Schedule, Source, Voice
from sre_tui.demo.world.phrases import apps, system
from sre_tui.demo.world.phrases.template import Phrase
from sre_tui.demo.world.plant import DAY, Plant

NO_SPACE = "ENOSPC: No space left on device"


def ordinary_voices(plant: Plant) -> Iterator[Voice]:
    """Every voice of the undisturbed homelab."""
    for name in plant.observed:
        yield from _machine(plant, name)
    for node in plant.homelab.nodes:
        yield from _node(plant, node.name)
    yield from _nas(plant)
    for guest in plant.homelab.guests:
        if guest.running:
            yield from _guest(plant, guest)
    for name in plant["backup.failing"].row:
        yield backup_run(plant, name)


def _murmur(
    plant: Plant, source: Source, per_hour: float, phrase: Phrase, *, daily: bool = False
) -> Murmur:
    return Murmur(source, "ordinary", plant.seed, per_hour, phrase, daily=daily)


def _machine(plant: Plant, name: str) -> Iterator[Voice]:
    yield _murmur(plant, Source(name, "systemd"), 5, system.SYSTEMD)
    yield _murmur(plant, Source(name, "cron"), 2, system.CRON)
    yield _murmur(plant, Source(name, "sshd"), 0.8, system.SSHD)
    kernel = system.KERNEL_GUEST if plant.is_guest(name) else system.KERNEL_NODE
    yield _murmur(plant, Source(name, "kernel"), 0.15, kernel)
    if not plant.is_guest(name):
        yield _murmur(plant, Source(name, "chronyd"), 0.4, system.CHRONY)


def _node(plant: Plant, name: str) -> Iterator[Voice]:
    yield _murmur(plant, Source(name, "pvestatd"), 1, system.PVESTATD)
    yield _murmur(plant, Source(name, "pvedaemon"), 4, system.PVEDAEMON)


def _nas(plant: Plant) -> Iterator[Voice]:
    lab = plant.homelab
    for host in ("nas1", "pbs"):
        yield _murmur(plant, Source(host, "smartd"), 1.5, system.smartd(lab, host))
        yield _murmur(plant, Source(host, "zfs-zed"), 1, system.zed(lab, host))
    yield _murmur(plant, Source("nas1", "upsd"), 0.2, system.UPSD)
    yield _murmur(plant, Source("nas1", "mountd"), 1.2, system.MOUNTD)


def _guest(plant: Plant, guest: Guest) -> Iterator[Voice]:
    for service in guest.services:
        if guest.containers:
            continue
        if service.name == "traefik":
            yield from _proxy(plant, guest)
            continue
        phrase = apps.BY_SERVICE.get(service.name, apps.plain(service.name))
        yield _murmur(plant, Source(guest.name, service.name), 14, phrase, daily=True)
        yield _murmur(
            plant, Source(guest.name, service.name, "warning"), 0.15,
            apps.slow(service.name),
        )  # fmt: skip
    if guest.containers:
        yield _murmur(plant, Source(guest.name, "dockerd"), 1.5, system.DOCKERD)
    for item in guest.containers:
        yield from _container(plant, item)
    if guest.name == "vpn":
        yield _murmur(plant, Source("vpn", "sshd", "warning"), 3, system.STRANGER)


def _container(plant: Plant, item: Container) -> Iterator[Voice]:
    phrase = apps.BY_SERVICE.get(item.name, apps.container(item.name))
    source = Source(item.guest, item.name, container=item.name)
    yield _murmur(plant, source, 12, phrase, daily=True)


def _proxy(plant: Plant, guest: Guest) -> Iterator[Voice]:
    for service, host in plant.web_services.items():
        yield Murmur(
            Source(guest.name, "traefik"), f"access {service}", plant.seed, 18,
            apps.access(service, host), daily=True,
        )  # fmt: skip


def backup_run(
    plant: Plant, guest: str, *, failure: str = "", start: float = -4e9, end: float = 4e9
) -> Schedule:
    """The nightly vzdump of one guest on its node; with ``failure`` it ends with that error."""
    item = plant.homelab.guest_by_name[guest]
    kind = "lxc" if item.type == "lxc" else "qemu"

    def script(rng: Random) -> list[tuple[float, str]]:
        took = DURATION * rng.uniform(0.8, 1.0)
        lines = [(0.5, f"INFO: Starting Backup of VM {item.vmid} ({kind})")]
        if failure:
            lines.append((took, f"ERROR: Backup of VM {item.vmid} failed - {failure}"))
            lines.append((took + 1, "INFO: Backup job finished with errors"))
        else:
            clock = f"00:{int(took) // 60:02d}:{int(took) % 60:02d}"
            size = rng.uniform(0.3, 9)
            lines.append((took - 2, f"INFO: backup was done incrementally, reused {size:.2f} GiB"))
            lines.append((took, f"INFO: Finished Backup of VM {item.vmid} ({clock})"))
        return lines

    source = source_of(item.node, failed=bool(failure))
    name = f"backup {guest}"
    return Schedule(
        source, name, plant.seed, DAY, schedule(plant, guest), script, start=start, end=end
    )


def refused_chunk(plant: Plant, guest: str, store: str, start: float, end: float) -> Schedule:
    """The backup server's line about the nightly backup of one guest for which it has no room."""

    def script(rng: Random) -> list[tuple[float, str]]:
        digest = f"{rng.getrandbits(64):016x}"
        line = f"backup failed: inserting chunk {digest} on store '{store}' failed: {NO_SPACE}"
        return [(DURATION * 0.7, line)]

    host = plant.homelab.datastore_by_name[store].host
    source, at = Source(host, "proxmox-backup-proxy", "error"), schedule(plant, guest)
    name = f"refused {guest}"
    return Schedule(source, name, plant.seed, DAY, at, script, start=start, end=end)
