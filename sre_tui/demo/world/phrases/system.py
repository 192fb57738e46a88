"""Lines of systemd, the kernel, sshd, cron, smartd and the ZFS event daemon."""

from __future__ import annotations

from random import Random

from sre_tui.demo.world.homelab import Homelab

_TIMERS = (
    "apt-daily.service - Daily apt download activities",
    "fstrim.service - Discard unused blocks on filesystems from /etc/fstab",
    "logrotate.service - Rotate log files",
    "man-db.service - Daily man-db regeneration",
    "systemd-tmpfiles-clean.service - Cleanup of Temporary Directories",
    "e2scrub_all.service - Online ext4 Metadata Check for All Filesystems",
)


def systemd(rng: Random) -> str:
    """The manager starting and finishing timers and sessions."""
    unit = rng.choice(_TIMERS)
    name, _, text = unit.partition(" - ")
    return rng.choice(
        (
            f"Starting {unit}...",
            f"Finished {unit}.",
            f"{name}: Deactivated successfully.",
            f"{name}: Consumed {rng.randint(12, 900)}ms CPU time, {rng.randint(2, 40)}M memory peak.",
            f"Started session-{rng.randint(100, 9000)}.scope - Session of User root.",
            f"Stopped target {text.lower()}." if rng.random() < 0.05 else f"Finished {unit}.",
        )
    )


def cron(rng: Random) -> str:
    """Cron running its table."""
    command = rng.choice(
        ("cd / && run-parts --report /etc/cron.hourly", "/usr/local/bin/backup-config.sh",
         "[ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean",
         "test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily")
    )  # fmt: skip
    return f"(root) CMD ({command})"


def sshd(rng: Random) -> str:
    """Logins with a key."""
    port, user = rng.randint(32768, 60999), rng.choice(("ansible", "root", "admin"))
    host = f"10.0.10.{rng.choice((5, 6, 40))}"
    return rng.choice(
        (
            f"Accepted publickey for {user} from {host} port {port} ssh2: ED25519 SHA256:"
            f"{rng.getrandbits(120):030x}",
            f"pam_unix(sshd:session): session opened for user {user}(uid=0) by {user}(uid=0)",
            f"pam_unix(sshd:session): session closed for user {user}",
            f"Received disconnect from {host} port {port}:11: disconnected by user",
        )
    )


def stranger(rng: Random) -> str:
    """Knocking from outside at the VPN host."""
    address = ".".join(str(rng.randint(11, 220)) for _ in range(4))
    user = rng.choice(("admin", "ubuntu", "test", "oracle", "pi"))
    return f"Invalid user {user} from {address} port {rng.randint(32768, 60999)}"


def kernel_guest(rng: Random) -> str:
    """A quiet kernel in a guest."""
    return rng.choice(
        (
            "systemd-journald[241]: Time jumped backwards, rotating."
            if rng.random() < 0.01
            else "loop0: detected capacity change from 0 to 8",
            "EXT4-fs (sda1): re-mounted. Quota mode: none.",
            "TCP: request_sock_TCP: Possible SYN flooding on port 8096. Sending cookies."
            if rng.random() < 0.02
            else "clocksource: Switched to clocksource tsc",
        )
    )


def kernel_node(rng: Random) -> str:
    """A quiet kernel on a Proxmox node: interfaces of guests come and go."""
    vmid = rng.randint(100, 139)
    return rng.choice(
        (
            f"vmbr0: port {rng.randint(2, 30)}(veth{vmid}i0) entered forwarding state",
            f"fwbr{vmid}i0: port 2(tap{vmid}i0) entered blocking state",
            "perf: interrupt took too long (2512 > 2500), lowering kernel.perf_event_max_sample_rate",
            f'audit: type=1400 apparmor="ALLOWED" operation="mount" profile="lxc-{vmid}_</var/lib/lxc>"',
        )
    )


def smartd(lab: Homelab, host: str, rng: Random) -> str:
    """Smartd noting ordinary changes."""
    disk = rng.choice([disk for disk in lab.disks if disk.host == host])
    low = rng.randint(30, 38)
    return (
        f"Device: /dev/{disk.name} [SAT], SMART Usage Attribute: 194 Temperature_Celsius changed "
        f"from {low} to {low + rng.choice((-1, 1))}"
    )


def zed(lab: Homelab, host: str, rng: Random) -> str:
    """The ZFS event daemon recording history events."""
    pool = rng.choice([pool for pool in lab.pools if pool.host == host])
    kind = rng.choice(("history_event", "config_sync", "history_event", "trim_finish"))
    return (
        f"eid={rng.randint(100, 9999)} class={kind} pool='{pool.name}' pool_guid=0x{pool.guid:016X}"
    )


def chrony(rng: Random) -> str:
    """Chronyd with a healthy source."""
    return rng.choice(
        (
            f"Selected source 10.0.10.1 ({rng.choice(('router.home.example', 'ntp.pool'))})",
            f"System clock was off by {rng.uniform(-0.0009, 0.0009):.6f} seconds, slewing",
        )
    )


def pvestatd(rng: Random) -> str:
    """The status daemon of a node."""
    return f"auth key pair generation: {rng.choice(('rotated', 'unchanged'))}, status update time ({rng.uniform(5.1, 5.9):.3f} seconds)"


def pvedaemon(rng: Random) -> str:
    """API logins and task starts."""
    vmid = rng.randint(100, 139)
    return rng.choice(
        (
            "<root@pam> successful auth for user 'root@pam'",
            f"<root@pam> starting task UPID:pve1:{rng.getrandbits(24):08X}:{rng.getrandbits(28):08X}:"
            f"{rng.getrandbits(30):08X}:vncproxy:{vmid}:root@pam:",
            "<sre@pve!tui> successful auth for user 'sre@pve!tui'",
        )
    )


def nut(rng: Random) -> str:
    """Upsd serving its clients."""
    return f"User monuser@10.0.10.{rng.choice((11, 12, 13))} logged into UPS [ups1]"


def nfsd(rng: Random) -> str:
    """The NFS server of the NAS."""
    client = rng.choice(("10.0.20.111", "10.0.20.113", "10.0.20.117", "10.0.20.118"))
    return f"authenticated mount request from {client}:{rng.randint(700, 1023)} for /mnt/tank/media (/mnt/tank/media)"
