"""Builds the homelab for a number of guests and a seed."""

from __future__ import annotations

from sre_tui.demo.world import dice
from sre_tui.demo.world.catalogue import BLUEPRINTS, EXTRA_NAMES, EXTRA_ROLES, GIB, Blueprint
from sre_tui.demo.world.homelab import (
    Appliance,
    Container,
    Datastore,
    Disk,
    Guest,
    Homelab,
    NfsMount,
    Node,
    Pool,
    Probe,
    Service,
    Storage,
)

DOMAIN = "home.example"
TB = 10**12
MIN_GUESTS, MAX_GUESTS = 10, 1000
SHARED = "cluster"

_HDD = ("TOSHIBA HDWG480", 8 * TB)
_SATA_SSD = ("Samsung SSD 870 EVO 2TB", 2 * TB)
_NVME = ("WD_BLACK SN770 2TB", 2 * TB)


def build_homelab(guests: int, seed: int) -> Homelab:
    """The homelab with that many guests; the seed names serials, guids and the extra guests.

    Raises:
        ValueError: for a number of guests outside 10 to 1,000.
    """
    if not MIN_GUESTS <= guests <= MAX_GUESTS:
        raise ValueError(f"guests must be {MIN_GUESTS} to {MAX_GUESTS:,}, not {guests:,}")
    blueprints = [*BLUEPRINTS[:guests], *(_extra(i, seed) for i in range(guests - len(BLUEPRINTS)))]
    built = tuple(_guest(100 + index, plan) for index, plan in enumerate(blueprints))
    crowd = max(1.0, guests / 40)
    nodes = tuple(
        Node(name, f"10.0.10.{11 + i}", int(16 * crowd), int(64 * crowd) * GIB, cpu)
        for i, (name, cpu) in enumerate(
            (
                ("pve1", "Intel(R) Core(TM) i5-12500T"),
                ("pve2", "AMD Ryzen 9 7900"),
                ("pve3", "Intel(R) Core(TM) i5-12500T"),
            )
        )
    )
    disks = _disks(seed)
    return Homelab(
        domain=DOMAIN,
        nodes=nodes,
        guests=built,
        nas=Appliance("nas1", "10.0.10.20", 8, 64 * GIB, "Intel(R) Xeon(R) E-2236"),
        backup_server=Appliance(
            "pbs",
            "10.0.10.21",
            4,
            16 * GIB,
            "Intel(R) N100",
            mounts=(NfsMount("/mnt/datastore/archive", "tank/pbs", "nas1/tank"),),
        ),
        disks=disks,
        pools=_pools(disks, seed),
        storages=tuple(storage for node in nodes for storage in _storages(node.name)),
        datastores=(
            Datastore("main", "pbs", "/mnt/datastore/main", int(7.8 * TB), "pbs/backup"),
            Datastore("archive", "pbs", "/mnt/datastore/archive", int(31 * TB), "nas1/tank"),
        ),
        probes=_probes(built),
    )


def _extra(index: int, seed: int) -> Blueprint:
    dice_of = ("guest", seed, index)
    role = EXTRA_ROLES[int(dice.unit(*dice_of, "role") * len(EXTRA_ROLES))]
    name = EXTRA_NAMES[int(dice.unit(*dice_of, "name") * len(EXTRA_NAMES))]
    return Blueprint(
        name=f"{role}-{name}-{index + 1}",
        type="lxc" if dice.unit(*dice_of, "type") < 0.7 else "qemu",
        node=f"pve{1 + index % 3}",
        cores=1 + int(dice.unit(*dice_of, "cores") * 4),
        memory=(0.5, 1, 2, 4)[int(dice.unit(*dice_of, "memory") * 4)],
        disk=8 * (1 + int(dice.unit(*dice_of, "disk") * 5)),
        services=(f"{role}={role}",),
    )


def _guest(vmid: int, plan: Blueprint) -> Guest:
    memory = int(plan.memory * GIB)
    share = memory // (2 * len(plan.containers)) if plan.containers else 0
    return Guest(
        vmid=vmid,
        name=plan.name,
        type=plan.type,
        node=plan.node,
        address=f"10.0.{20 + vmid // 200}.{vmid % 200 + 10}",
        cores=plan.cores,
        memory=memory,
        disk=plan.disk * GIB,
        storage=plan.storage,
        services=tuple(_service(plan.name, text) for text in plan.services),
        containers=tuple(
            # The main container may use all the guest has; its helpers are limited.
            Container(plan.name, name, image, int(share * 0.7), share if number else 0)
            for number, (name, _, image) in enumerate(
                text.partition("=") for text in plan.containers
            )
        ),
        mounts=tuple(
            NfsMount(path, dataset, "nas1/" + dataset.partition("/")[0])
            for path, _, dataset in (text.partition("=") for text in plan.mounts)
        ),
        tags=plan.tags,
        onboot=plan.onboot,
        running=plan.running,
        backed_up=plan.backed_up,
    )


def _service(guest: str, text: str) -> Service:
    name, _, unit = text.removeprefix("@").partition("=")
    url = f"https://{name}.{DOMAIN}" if text.startswith("@") else ""
    return Service(name=name, guest=guest, unit=f"{unit}.service" if unit else "", url=url)


def _disks(seed: int) -> tuple[Disk, ...]:
    def disk(host: str, name: str, kind: str, pool: str) -> Disk:
        model, size = {"hdd": _HDD, "ssd": _SATA_SSD, "nvme": _NVME}[kind]
        prefix = {"hdd": "71L0A", "ssd": "S6PNNM0T", "nvme": "23141U80"}[kind]
        serial = prefix + format(dice.key("serial", seed, host, name) % 36**5, "06X")
        return Disk(host, name, serial, model, kind, size, pool)  # type: ignore[arg-type]

    return (
        *(disk("nas1", f"sd{letter}", "hdd", "nas1/tank") for letter in "abcdef"),
        *(disk("nas1", f"sd{letter}", "ssd", "nas1/fast") for letter in "gh"),
        *(disk(f"pve{i}", "nvme0n1", "nvme", f"pve{i}/rpool") for i in (1, 2, 3)),
        disk("pbs", "sda", "hdd", "pbs/backup"),
    )


def _pools(disks: tuple[Disk, ...], seed: int) -> tuple[Pool, ...]:
    usable = {"nas1/tank": 31 * TB, "nas1/fast": int(1.9 * TB), "pbs/backup": int(7.8 * TB)}
    layouts = {"nas1/tank": "raidz2", "nas1/fast": "mirror"}
    pools = []
    for pool in dict.fromkeys(disk.pool for disk in disks):
        host, name = pool.split("/")
        pools.append(
            Pool(
                host=host,
                name=name,
                guid=dice.key("guid", seed, pool) >> 1,
                layout=layouts.get(pool, "stripe"),  # type: ignore[arg-type]
                disks=tuple(disk.id for disk in disks if disk.pool == pool),
                size=usable.get(pool, int(1.8 * TB)),
            )
        )
    return tuple(pools)


def _storages(node: str) -> tuple[Storage, ...]:
    return (
        Storage(node, "local", "dir", "backup,iso,vztmpl", False, f"{node}/rpool"),
        Storage(node, "local-zfs", "zfspool", "images,rootdir", False, f"{node}/rpool"),
        Storage(node, "fast-vm", "nfs", "images,rootdir", True, "nas1/fast"),
        Storage(node, "pbs-main", "pbs", "backup", True, "pbs/backup"),
        Storage(node, "pbs-lab", "pbs", "backup", True, "pbs/backup"),
    )


def _probes(guests: tuple[Guest, ...]) -> tuple[Probe, ...]:
    web = tuple(
        Probe("http", service.url, guest.name, ("proxy", guest.name))
        for guest in guests
        for service in guest.services
        if service.url
    )
    names = {guest.name for guest in guests}
    machines = ("pve1", "pve2", "pve3", "nas1", "pbs", "router", "1.1.1.1")
    icmp = tuple(Probe("icmp", name, name, ()) for name in machines)
    dns = tuple(Probe("dns", f"{n}:53", n, (n,)) for n in ("dns1", "dns2") if n in names)
    return web + icmp + dns
