"""Puts the names of an incident where a bundled runbook's commands have their examples.

What is not known is put in angle brackets: a command with somebody else's number in it is one that
a tired operator runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from providers.proxmox import Guest
from sre_tui.diagnosis.subject import Subject, SubjectKind

_VM: Final = r"(?:120|105|131|140)"
_DAY: Final = r"(?:auto|manual)-\d{4}-\d\d-\d\d"
_STORE: Final = r"(?:pbs|local-zfs|nas-media)"
_EXAMPLES: Final = (
    (r"\b9(?:120|105)\b", "<new-vmid>"),
    (rf"\bvzdump {_VM}\b", "vzdump {vmid}"),
    (rf"--vmid {_VM}\b", "--vmid {vmid}"),
    (rf"\b(?:vm|ct)(?=[/:]{_VM}\b)", "{short}"),
    (rf"(?<=/lib/lxc/){_VM}\b|(?<=/pve/lxc/){_VM}\b|(?<=pve-container@){_VM}\b", "{ct}"),
    (rf"\b(?:qemu|lxc)/{_VM}\b", "{type}/{vmid}"),
    (rf"(?<=[/:@]){_VM}(?=$|[ /.\"])", "{vmid}"),
    (rf"\bvm-{_VM}-disk", "vm-{vmid}-disk"),
    (rf"\b{_VM}-0\b", "{vmid}-0"),
    (rf"(?<= ){_VM}(?= --force)", "{vmid}"),
    (r"\bUPID:pve1:\.\.\.", "<UPID>"),
    (r"(?<=nodes/)pve2\b", "{node}"),
    (r"(?<=nodes/)pve1\b", "<other-node>"),
    (r'(?<=hostname=")pve1\b', "{node}"),
    (r"(?<=delnode )pve2\b|(?<=maintenance enable )pve2\b", "{node}"),
    (r"(?<= )pve2(?= --online)", "<other-node>"),
    (rf"@{_DAY}%{_DAY}", "@<first>%<last>"),
    (rf"@{_DAY}", "@<snapshot>"),
    (rf"\b{_DAY}/film\.mkv", "<snapshot>/<file>"),
    (r"\bfilm\.mkv\b", "<file>"),
    (r"\btank/(?:media|pbs|apps)\b", "{dataset}"),
    (r"\bbackup/media\b", "<target-dataset>"),
    (r"\btank\b", "{pool}"),
    (r"\bata-ST8000VN004_ZR1234AB\b|\bata-OLD_SERIAL\b|\bOLD(?=-part)", "<old-disk-id>"),
    (r"\bata-ST8000VN004_ZR9999XY\b|\bata-NEW_SERIAL\b|(?<=by-id/)NEW", "<new-disk-id>"),
    (r"(?<=by-id/)HEALTHY\b", "<healthy-disk-id>"),
    (r"(?<=/dev/)(?:sdc|nvme0)\b|\bsdc\b", "{disk}"),
    (r"\bbackup@pbs@pbs:main\b", "<user>@pbs@{server}:{datastore}"),
    (rf"(?<=pvesm list ){_STORE}\b|(?<=pvesm set ){_STORE}\b", "{storage}"),
    (rf"(?<=--storage ){_STORE}\b|\b{_STORE}(?=:(?:backup|vm))", "{storage}"),
    (r"(?<=^`)pbs(?=`$)", "{storage}"),
    (r"(?<=/mnt/pve/)nas-media\b|(?<=priv/storage/)pbs\b", "{storage}"),
    (r"\b(?<=status |update |verify )main\b", "{datastore}"),
    (r"(?<=start )main\b|(?<=show )main\b", "{datastore}"),
    (r"(?<=/mnt/datastore/)main\b", "{datastore}"),
    (r"\bkeep-main\b", "<prune-job>"),
    (r'(?<=hostname=")pbs\b', "{server}"),
    (r"/20\d\d-\d\d-\d\dT[\d:]+Z", "/<time>"),
    (r"\bghcr\.io/paperless-ngx/paperless-ngx:latest\b", "<image>"),
    (r"\bpaperless\b", "{container}"),
    (r"\bnas1\.home\.arpa\b", "<local-name>"),
    (r'(?<=hostname=")nas1\b|(?<=showmount -e )nas1\b|(?<=rpcinfo -t )nas1\b', "{nas}"),
    (r"(?<=ssh )nas2\b", "<other-nas>"),
    (r'(?<=hostname=")media\b', "{guest}"),
    (r"(?<=[ =])/mnt/media\b", "<mount-point>"),
    (r"(?<=id )jellyfin\b", "<user>"),
    (r"\b192\.168\.1\.53\b", "<name-server>"),
    (r"\b192\.168\.1\.80\b", "<proxy>"),
    (r"\b192\.168\.1\.120:2283\b", "<service>:<port>"),
    (r"\b192\.168\.1\.60(?=:3100)", "<loki>"),
    (r"\bups@192\.168\.1\.10\b", "{ups}@<nut-server>"),
    (r"\b192\.168\.1\.60(?=:9090)", "<prometheus>"),
    (r"\b192\.168\.1\.120(?=:9100)", "<target>"),
    (r"\b192\.168\.1\.(?:9|50)\b", "<address>"),
    (r"\b192\.168\.1\.1\b", "<router>"),
    (r"\b10\.8\.0\.1\b", "<vpn-peer>"),
    (r"\bphotos\.example\.org\b", "{site}"),
    (r"\beno1\b", "<interface>"),
)  # fmt: skip
"""What stands for a name in the commands of the bundled runbooks, and what takes its place."""
_ON_GUEST: Final = re.compile(rf"\b(?P<tool>qm|pct) (?P<verb>(?:guest |disk )?[a-z]+) {_VM}\b")
_TOOL: Final = re.compile(r"(?P<tool>qm|pct)(?:restore)? ")
_TOOLS: Final = {"qemu": "qm", "lxc": "pct"}
_OF_BOTH: Final = frozenset(
    {"start", "stop", "shutdown", "reboot", "status", "config", "unlock", "listsnapshot", "resume",
     "delsnapshot", "migrate"}
)  # fmt: skip
"""Verbs of ``qm`` that ``pct`` has with the same meaning."""
_OTHER_TOOL: Final = re.compile(r"\s+# or: (?:qm|pct) .*$")
_CODE: Final = re.compile(r"`[^`]+`")
_PLACE: Final = re.compile(r"\{(\w+)\}")
_UNKNOWN: Final = {"ct": "<vmid>", "dataset": "<pool>/<dataset>", "short": "<vm|ct>",
                   "type": "<qemu|lxc>", "server": "<backup-server>"}  # fmt: skip
_SLOTS: Final = {
    SubjectKind.GUEST: "guest", SubjectKind.NODE: "node", SubjectKind.NAS: "nas",
    SubjectKind.BACKUP_SERVER: "server", SubjectKind.DATASTORE: "datastore",
    SubjectKind.STORAGE: "storage", SubjectKind.POOL: "pool", SubjectKind.DISK: "disk",
    SubjectKind.CONTAINER: "container", SubjectKind.SITE: "site", SubjectKind.UPS: "ups",
}  # fmt: skip
_BROUGHT_ABOUT: Final = ("pool", "storage", "datastore")
"""What is taken of the effects as well, if only one is touched."""


@cache
def _examples() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), put) for pattern, put in _EXAMPLES)


def own_names(
    about: Subject, effects: Iterable[Subject] = (), guests: Sequence[Guest] = ()
) -> dict[str, str]:
    """The names of an incident by what they are names of, such as ``vmid``, ``pool`` or ``disk``.

    Args:
        about: what is wrong.
        effects: what suffers from it.
        guests: the guests that are known, for their ids and nodes.
    """
    own = _names_of(about, guests)
    touched: dict[str, set[str]] = {}
    for subject in effects:
        for slot, name in _names_of(subject, guests).items():
            touched.setdefault(slot, set()).add(name)
    for slot in _BROUGHT_ABOUT:
        names = touched.get(slot, set())
        if slot not in own and len(names) == 1:
            own[slot] = next(iter(names))
    return own


def _names_of(subject: Subject, guests: Sequence[Guest]) -> dict[str, str]:
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
    elif subject.kind in (SubjectKind.POOL, SubjectKind.DISK, SubjectKind.DATASET):
        nodes = {one.node for one in guests}
        own["node" if host in nodes else "nas"] = host
    return own


def guest_names(guest: Guest) -> dict[str, str]:
    """The names that belong to one guest."""
    named = {"guest": guest.name or str(guest.vmid), "node": guest.node}
    return named | id_names(guest.vmid, guest.type)


def id_names(vmid: int | str, kind: str) -> dict[str, str]:
    """How commands call a guest of a type, ``qemu`` or ``lxc``."""
    own = {"vmid": str(vmid), "type": kind, "short": "vm" if kind == "qemu" else "ct"}
    return own if kind == "qemu" else own | {"ct": str(vmid)}


def with_own(command: str, own: Mapping[str, str]) -> str:
    """A command of a bundled runbook with the incident's own names, else ``<vmid>`` and so on."""
    if "vmid" in own:
        command = _OTHER_TOOL.sub("", command)
    if command.startswith("qmrestore") and own.get("type") == "lxc":
        own = {slot: name for slot, name in own.items() if slot not in ("vmid", "short")}
    fitted = _ON_GUEST.sub(lambda match: _on_guest(match, own), command)
    for pattern, put in _examples():
        if pattern.search(fitted):
            name = _put(put, own)
            fitted = pattern.sub(name.replace("\\", r"\\"), fitted)
    return fitted


def commands_with_own(commands: Iterable[str], own: Mapping[str, str]) -> list[str]:
    """The same for all commands of a step, without those for the other type of guest."""
    every = list(commands)
    fits = _TOOLS.get(own.get("type", ""), "")
    tools = [_tool(one) for one in every]
    if fits and fits in tools:
        every = [one for one, tool in zip(every, tools, strict=True) if tool in ("", fits)]
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
    match = _TOOL.match(command)
    return match["tool"] if match else ""


def _put(text: str, own: Mapping[str, str]) -> str:
    return _PLACE.sub(
        lambda match: own.get(match[1]) or _UNKNOWN.get(match[1], f"<{match[1]}>"), text
    )


def _on_guest(match: re.Match[str], own: Mapping[str, str]) -> str:
    tool, verb, vmid = match["tool"], match["verb"], own.get("vmid", "<vmid>")
    fits = _TOOLS.get(own.get("type", ""), tool)
    if fits != tool and verb in _OF_BOTH:
        tool = fits
    return f"{tool} {verb} {vmid if fits == tool else '<vmid>'}"


__all__ = ["commands_with_own", "guest_names", "id_names", "own_names", "with_own_in_code"]
