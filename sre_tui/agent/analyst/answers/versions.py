"""Answers which version of something runs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.answers.unanswered import say_unanswered
from sre_tui.agent.analyst.answers.updates import IMAGES, MOST, NO_SOFTWARE, strangers, version_of
from sre_tui.agent.analyst.calls import Call, DataT
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.fact_questions import speaks_of_state
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.wording import code, names, plain
from sre_tui.tools.pbs_data import DatastoreListing
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.tools.proxmox_data import NodeListing
from sre_tui.tools.truenas_data import AppListing, StatusListing

BUILDS: Final = '{__name__=~".+_build_info|node_os_info|node_uname_info",job!=""}'
_ASKED: Final = re.compile(
    r"^(?!.*\b(?:new|newer|newest|latest|old|older|previous|earlier|neue\w*|which|what)\b (?:\w+ )?"
    r"versions? of (?:the |my )?(?:file|document))"
    r"(?:(?:and |und |please )*(?:which|what|what's|whats|welche\w*|was|tell me|show|list)\b"
    r".*\b(?:versions?|kernels?|releases?)\b|(?:the )?versions?\b(?: of| on| von| auf)?|"
    r"how (?:old|new|current) is (?:the )?(?:software|version)\b|"
    r"\w+ versions?$|"
    r"(?:\w+ )?(?:versions?|kernels?|releases?) (?:of|on|from|von|auf) (?:the )?\S+$|"
    r"\S+ (?:kernel|release)$|(?:is|are|does|do)\b.*\b(?:kernels?)\b)"
)
_OTHERWISE: Final = re.compile(
    r"\b(?:why|warum|how (?:do|can|to)|should|broke\w*|after|nach|newest|latest|newer|neueste\w*|"
    r"available|tls|ssl|api|zfs|smart|php|python|java|restore\w*|deleted)\b"
)
_NOT_TOLD: Final = re.compile(
    r"^(?!.*\b(?:why|warum|how|should|upgrade)\b).*\b(?:ceph|zfs|corosync|qemu|lxc|openssl|samba|"
    r"smb|nfs)\b.*\bversions?\b|\bversions? (?:of )?(?:ceph|zfs|corosync|qemu|samba|smb|nfs)\b"
)
"""Software whose version no backend tells."""
_NODES: Final = re.compile(r"\b(?:proxmox|pve|nodes?|hypervisors?|cluster|kernels?|everything)\b")
_NAS: Final = re.compile(r"\b(?:nas|truenas|everything)\b")
_SERVER: Final = re.compile(r"\b(?:pbs|backup servers?|everything)\b")


async def tell_versions(look: Look) -> Iterator[str] | None:
    """The versions of what is named, of all servers if nothing is; None if that is not asked."""
    folded = look.question.folded
    if _ASKED.search(folded) and _NOT_TOLD.search(folded):
        await look.discover("identity", "targets")
        return await say_unanswered(look)
    if not _ASKED.search(folded) or _OTHERWISE.search(folded) or NO_SOFTWARE.search(folded):
        return None
    bare = re.sub(r"\brunning\b|\bup to\b|\bon$", "", folded)
    if speaks_of_state(bare.strip()):
        return None
    await look.discover("identity", "targets")
    await look.ask(**_calls(look))
    apps = list(_of_apps(look))
    # An app that is named is meant, and not the NAS it runs on.
    found = [*_of_nodes(look), *(apps or _of_systems(look)), *_of_images(look)]
    found += _of_builds(look, {who for who, _, _ in found})
    if not found and await nothing_known(look):
        return not_known(look)
    if not found and (strange := await strangers(look)) is not None:
        return strange
    if not found:
        return _not_told(look)
    groups: dict[tuple[str, str], list[str]] = {}
    for who, what, cite in found:
        groups.setdefault((what, cite), []).append(who)
    lines = []
    for (what, cite), whose in groups.items():
        verb = "runs" if len(whose) == 1 else "run"
        lines.append((f"{names(whose, 8)} {verb} {what}", cite))
    said, cite = lines[0]
    rest = [f"{one}{own}" for one, own in lines[1:]]
    return told(look, f"**{said}**.{cite}", ("", rest))


def _calls(look: Look) -> dict[str, Call]:
    """The tools that know what is asked about; all of them where that is not said."""
    calls = {
        "nodes": Call("proxmox_node_status", {}),
        "systems": Call("truenas_system_status", {}),
        "stores": Call("pbs_datastore_status", {}),
        "apps": Call("truenas_apps", {}),
        "images": Call(INSTANT, {"query": IMAGES, "limit": MOST}),
        "builds": Call(INSTANT, {"query": BUILDS, "limit": MOST}),
    }
    kinds = {"nodes": _NODES, "systems": _NAS, "apps": _NAS, "stores": _SERVER}
    folded = look.question.folded
    wanted = {name for name, words in kinds.items() if words.search(folded)}
    return calls if _called(look) or not wanted else {
        name: call for name, call in calls.items() if name in wanted
    }  # fmt: skip


def _data(look: Look, name: str, kind: type[DataT]) -> DataT | None:
    found = look.found.get(name)
    return found.data(kind) if found is not None else None


def _called(look: Look) -> set[str]:
    kinds = (EntityKind.HOST, EntityKind.SERVICE)
    return {one.name for one in look.focus.entities if one.kind in kinds}


def _wants(look: Look, words: re.Pattern[str], *own: str) -> bool:
    """Whether a server is meant: by its name, by its kind, or with all others."""
    called = _called(look)
    if called & set(own):
        return True
    if called:
        return False
    kinds = (_NODES, _NAS, _SERVER)
    kind = any(one.search(look.question.folded) for one in kinds)
    return words.search(look.question.folded) is not None or (
        not kind and not look.question.named and not look.focus.entities
    )


def _of_nodes(look: Look) -> Iterator[tuple[str, str, str]]:
    data = _data(look, "nodes", NodeListing)
    for item in data.items if data is not None else ():
        if item.status is None or not _wants(look, _NODES, item.node.name):
            continue
        kernel = f", kernel {plain(item.status.kernel, 60)}" if item.status.kernel else ""
        said = f"Proxmox VE {plain(item.status.version, 40)}{kernel}"
        yield plain(item.node.name, 60), said, look.cite("nodes")


def _of_systems(look: Look) -> Iterator[tuple[str, str, str]]:
    systems = _data(look, "systems", StatusListing)
    for one in systems.systems if systems is not None else ():
        if one.info is not None and _wants(look, _NAS, one.info.hostname):
            said = f"TrueNAS {plain(one.info.version, 40)}"
            yield plain(one.info.hostname, 60), said, look.cite("systems")
    stores = _data(look, "stores", DatastoreListing)
    for server in stores.servers if stores is not None else ():
        if server.version and _wants(look, _SERVER, "pbs", server.source.partition(":")[2]):
            kernel = f", kernel {plain(server.kernel, 60)}" if server.kernel else ""
            said = f"Proxmox Backup Server {plain(server.version, 40)}{kernel}"
            yield plain(server.source, 60), said, look.cite("stores")


def _of_apps(look: Look) -> Iterator[tuple[str, str, str]]:
    data = _data(look, "apps", AppListing)
    every = re.search(r"\bapps\b", look.question.folded)
    spoken = {word.casefold() for word in look.question.candidates}
    for app in data.items if data is not None else ():
        if app.version and (every or app.name.casefold() in spoken):
            newer = f" ({plain(app.latest_version, 40)} is available)"
            said = plain(app.version, 40) + (newer if app.upgrade_available else "")
            yield f"{plain(app.name, 60)} on the NAS", said, look.cite("apps")


def _of_images(look: Look) -> Iterator[tuple[str, str, str]]:
    called, hosts = _called(look), {one.name for one in look.focus.of(EntityKind.HOST)}
    every = re.search(r"\b(?:containers|images|docker)\b", look.question.folded) is not None
    data = _data(look, "images", InstantValues)
    rows = []
    for sample in data.items if data is not None else ():
        host, name = look.inventory.host_of(sample.labels), sample.labels.get("name", "")
        if name in called or host in hosts or (every and not called):
            # A host that is called like one of its containers means that one first.
            told_of = version_of(sample.labels.get("image", ""))
            rows.append((name not in called, name, host, told_of))
    for _, name, host, version in sorted(rows):
        who = f"{plain(name, 60)} on {plain(host, 60)}"
        yield who, plain(version, 80), look.cite("images")


def _of_builds(look: Look, seen: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Programs that tell their own version, beside those whose image was seen."""
    called, hosts = _called(look), {one.name for one in look.focus.of(EntityKind.HOST)}
    spoken = {word.casefold() for word in (*look.question.candidates, *called)}
    data = _data(look, "builds", InstantValues)
    for sample in data.items if data is not None else ():
        labels = sample.labels
        program = labels.get("__name__", "").removesuffix("_build_info")
        host = look.inventory.host_of(labels)
        who = f"{plain(program, 60)} on {plain(host, 60)}"
        if program == "node_os_info" and host in hosts and labels.get("pretty_name"):
            yield plain(host, 60), plain(labels["pretty_name"], 80), look.cite("builds")
        elif program == "node_uname_info" and host in hosts and host not in seen:
            yield (
                plain(host, 60),
                f"kernel {plain(labels.get('release', ''), 60)}",
                look.cite("builds"),
            )
        elif labels.get("version") and program.casefold() in spoken and who not in seen:
            yield who, plain(labels["version"], 40), look.cite("builds")


def _not_told(look: Look) -> Iterator[str]:
    """That nobody tells the version, and who would on the machine itself."""
    who = names([plain(one.name, 60) for one in look.focus.entities]) or "it"
    kinds = [one for one in look.focus.entities if one.kind is EntityKind.SERVICE]
    service = re.sub(r"[^\w.-]", "", kinds[0].name if kinds else "")
    host = names([plain(one, 60) for one in look.focus.hosts[:1]])
    on = f" on {host}" if host else " on its machine"
    command = f"dpkg -l | grep -i {service}" if service else "cat /etc/os-release; uname -r"
    cites = "".join(look.cite(one) for one in ("images", "builds"))
    lead = f"**No backend tells which version of {who} runs**: {code(command, 100)}{on} does."
    return told(look, lead + cites)


__all__ = ["tell_versions"]
