"""The guests every homelab of this kind seems to have, in the order in which they are created."""

from __future__ import annotations

from dataclasses import dataclass

from sre_tui.demo.world.homelab import GuestType

GIB = 2**30


@dataclass(frozen=True)
class Blueprint:
    """A guest before it gets its address; memory and disk are GiB.

    ``services`` are ``name`` or ``name=unit``; a leading ``@`` means that it has a web page behind
    the proxy. ``containers`` are ``name=image``. ``mounts`` are ``path=dataset``.
    """

    name: str
    type: GuestType
    node: str
    cores: int
    memory: float
    disk: int
    services: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    storage: str = "local-zfs"
    tags: tuple[str, ...] = ()
    onboot: bool = True
    running: bool = True
    backed_up: bool = True


BLUEPRINTS: tuple[Blueprint, ...] = (
    Blueprint("proxy", "lxc", "pve1", 2, 1, 8, ("traefik=traefik",), tags=("core",)),
    Blueprint(
        "media", "lxc", "pve2", 6, 8, 64, ("@jellyfin=jellyfin",), mounts=("/mnt/media=tank/media",)
    ),
    Blueprint("dns1", "lxc", "pve1", 1, 0.5, 8, ("adguard=AdGuardHome",), tags=("core",)),
    Blueprint(
        "nextcloud",
        "qemu",
        "pve2",
        4,
        8,
        64,
        ("@nextcloud",),
        (
            "nextcloud=nextcloud:31-apache",
            "nextcloud-redis=redis:7-alpine",
            "nextcloud-cron=nextcloud:31-apache",
        ),
        ("/mnt/cloud=tank/cloud",),
    ),
    Blueprint(
        "db", "lxc", "pve1", 4, 8, 64, ("postgres=postgresql",), storage="fast-vm", tags=("core",)
    ),
    Blueprint(
        "monitor",
        "qemu",
        "pve1",
        4,
        8,
        120,
        ("@grafana", "prometheus", "loki", "alertmanager"),
        (
            "grafana=grafana/grafana:12.4.1",
            "prometheus=prom/prometheus:v3.8.0",
            "loki=grafana/loki:3.6.2",
            "alertmanager=prom/alertmanager:v0.29.0",
        ),
        tags=("core",),
    ),
    Blueprint("homeassistant", "qemu", "pve3", 2, 4, 32, ("@home-assistant=hass",)),
    Blueprint(
        "docker1",
        "qemu",
        "pve2",
        8,
        16,
        100,
        ("@sonarr", "@radarr", "@prowlarr", "@overseerr"),
        (
            "sonarr=lscr.io/linuxserver/sonarr:4.0.16",
            "radarr=lscr.io/linuxserver/radarr:6.0.4",
            "prowlarr=lscr.io/linuxserver/prowlarr:2.3.0",
            "bazarr=lscr.io/linuxserver/bazarr:1.5.3",
            "overseerr=sctx/overseerr:1.34.0",
            "qbittorrent=lscr.io/linuxserver/qbittorrent:5.1.4",
        ),
        ("/mnt/media=tank/media",),
    ),
    Blueprint(
        "immich",
        "qemu",
        "pve3",
        4,
        8,
        64,
        ("@immich",),
        (
            "immich-server=ghcr.io/immich-app/immich-server:v2.3.1",
            "immich-machine-learning=ghcr.io/immich-app/immich-machine-learning:v2.3.1",
            "immich-redis=valkey/valkey:8",
            "immich-postgres=ghcr.io/immich-app/postgres:16",
        ),
        ("/mnt/photos=tank/photos",),
    ),
    Blueprint("vaultwarden", "lxc", "pve3", 1, 0.5, 8, ("@vaultwarden=vaultwarden",)),
    Blueprint(
        "paperless",
        "lxc",
        "pve2",
        2,
        4,
        16,
        ("@paperless=paperless",),
        mounts=("/mnt/documents=tank/documents",),
    ),
    Blueprint("gitea", "lxc", "pve1", 2, 2, 32, ("@gitea=gitea",)),
    Blueprint(
        "frigate",
        "qemu",
        "pve3",
        4,
        6,
        32,
        ("@frigate",),
        ("frigate=ghcr.io/blakeblackshear/frigate:0.16.2", "go2rtc=alexxit/go2rtc:1.9.12"),
        ("/mnt/cctv=tank/cctv",),
    ),
    Blueprint("mail", "qemu", "pve1", 2, 4, 64, ("postfix=postfix", "dovecot=dovecot")),
    Blueprint("mqtt", "lxc", "pve3", 1, 0.5, 4, ("mosquitto=mosquitto",)),
    Blueprint("dns2", "lxc", "pve3", 1, 0.5, 8, ("pihole=pihole-FTL",), tags=("core",)),
    Blueprint("unifi", "lxc", "pve1", 2, 2, 16, ("@unifi=unifi",)),
    Blueprint(
        "auth",
        "qemu",
        "pve2",
        2,
        4,
        32,
        ("@authentik",),
        (
            "authentik-server=ghcr.io/goauthentik/server:2025.10.1",
            "authentik-worker=ghcr.io/goauthentik/server:2025.10.1",
        ),
    ),
    Blueprint("vpn", "lxc", "pve1", 1, 0.5, 4, ("wireguard=wg-quick@wg0",), tags=("core",)),
    Blueprint("nodered", "lxc", "pve3", 1, 1, 8, ("@nodered=nodered",)),
    Blueprint("influxdb", "lxc", "pve2", 2, 4, 40, ("influxdb=influxdb",)),
    Blueprint(
        "minio", "lxc", "pve2", 2, 2, 16, ("minio=minio",), mounts=("/mnt/objects=tank/objects",)
    ),
    Blueprint(
        "syncthing",
        "lxc",
        "pve2",
        2,
        1,
        16,
        ("syncthing=syncthing",),
        mounts=("/mnt/sync=tank/sync",),
    ),
    Blueprint("freshrss", "lxc", "pve1", 1, 0.5, 8, ("@freshrss=php-fpm",)),
    Blueprint("bookstack", "lxc", "pve1", 1, 1, 12, ("@bookstack=php-fpm",)),
    Blueprint("mealie", "lxc", "pve3", 1, 1, 8, ("@mealie=mealie",)),
    Blueprint("actual", "lxc", "pve3", 1, 0.5, 8, ("@actual=actual",)),
    Blueprint(
        "audiobookshelf",
        "lxc",
        "pve2",
        2,
        1,
        16,
        ("@audiobookshelf=audiobookshelf",),
        mounts=("/mnt/media=tank/media",),
    ),
    Blueprint(
        "navidrome",
        "lxc",
        "pve2",
        1,
        1,
        8,
        ("@navidrome=navidrome",),
        mounts=("/mnt/media=tank/media",),
    ),
    Blueprint(
        "kavita", "lxc", "pve2", 1, 1, 8, ("kavita=kavita",), mounts=("/mnt/media=tank/media",)
    ),
    Blueprint(
        "tdarr",
        "qemu",
        "pve2",
        6,
        8,
        80,
        ("tdarr",),
        ("tdarr=ghcr.io/haveagitgat/tdarr:2.58.02",),
        ("/mnt/media=tank/media",),
    ),
    Blueprint(
        "ci-runner",
        "qemu",
        "pve3",
        4,
        8,
        60,
        ("act_runner",),
        ("act-runner=gitea/act_runner:0.2.13",),
    ),
    Blueprint("registry", "lxc", "pve1", 1, 1, 60, ("registry=docker-registry",)),
    Blueprint("dev", "qemu", "pve3", 4, 8, 80, ("ssh=ssh",)),
    Blueprint("win11", "qemu", "pve2", 4, 8, 120, onboot=False, running=False),
    Blueprint("k3s-1", "qemu", "pve1", 2, 4, 40, ("k3s=k3s",), storage="fast-vm"),
    Blueprint("k3s-2", "qemu", "pve3", 2, 4, 40, ("k3s=k3s",), storage="fast-vm"),
    Blueprint("zigbee2mqtt", "lxc", "pve3", 1, 0.5, 4, ("zigbee2mqtt=zigbee2mqtt",)),
    Blueprint("homepage", "lxc", "pve1", 1, 0.5, 4, ("@homepage=homepage",)),
    Blueprint("stirling-pdf", "lxc", "pve2", 2, 2, 8, ("@pdf=stirling-pdf",)),
)

EXTRA_ROLES = ("app", "ci", "dev", "test", "lab", "web", "cache", "worker", "build", "shard")
EXTRA_NAMES = (
    "heron",
    "otter",
    "badger",
    "lynx",
    "raven",
    "stoat",
    "finch",
    "marten",
    "plover",
    "osprey",
    "weasel",
    "kestrel",
    "beaver",
    "curlew",
    "dunlin",
    "egret",
    "falcon",
    "gannet",
    "hoopoe",
    "ibis",
    "jackdaw",
    "knot",
    "lapwing",
    "merlin",
)
