"""Lines of systemd, the kernel, sshd, cron, smartd, the ZFS event daemon and Proxmox."""

from __future__ import annotations

from sre_tui.demo.world.homelab import Homelab
from sre_tui.demo.world.phrases.template import Phrase, phrase

_TIMERS = (
    ("apt-daily", "Daily apt download activities"),
    ("fstrim", "Discard unused blocks on filesystems from /etc/fstab"),
    ("logrotate", "Rotate log files"),
    ("man-db", "Daily man-db regeneration"),
    ("systemd-tmpfiles-clean", "Cleanup of Temporary Directories"),
    ("e2scrub_all", "Online ext4 Metadata Check for All Filesystems"),
)

SYSTEMD = phrase(
    *(f"Starting {name}.service - {text}..." for name, text in _TIMERS),
    *(f"Finished {name}.service - {text}." for name, text in _TIMERS),
    *(f"{name}.service: Deactivated successfully." for name, _ in _TIMERS),
    "logrotate.service: Consumed <12..900>ms CPU time, <2..40>M memory peak.",
    "Started session-<100..9000>.scope - Session of User root.",
)
CRON = phrase(
    "(root) CMD (cd / && run-parts --report /etc/cron.hourly)",
    "(root) CMD (/usr/local/bin/backup-config.sh)",
    "(root) CMD (test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily)",
)
SSHD = phrase(
    "Accepted publickey for <ansible|root|admin> from 10.0.10.<5..40> port <32768..60999> ssh2: "
    "ED25519 SHA256:<hex:43>",
    "pam_unix(sshd:session): session opened for user ansible(uid=1000) by ansible(uid=0)",
    "pam_unix(sshd:session): session closed for user <ansible|root|admin>",
    "Received disconnect from 10.0.10.<5..40> port <32768..60999>:11: disconnected by user",
)
STRANGER = phrase(
    "Invalid user <admin|ubuntu|test|oracle|pi> from <11..220>.<1..254>.<1..254>.<1..254> port "
    "<32768..60999>"
)
KERNEL_GUEST = phrase(
    "loop0: detected capacity change from 0 to 8",
    "EXT4-fs (sda1): re-mounted. Quota mode: none.",
    "clocksource: Switched to clocksource tsc",
)
KERNEL_NODE = phrase(
    "vmbr0: port <2..30>(veth<100..139>i0) entered forwarding state",
    "fwbr<100..139>i0: port 2(tap<100..139>i0) entered blocking state",
    "perf: interrupt took too long (<2510..2900> > 2500), lowering sample rate",
    'audit: type=1400 apparmor="ALLOWED" operation="mount" profile="lxc-<100..139>"',
)
CHRONY = phrase(
    "Selected source 10.0.10.1 (router.home.example)",
    "System clock was off by <-0.0009..0.0009:.6f> seconds, slewing",
)
PVESTATD = phrase("status update time (<5.1..5.9:.3f> seconds)")
PVEDAEMON = phrase(
    "<root@pam> successful auth for user 'root@pam'",
    "<sre@pve!tui> successful auth for user 'sre@pve!tui'",
    "<root@pam> starting task UPID:pve1:<hex:8>:<hex:8>:<hex:8>:vncproxy:<100..139>:root@pam:",
)
DOCKERD = phrase(
    'level=info msg="ignoring event" container=<hex:12> module=libcontainerd topic=/tasks/delete',
    'level=info msg="image pulled" digest="sha256:<hex:16>" remote="docker.io/library/busybox"',
    'level=info msg="shim disconnected" id=<hex:12> namespace=moby',
)
UPSD = phrase("User monuser@10.0.10.<11..13> logged into UPS [ups1]")
MOUNTD = phrase(
    "authenticated mount request from 10.0.20.<111..118>:<700..1023> for /mnt/tank/media "
    "(/mnt/tank/media)"
)


def smartd(lab: Homelab, host: str) -> Phrase:
    """Smartd noting that a disk of a host became a degree warmer or cooler."""
    return phrase(
        *(
            f"Device: /dev/{disk.name} [SAT], SMART Usage Attribute: 194 Temperature_Celsius "
            f"changed from {low} to {high}"
            for disk in lab.disks
            if disk.host == host
            for low, high in ((33, 34), (35, 34), (31, 32))
        )
    )


def zed(lab: Homelab, host: str) -> Phrase:
    """The ZFS event daemon recording history events of a host's pools."""
    return phrase(
        *(
            f"eid=<100..9999> class=<history_event|config_sync|trim_finish> pool='{pool.name}' "
            f"pool_guid=0x{pool.guid:016X}"
            for pool in lab.pools
            if pool.host == host
        )
    )
