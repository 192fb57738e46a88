"""Log lines that tell of trouble: how they look, what they mean, and what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from providers.text import one_line

MAX_LINES: Final = 20_000
MAX_LINE: Final = 2000


@dataclass(frozen=True)
class LineKind:
    """One kind of telling line.

    Attributes:
        kind: id in :mod:`sre_tui.agent.analyst.kinds`.
        title: what such lines are called.
        pattern: RE2-compatible expression, matched without regard to case.
        severity: 1 to 3 as for signals.
        subject: expression with a group ``name`` that finds what the line is about.
        searched: whether it is worth a search over all logs; expressions that would match much
            that is harmless are only applied to lines that were found otherwise.
    """

    kind: str
    title: str
    pattern: str
    severity: int = 2
    subject: str = ""
    searched: bool = True

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern, compiled."""
        return re.compile(self.pattern, re.IGNORECASE)

    @cached_property
    def subject_regex(self) -> re.Pattern[str] | None:
        """The subject's expression, compiled."""
        return re.compile(self.subject, re.IGNORECASE) if self.subject else None


_DISK = r"(?P<name>\b(?:sd[a-z]{1,2}|nvme\d+n\d+|vd[a-z]|mmcblk\d)\b|\bata\d+)"
_POOL = r"pool[= ]['\"]?(?P<name>[A-Za-z][\w.-]*)"
_NIC = r"(?P<name>\b(?:en[a-z]*\d\w*|eth\d+|wl\w+|bond\d+|vmbr\d+)\b)"

LINE_KINDS: Final = (
    LineKind("oom_kill", "out-of-memory kill", r"out of memory: kill|oom-kill|oomkilled|killed process \d+|invoked oom-killer|killed by the oom killer", 3,
             r"(?:killed process \d+ \((?P<name>[^)]+)\)|^(?:.*?: )?(?P<name2>[\w.-]+) invoked oom-killer|\((?P<name3>[\w.-]+)\) died)"),
    LineKind("disk_failing", "disk read or write error", r"i/o error,? ?(on )?dev|medium error|unrecovered read error|currently unreadable|offline uncorrectable|critical medium error|failed command: (read|write)|buffer i/o error|smart.*(failure|failed)|class=ereport\.fs\.zfs\.io", 3,
             r"(?:dev(?:ice)?:? ?/?(?:dev/)?|\[|vdev=|disk )" + _DISK),
    LineKind("disk_link", "disk connection lost or reset", r"ata\d+(\.\d+)?: (disabled|hard resetting link|link is slow|sata link down)|did_bad_target|vdev_state=removed|(sas|scsi|nvme).*(controller is down|removing device)", 3,
             r"(?:\[|vdev=)" + _DISK + r"|\b(?P<name2>ata\d+)"),
    LineKind("pool_degraded", "pool degraded", r"pool_state=(degraded|faulted|unavail|suspended)|pool .{0,60}(is|state|has been)[^a-z]{1,8}(degraded|faulted|suspended)|md\d+.*disk failure|raid.*degraded", 3, _POOL),
    LineKind("resilver", "resilver", r"resilver_start|resilver in progress|resilvering", 2, _POOL),
    LineKind("checksum_errors", "checksum error", r"class=(ereport\.fs\.zfs\.)?checksum|checksum (error|mismatch)|zfs.*permanent errors", 2, _POOL),
    LineKind("filesystem_error", "file system error", r"(ext4|xfs|btrfs)[-\w]* ?(fs )?(error|corrupt)|remounting filesystem read-only|structure needs cleaning|journal has aborted", 3,
             r"\(device (?P<name>[\w-]+)\)"),
    LineKind("filesystem_full", "no space left", r"no space left on device|enospc|disk quota exceeded", 3),
    LineKind("datastore_full", "backup datastore out of space", r"(datastore|store) '[^']+'.{0,80}(enospc|no space|9\d% used)|inserting chunk .{0,80}enospc", 3, r"(?:data)?store '(?P<name>[^']+)'"),
    LineKind("pool_full", "pool space warning", r"space usage for pool|pool .{0,40}(out of space|is full)", 2, r"pool ['\"](?P<name>[^'\"]+)"),
    LineKind("backup_failed", "failed backup", r"backup (job )?(of .{1,40} )?failed|vzdump.*(error|failed)|unable to create backup snapshot|error: backup", 2,
             r"(?:vm|ct|guest) (?P<name>\d{3,9})|backup of (?:vm |ct )?(?P<name2>[\w-]+)"),
    LineKind("nfs_trouble", "NFS server not answering", r"nfs: server .{1,60} not responding|stale (nfs )?file handle|nfs.*timed out", 2, r"server (?P<name>[\w.-]+) not"),
    LineKind("storage_wait", "waiting for storage", r"(read|write) timeout|transcode stalled|waiting for storage|disk is slow|timeout while reading|unable to keep up with recording", 1, "", ),
    LineKind("hung_task", "hung process", r"blocked for more than \d+ seconds|hung_task|soft lockup|detected stalls on cpu", 2, r"task (?P<name>[\w./-]+?):\d+ blocked"),
    LineKind("program_died", "crashed program", r"segfault at|general protection fault|traps: .* trap|core dumped|code=dumped", 2, r"(?:^|\] |: )(?P<name>[\w.-]+)\[\d+\]: segfault|traps: (?P<name2>[\w.-]+)\["),
    LineKind("kernel_crash", "kernel crash", r"kernel panic|kernel bug at|oops: \d|bug: unable to handle|unable to handle kernel", 3),
    LineKind("hardware_error", "hardware error", r"machine check|mce: .*hardware error|\[hardware error\]|edac .*(ce|ue) (memory|error)|pcie bus error|uncorrected error", 3),
    LineKind("temperature_high", "overheating", r"temperature above threshold|thermal.*(throttl|critical|shutdown)|cpu clock throttled|critical temperature", 2, r"(?P<name>cpu ?\d+|package \d+)"),
    LineKind("link_errors", "network link down", r"link is down|link down|nic link is|lost carrier|carrier lost|link becomes not ready|tx timeout|transmit queue \d+ timed out|left (blocking|forwarding) state", 2, _NIC),
    LineKind("lookup_errors", "name resolution failure", r"temporary failure in name resolution|could not resolve|server misbehaving|no such host|lookup .{1,80}(i/o timeout|servfail|no such host|connection refused)|name or service not known|servfail", 2, r" on (?P<name>[\d.]+):53"),
    LineKind("port_taken", "port already in use", r"address already in use|bind: .{0,20}in use|port is already allocated", 3, r"(?P<name>:\d{2,5}\b)"),
    LineKind("unit_failed", "failed service", r"failed with result|start request repeated too quickly|main process exited, code=(exited|killed|dumped), status=[1-9]|failed to start", 2, r"(?P<name>[\w@.-]+)\.service"),
    LineKind("restart_loop", "container died", r"container \w+ \([^)]+\) died|restart count \d+|back-off restarting|died: exit code [1-9]", 2, r"\((?P<name>[\w.-]+)\) died"),
    LineKind("bad_update", "update installed", r"found new .{1,120} image|creating /\S+ with \S+|upgrade: \S+|pulling image|commandline: apt(-get)? .*(upgrade|install)", 1, r"(?:/(?P<name>[\w.-]+) with|upgrade: (?P<name2>[\w.+-]+):|upgrade of (?P<name3>[\w.+-]+) )"),
    LineKind("guest_stopped", "guest stopped by a task", r"(qmshutdown|vzshutdown|qmstop|vzstop):\d+", 2, r"(?:shutdown|stop):(?P<name>\d+)"),
    LineKind("ups_on_battery", "power failure", r"ups \S+ on battery|battery is low|ob dischrg|on battery power|communications lost with ups", 3, r"ups \[?(?P<name>[\w-]+)"),
    LineKind("clock_skew", "wrong clock", r"system clock wrong by|clock (skew|drift) detected|time (has been|was) changed|can't synchronise: no selectable|clocksource .*unstable", 2),
    LineKind("token_errors", "time-dependent rejection", r"issued in the future|token.*not yet valid|request has expired|not valid (yet|before)", 1),
    LineKind("certificate_renewal", "failed certificate renewal", r"unable to obtain acme certificate|acme: error|renewal.{0,40}fail|failed to renew", 3, r"domains \[(?P<name>[^\]]+)\]"),
    LineKind("tls_errors", "refused certificate", r"expired certificate|certificate (has )?expired|tls handshake error|x509: certificate", 2, r"\((?P<name>[\w.-]+)\)$"),
    LineKind("quorum_lost", "lost cluster quorum", r"lost quorum|quorum: (activity )?blocked|link: \d+ is down.*host|corosync.*(failed|down)|cluster not ready - no quorum", 3),
    LineKind("exporter_stopped", "exporter stopped", r"stopped \w*_?exporter|stopping \w*exporter|exporter\.service: deactivated", 2, r"(?P<name>\w+_exporter|cadvisor)"),
    LineKind("logs_dropped", "log ingestion limit", r"ingestion rate limit exceeded|entry out of order|rate limited.*(loki|push)", 2),
    LineKind("auth_failures", "failed login", r"authentication failure|failed password|invalid user|login failed|maximum authentication attempts", 1, r"(?:user[= ]|for (?:invalid user )?)(?P<name>[\w.-]+)", searched=False),
    LineKind("web_errors", "bad gateway", r"\b50[234]\b.{0,20}(bad gateway|service unavailable|gateway timeout)|upstream (timed out|prematurely closed)|received error status code: 5\d\d", 1, r"servicename=(?P<name>[\w.-]+)@?"),
    LineKind("service_errors", "error", r"\b(fatal|panic|epic fail|traceback|unhandled exception|critical)\b", 2, searched=False),
    LineKind("service_errors", "error", r"\b(error|exception|failed|failure|err)\b", 1, searched=False),
    LineKind("hardware_error", "USB device lost", r"usb [\d.-]+: (usb disconnect|device descriptor read.*error|reset high)", 1, searched=False),
)  # fmt: skip


@dataclass
class LineGroup:
    """Lines of one kind about one thing, found in a text."""

    line_kind: LineKind
    subject: str
    count: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def example(self) -> str:
        """The first such line."""
        return self.examples[0] if self.examples else ""


def classify(line: str) -> tuple[LineKind, str] | None:
    """What a line tells, and about what; None if it tells of no trouble."""
    text = line[:MAX_LINE]
    for kind in LINE_KINDS:
        if kind.regex.search(text):
            return kind, subject_of(kind, text)
    return None


def subject_of(kind: LineKind, line: str) -> str:
    """What a line of that kind is about; empty if it does not say."""
    match = kind.subject_regex.search(line[:MAX_LINE]) if kind.subject_regex else None
    if match is None:
        return ""
    return next((value for value in match.groupdict().values() if value), "")


def group_lines(lines: Iterable[str]) -> list[LineGroup]:
    """Telling lines by kind and subject, the worst and most frequent first."""
    found: dict[tuple[str, str, str], LineGroup] = {}
    for number, line in enumerate(lines):
        if number >= MAX_LINES:
            break
        told = classify(line)
        if told is None:
            continue
        kind, subject = told
        group = found.setdefault((kind.kind, kind.title, subject), LineGroup(kind, subject))
        group.count += 1
        if len(group.examples) < 3:
            group.examples.append(one_line(line, 200))
    return sorted(found.values(), key=lambda group: (-group.line_kind.severity, -group.count))


def search_pattern(kinds: Sequence[LineKind] = LINE_KINDS) -> str:
    """One RE2 expression for all lines worth searching for, for ``|~`` in LogQL."""
    return "(?i)" + "|".join(f"(?:{kind.pattern})" for kind in kinds if kind.searched)
