"""What a cause brings about: in one clause, as lines, and by the names of what it touches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sre_tui.agent.analyst.findings import Finding
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.ranking import Hypothesis
from sre_tui.agent.analyst.wording import best_findings, cited, finding_line, names, plain

MOST_EFFECTS: Final = 5


def is_about_asked(look: Look, one: Hypothesis) -> bool:
    """Whether it is about what the question names."""
    asked = {entity.name.casefold() for entity in look.focus.entities}
    hosts = {host.casefold() for host in look.focus.hosts}
    subject = one.subject
    return subject.name.casefold() in asked or (
        subject.host.casefold() in hosts and (not subject.name or subject.host.casefold() in asked)
    )


def explained(look: Look, cause: Hypothesis) -> tuple[str, list[Finding]]:
    """What a cause explains, first of all what was asked about; and what shows that."""
    effects = [one for one in cause.effects if one.connected]
    asked = min(
        (one for one in effects if one.kind.id in _NOTICED and is_about_asked(look, one)),
        key=lambda one: (not one.active, _NOTICED.index(one.kind.id)),
        default=None,
    )
    if asked is None:
        return names(_felt(effects), 4), []
    others = _felt([one for one in effects if one.kind is not asked.kind])
    why = f"why {plain(asked.claim)}"
    more = f", as well as {names(others, 3)}" if others else ""
    return f"{why}{more}", best_findings(asked, 1)


_NOTICED: Final = (
    "web_down", "web_slow", "web_errors", "restart_loop", "container_down", "guest_down",
    "oom_kill", "dns_down", "storage_wait", "nfs_trouble", "io_wait", "pool_full",
)  # fmt: skip
"""What people notice, the most telling first."""


def _felt(effects: Sequence[Hypothesis]) -> list[str]:
    words = {
        "web_slow": "slow pages", "web_down": "pages that do not answer",
        "web_errors": "pages with errors", "io_wait": "waiting for storage",
        "nfs_trouble": "NFS mounts that do not answer", "service_errors": "errors in the logs",
        "storage_wait": "programs that wait for storage", "high_load": "high load",
        "backup_missing": "missing backups", "backup_failed": "failed backups",
        "target_down": "scrape targets that are down", "restart_loop": "a restart loop",
        "oom_kill": "out-of-memory kills", "pool_degraded": "the degraded pool",
        "lookup_errors": "failed name lookups", "tls_errors": "refused certificates",
        "guest_crash_loop": "a guest that starts over and over",
        "guest_down": "stopped guests", "pool_full": "the full pool", "disk_slow": "slow disks",
        "cpu_steal": "guests without processor time", "checksum_errors": "checksum errors",
        "memory_exhausted": "exhausted memory", "certificate_expired": "expired certificates",
    }  # fmt: skip
    return [words[one.kind.id] for one in effects if one.kind.id in words]


def happening(look: Look, cause: Hypothesis) -> list[Hypothesis]:
    """Effects, those on what was asked for first; what is over only if nothing else is wrong."""
    hosts = set(look.focus.hosts)
    asked = {entity.name.casefold() for entity in look.focus.entities}

    def distance(one: Hypothesis) -> tuple[bool, bool, bool, float]:
        named = one.subject.name.casefold() in asked or any(
            word in one.subject.name.casefold() for word in asked
        )
        return not named, one.subject.host not in hosts, not one.active, one.kind.root

    chosen: list[Hypothesis] = []
    for one in sorted((one for one in cause.effects if one.connected), key=distance):
        same = [other for other in chosen if other.kind is one.kind]
        known = any(
            _bare(other.subject.name) == _bare(one.subject.name)
            and other.subject.host == one.subject.host
            for other in same
        )
        past = not one.active and any(
            other.active and other.subject == one.subject for other in chosen
        )
        enough = not one.active and len(chosen) > 2
        if len(same) < 2 and not known and not past and not enough:
            chosen.append(one)
    return chosen[:MOST_EFFECTS]


def _bare(name: str) -> str:
    return name.casefold().removesuffix(".service")


def effect_line(one: Hypothesis, now: datetime) -> str:
    """What is wrong and what shows it; the latter alone if it says the same."""
    finding = best_findings(one, 1)[0]
    shown = finding_line(finding, now)
    claimed = _said_words(one.claim)
    named = all(
        part.casefold() in finding.text.casefold()
        for part in (one.subject.host, one.subject.name)
        if part
    )
    if named and len(claimed - _said_words(finding.text)) <= len(claimed) // 4:
        return shown
    return f"{plain(one.claim)}: {shown}"


def _said_words(text: str) -> set[str]:
    return set(re.findall(r"[\w/-]+", text.casefold())) - {"is", "the", "of", "on", "its", "a"}


def affected(look: Look, cause: Hypothesis) -> str:
    """Names of the machines, guests and services that a cause touches, cited; empty if none."""
    found: dict[str, list[str]] = {}
    for effect in cause.effects:
        host = _called(look, effect.subject.host or effect.subject.name.partition("@")[0])
        if host and host != cause.subject.host:
            found.setdefault(host, [one.evidence for one in effect.findings[:1]])
    if not found:
        return ""
    ids = dict.fromkeys(one for several in found.values() for one in several)
    return f"{names([plain(host, 60) for host in sorted(found)], 8)}{cited(list(ids)[:3])}"


def _called(look: Look, name: str) -> str:
    """The name of a guest, machine or service; empty for an address that belongs to none known."""
    host = urlsplit(name).hostname if "://" in name else name.partition(":")[0]
    if not host or re.fullmatch(r"[\d.]+|.*:.*", host):
        return ""
    if "://" not in name:
        return host
    first = host.partition(".")[0].casefold()
    services = {service.casefold(): service for service in look.inventory.services}
    return look.inventory.hosts.get(first) or services.get(first, "")
