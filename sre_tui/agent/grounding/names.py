"""Names in an answer that nothing supports: hosts, disks, services, alerts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sre_tui.agent.events import Unsupported
from sre_tui.agent.grounding.claimed_names import claimed_names
from sre_tui.agent.grounding.grounds import Grounds
from sre_tui.agent.grounding.markup import Code, Prose

_NOUN = (
    r"(?:host|node|guest|vm|container|disk|drive|pool|service|server|alert|machine|instance|dataset"
    r"|datastore|job|target|unit|rule|rechner|platte|dienst|knoten|alarm)s?"
)
_NOUN_BEFORE = re.compile(rf"\b{_NOUN}(?:\s+(?:named|called))?\s*[`\"'*(]*$", re.IGNORECASE)
_NOUN_BEHIND = re.compile(rf"^[`\"'*)]*\s+{_NOUN}\b", re.IGNORECASE)
_SHAPED = re.compile(r"[A-Za-z][\w-]*(?:[.:/@][\w-]+)*")
_TELLING = re.compile(r"\d|[-_.:/@]|[a-z][A-Z]")
_ALERT = re.compile(r"\b(?:[A-Z][a-z0-9]+){2,}(?:[A-Z]+[a-z0-9]*)*\b")
_WORD_WITH_FIGURE = re.compile(r"(?<![\w./:@-])([A-Za-z][A-Za-z-]*?)(\d{1,4})(?![\w@-]|[.:/]\w)")
_DEVICE = re.compile(
    r"(?<![\w-])(?:/dev/)?((?:sd|vd|xvd|hd)[a-z]{1,2}|nvme\d+n\d+)(?:p?\d+)?(?![\w-])"
)
_INSTANCE = re.compile(r"(?<![\w./@-])([A-Za-z][\w.-]*):(\d{2,5})(?![\w:.-])")

_COMMAND_LIST: Final = (
    ".env apt apt-get awk bash btrfs caddy cat certbot chmod chown chronyc config.toml cron "
    "crontab curl date dd df dig dmesg docker docker-compose du echo ethtool fdisk find "
    "free fsck fstrim git grep ha-manager head htop ifconfig iostat iotop ip iperf3 "
    "iptables journalctl jq kill kubectl less logql logrotate ls lsblk lsof lspci lsusb lvs "
    "make man mdadm mount mtr ncdu netstat nft nginx nmap nslookup ntpq pct perf ping pkill "
    "podman postgres promql promtool proxmox-backup-client proxmox-backup-manager ps "
    "pveceph pvecm pveperf pvesh pvesm pveversion pvs python python3 qm rsync sar sed "
    "service sh site.md smartctl sre ss ssh stderr stdin stdout strace sudo sync sysctl "
    "systemctl tail tar tcpdump timedatectl top touch traceroute umount uname upsc upsd "
    "uptime vgs vim vmstat vzdump watch wc wg xargs zfs zpool zstd "
)
_COMMANDS: Final = frozenset(_COMMAND_LIST.split())


def unsupported_names(prose: Prose, grounds: Grounds) -> Iterator[Unsupported]:
    """Names that stand nowhere in what is known."""
    for code in prose.codes:
        name = code.text.strip("\"'")
        if not prose.is_advice(code.start) and _states_a_name(code, name, prose, grounds):
            start = code.start + code.text.index(name)
            yield Unsupported(text=name, kind="name", start=start, end=start + len(name))
    for match in _INSTANCE.finditer(prose.text):
        if not prose.is_advice(match.start()) and not is_known(match.group(), grounds):
            yield _flag(match.group(), match.start())
    for match in _DEVICE.finditer(prose.text):
        whole = match.group().removeprefix("/dev/")
        if prose.is_advice(match.start()) or is_known(match.group(1), grounds):
            continue
        if not is_known(whole, grounds):
            yield _flag(match.group(1), match.start(1))
    for match in _WORD_WITH_FIGURE.finditer(prose.text):
        if prose.is_advice(match.start()) or is_known(match.group(), grounds):
            continue
        if match.group(1).casefold() in grounds.stems:
            yield _flag(match.group(), match.start())
    for match in _ALERT.finditer(prose.text):
        if prose.is_advice(match.start()) or is_known(match.group(), grounds):
            continue
        if _is_named_as_thing(prose.text, match.start(), match.end(), alerts_only=True):
            yield _flag(match.group(), match.start())
    for name, start in claimed_names(prose):
        if not prose.is_advice(start) and not _is_known_in_part(name, grounds):
            yield _flag(name, start)


def is_known(name: str, grounds: Grounds) -> bool:
    """Whether the name, or every part of it, stands somewhere in what is known."""
    plain = name.casefold().strip(".:/@-")
    if plain in grounds.words:
        return True
    parts = [part for part in re.split(r"[.:/@]", plain) if part]
    return len(parts) > 1 and all(part in grounds.words for part in parts)


def _is_known_in_part(name: str, grounds: Grounds) -> bool:
    """Whether it is known, or a part of a known name is called so for short."""
    plain = name.casefold()
    return is_known(name, grounds) or any(
        plain in re.split(r"[-_]", word) for word in grounds.words if plain in word
    )


def _states_a_name(code: Code, name: str, prose: Prose, grounds: Grounds) -> bool:
    if not _SHAPED.fullmatch(name) or name.casefold() in _COMMANDS or is_known(name, grounds):
        return False
    if re.fullmatch(r"E\d+", name) or name.isupper():
        return False
    if _TELLING.search(name):
        return True
    end = code.start + len(code.text)
    return _is_named_as_thing(prose.text, code.start - 1, end + 1, alerts_only=False)


def _is_named_as_thing(text: str, start: int, end: int, *, alerts_only: bool) -> bool:
    before = _NOUN_BEFORE.search(text[max(0, start - 24) : max(0, start)])
    behind = _NOUN_BEHIND.search(text[end : end + 16])
    if not alerts_only:
        return bool(before or behind)
    said = f"{before.group() if before else ''} {behind.group() if behind else ''}".casefold()
    return any(word in said for word in ("alert", "rule", "alarm"))


def _flag(name: str, start: int) -> Unsupported:
    return Unsupported(text=name, kind="name", start=start, end=start + len(name))
