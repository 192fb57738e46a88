"""Puts the names of an incident into the commands of a bundled runbook, where it says ``<pool>``.

What is not known stays in angle brackets: a command with somebody else's number in it is one that
a tired operator runs. So does a name that a shell could read as more than one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from providers.proxmox import Guest
from sre_tui.diagnosis.subject import Subject, SubjectKind

_CALLED: Final = {
    "vmid": "vmid", "ctid": "ct", "vm|ct": "short", "guest": "guest", "node": "node",
    "nas": "nas", "backup-server": "server", "datastore": "datastore", "storage": "storage",
    "pool": "pool", "pool>/<dataset": "dataset", "disk": "disk", "container": "container",
    "site": "site", "ups": "ups", "interface": "interface",
}  # fmt: skip
"""What a placeholder is filled with; any other, such as ``<new-vmid>``, is for the reader."""
_TOOL: Final = r"\b(?P<tool>qm|pct) (?P<verb>(?:guest |disk )?[a-z]+)"
_PLACE: Final = re.compile(
    rf"{_TOOL} <(?:vmid|ctid)>"
    rf"|<(?P<called>{'|'.join(map(re.escape, sorted(_CALLED, key=len, reverse=True)))})>"
)
_USE: Final = re.compile(rf"{_TOOL}\b|\b(?P<machine>qmrestore|qemu-server)\b")
"""What is for one type of guest alone: its tool, or the place of its configuration."""
_FIRST: Final = re.compile(r"(?P<tool>qm|pct)(?:restore)? ")
_TOOLS: Final = {"qemu": "qm", "lxc": "pct"}
_OF_BOTH: Final = frozenset(
    {"start", "stop", "shutdown", "reboot", "status", "config", "unlock", "listsnapshot", "resume",
     "delsnapshot"}
)  # fmt: skip
"""Verbs of ``qm`` that ``pct`` has with the same meaning."""
_OF_GUEST: Final = frozenset({"vmid", "ct", "short", "type"})
_OTHER_TOOL: Final = re.compile(r"\s+# or: (?:qm|pct) .*$")
_OF_NODES: Final = re.compile(r"\b(?:qm|pct|pvesr|pvesm|pve_\w+)\b|^sre nodes\b")
_OF_NAS: Final = re.compile(r"\bmidclt\b|^sre nas\b")
_CODE: Final = re.compile(r"`[^`]+`")
_SAFE: Final = re.compile(r"(?!.*\.\.)[A-Za-z0-9][\w.:/@-]*", re.ASCII)
"""A name that stays one word in a shell, in a path and in a quoted label."""
_DEVICE: Final = re.compile(r"(?:[hsv]d|xvd|a?da|nvd)[a-z0-9]+|(?:nvme|mmcblk)\d\w*", re.ASCII)
"""A disk that can be found under ``/dev``; a pool names a lost one by a number."""
_SLOTS: Final = {
    SubjectKind.GUEST: "guest", SubjectKind.NODE: "node", SubjectKind.NAS: "nas",
    SubjectKind.BACKUP_SERVER: "server", SubjectKind.DATASTORE: "datastore",
    SubjectKind.STORAGE: "storage", SubjectKind.POOL: "pool", SubjectKind.DISK: "disk",
    SubjectKind.CONTAINER: "container", SubjectKind.SITE: "site", SubjectKind.UPS: "ups",
}  # fmt: skip
_OF_MACHINES: Final = {
    kind: _SLOTS[kind] for kind in (SubjectKind.NODE, SubjectKind.NAS, SubjectKind.BACKUP_SERVER)
}
_BY_HOST: Final = (
    SubjectKind.POOL, SubjectKind.DISK, SubjectKind.DATASET, SubjectKind.REPLICATION,
)  # fmt: skip
_BROUGHT_ABOUT: Final = ("pool", "storage", "datastore")
"""What is taken of the effects as well, if only one is touched."""


def own_names(
    about: Subject,
    effects: Iterable[Subject] = (),
    guests: Sequence[Guest] = (),
    machines: Iterable[Subject] = (),
) -> dict[str, str]:
    """The names of an incident by what they are names of, such as ``vmid``, ``pool`` or ``disk``.

    Args:
        about: what is wrong.
        effects: what suffers from it.
        guests: the guests that are known, for their ids and nodes.
        machines: the machines that are known, of one name the kind that is meant first; what
            another one is, nobody tells.
    """
    kinds: dict[str, SubjectKind] = {}
    for machine in machines:
        kinds.setdefault(machine.name, machine.kind)
    own = _names_of(about, guests, kinds)
    touched: dict[str, set[str]] = {}
    for subject in effects:
        for slot, name in _names_of(subject, guests, kinds).items():
            touched.setdefault(slot, set()).add(name)
    for slot in _BROUGHT_ABOUT:
        names = touched.get(slot, set())
        if slot not in own and len(names) == 1:
            own[slot] = next(iter(names))
    return own


def _names_of(
    subject: Subject, guests: Sequence[Guest], kinds: Mapping[str, SubjectKind]
) -> dict[str, str]:
    own: dict[str, str] = {}
    if slot := _SLOTS.get(subject.kind):
        own[slot] = subject.own_name
    host = subject.host
    if subject.kind is SubjectKind.DATASET:
        host, _, own["dataset"] = subject.name.partition("/")
        own["pool"] = own["dataset"].partition("/")[0]
    found = [one for one in guests if host and host in (one.name, str(one.vmid))]
    if len(found) == 1:
        own |= guest_names(found[0])
    elif subject.kind is SubjectKind.REPLICATION and not host:
        # A job of Proxmox VE, whose id begins with that of its guest.
        own |= next((guest_names(one) for one in guests if _is_job_of(subject, one)), {})
    elif subject.kind in _BY_HOST:
        own |= {_OF_MACHINES[kind]: host for kind in (kinds.get(host),) if kind in _OF_MACHINES}
    return own


def _is_job_of(replication: Subject, guest: Guest) -> bool:
    return replication.name.partition("-")[0] == str(guest.vmid)


def guest_names(guest: Guest) -> dict[str, str]:
    """The names that belong to one guest, and whether it runs."""
    named = {"guest": guest.name or str(guest.vmid), "node": guest.node, "status": guest.status}
    return named | id_names(guest.vmid, guest.type)


def id_names(vmid: int | str, kind: str) -> dict[str, str]:
    """How commands call a guest of a type, ``qemu`` or ``lxc``."""
    own = {"vmid": str(vmid), "type": kind, "short": "vm" if kind == "qemu" else "ct"}
    return own if kind == "qemu" else own | {"ct": str(vmid)}


@dataclass(frozen=True)
class _Filling:
    """What goes into one command.

    Attributes:
        own: names by what they are names of, safe ones alone.
        tool: of the incident's type of guest, empty if that is not known.
        translated: whether the command is for the other type, and its own tool takes it as well.
    """

    own: Mapping[str, str]
    tool: str
    translated: bool

    def put(self, match: re.Match[str]) -> str:
        vmid = self.own.get("vmid")
        if match["tool"] is None:
            return self.own.get(_CALLED[match["called"]]) or self._unknown(match)
        if vmid is None or not (self.translated or match["tool"] == self.tool):
            return match.group()
        return f"{self.tool} {match['verb']} {vmid}"

    def _unknown(self, match: re.Match[str]) -> str:
        if match["called"] == "pool>/<dataset" and (pool := self.own.get("pool")):
            return f"{pool}/<dataset>"
        return match.group()


def with_own(command: str, own: Mapping[str, str]) -> str:
    """A command of a bundled runbook with the names that are known and safe to put in.

    Names are put in once: what stands in a name is never taken for a placeholder.
    """
    own = {slot: name for slot, name in own.items() if _fits_in(slot, name)}
    tool = _TOOLS.get(own.get("type", ""), "")
    if tool and "vmid" in own:
        command = _OTHER_TOOL.sub("", command)
    foreign, translated = _strange(command, tool)
    if foreign and not translated:
        own = {slot: name for slot, name in own.items() if slot not in _OF_GUEST}
    return _PLACE.sub(_Filling(own, tool, translated).put, command)


def _strange(command: str, tool: str) -> tuple[bool, bool]:
    """Whether a command is for the other type of guest, and whether its own tool takes it too."""
    uses = [(use["tool"] or "qm", use["verb"]) for use in _USE.finditer(command)]
    foreign = bool(uses) and all(used != tool for used, _ in uses)
    return foreign, foreign and bool(tool) and all(verb in _OF_BOTH for _, verb in uses)


def is_for_other_guests(commands: Sequence[str], own: Mapping[str, str]) -> bool:
    """Whether all commands of a step are for the other type of guest than the incident's."""
    tool = _TOOLS.get(own.get("type", ""), "")
    if not tool or not commands:
        return False
    return all(_strange(one, tool) == (True, False) for one in commands)


def is_for_other_machines(command: str, own: Mapping[str, str]) -> bool:
    """Whether a command is for a node of Proxmox VE where the incident is on a NAS, or reversed."""
    if ("nas" in own) is ("node" in own):
        return False
    return (_OF_NODES if "nas" in own else _OF_NAS).search(command) is not None


def stays_one_word(name: str) -> bool:
    """Whether a name can stand in a command as it is, without quotes and inside of any."""
    return _SAFE.fullmatch(name) is not None


def _fits_in(slot: str, name: str) -> bool:
    return stays_one_word(name) and (slot != "disk" or _DEVICE.fullmatch(name) is not None)


def commands_with_own(commands: Iterable[str], own: Mapping[str, str]) -> list[str]:
    """The same for all commands of a step, without those for the other type of guest."""
    every = list(commands)
    fits = _TOOLS.get(own.get("type", ""), "")
    tools = [_tool(one) for one in every]
    if fits and fits in tools:
        every = [one for one, tool in zip(every, tools, strict=True) if tool in ("", fits)]
    every = [one for one in every if not is_for_other_machines(one, own)]
    return list(dict.fromkeys(with_own(one, own) for one in every))


def with_own_in_code(text: str, own: Mapping[str, str]) -> str:
    """The same for the inline code of a sentence; one that is about both types names both."""
    tools = {_tool(code.strip("`")) for code in _CODE.findall(text)}
    both = tools >= set(_TOOLS.values())

    def put(match: re.Match[str]) -> str:
        code = match.group()
        strange = both and _tool(code.strip("`")) not in ("", _TOOLS.get(own.get("type", "")))
        return with_own(code, {} if strange else own)

    return _CODE.sub(put, text)


def _tool(command: str) -> str:
    match = _FIRST.match(command)
    return match["tool"] if match else ""


__all__ = [
    "commands_with_own", "guest_names", "id_names", "is_for_other_guests", "is_for_other_machines",
    "own_names",
    "stays_one_word", "with_own_in_code",
]  # fmt: skip
