"""Answers how the NAS itself is: version, its own alerts, jobs, services, apps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from providers.truenas import App
from sre_tui.agent.analyst.answers.told import read, told, yes_no
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import names, plain, since
from sre_tui.tools.truenas_data import AppListing, StatusItem, StatusListing
from sre_tui.views.human import count, duration, size

_UPDATE: Final = re.compile(r"\b(updates?|upgrades?|aktualisierung\w*|outdated)\b")
_VERSION: Final = re.compile(r"\b(versions?|release|uptime|how long)\b")
_SERVICES: Final = {"smb": "cifs", "samba": "cifs", "windows": "cifs", "cifs": "cifs",
                    "nfs": "nfs", "ssh": "ssh", "ftp": "ftp", "snmp": "snmp",
                    "iscsi": "iscsitarget", "ups": "ups"}  # fmt: skip
_PRESSING: Final = ("critical", "error", "warning")


async def tell_nas(look: Look) -> Iterator[str] | None:
    """What the NAS says of itself."""
    data, cite = await read(look, "nas", "truenas_system_status", StatusListing)
    if data is None:
        return None
    folded = look.question.folded
    pressing = [one for one in data.items if one.severity in _PRESSING]
    services = [one for one in data.items if one.section == "service" and one.name in {
        own for said, own in _SERVICES.items() if re.search(rf"\b{said}\b", folded)}]  # fmt: skip
    others = [_line(one, look) + cite for one in pressing]
    if services:
        said = "; ".join(_service(one, folded) for one in services)
        running = all(one.state == "running" for one in services)
        return told(look, Opening(yes_no(look, fine=running), f"{said}**.{cite}"), ("Also", others))
    if _UPDATE.search(folded):
        return told(look, _update(look, data, cite))
    if _VERSION.search(folded):
        return told(look, _version(data, cite), ("Needs a look", others))
    every = [one for one in data.items if one.section in ("system", "update", "ups", "job")]
    lines = [_line(one, look) + cite for one in every if one not in pressing]
    if pressing:
        head = yes_no(look, fine=False)
        first = _line(pressing[0], look)
        more = f"; and {count(len(pressing) - 1, 'other matter')}" if pressing[1:] else ""
        lead = Opening(head, f"the NAS reports {first}**{more}.{cite}")
    else:
        lead = Opening(
            yes_no(look, fine=True), f"the NAS reports nothing that needs a look**.{cite}"
        )
    return told(look, lead, ("Needs a look", others[1:]), ("Otherwise", lines))


def _service(item: StatusItem, folded: str) -> str:
    said = next((word for word, own in _SERVICES.items()
                 if own == item.name and re.search(rf"\b{word}\b", folded)), item.name)  # fmt: skip
    called = said.upper() if said == item.name else f"{said.upper()} (service {item.name})"
    return f"{called} is {plain(item.state, 40)}, it {plain(item.detail, 80)}"


def _update(look: Look, data: StatusListing, cite: str) -> str:
    system = next((one.update for one in data.systems if one.update is not None), None)
    if system is None:
        return f"**The NAS does not tell whether there is an update.**{cite}"
    if not system.available:
        return Opening("No: ", f"TrueNAS is up to date**.{cite}")
    return Opening("Yes: ", f"TrueNAS {plain(system.version, 60)} is available**.{cite}")


def _version(data: StatusListing, cite: str) -> str:
    said = []
    for system in data.systems:
        info = system.info
        if info is not None:
            up = f", up {duration(info.uptime)}" if info.uptime is not None else ""
            memory = f", {size(info.memory)} of memory" if info.memory is not None else ""
            name = plain(info.hostname or system.source, 60)
            said.append(f"{name} runs {plain(info.product)} {plain(info.version, 60)}{up}{memory}")
    return f"**{'; '.join(said) or 'The NAS does not tell its version'}**.{cite}"


def _line(item: StatusItem, look: Look) -> str:
    detail = f": {plain(item.detail, 180)}".rstrip(".") if item.detail else ""
    began = since(item.since, look.now)
    what = f"{item.section} {plain(item.name, 60)} ({plain(item.state, 40)})"
    return f"{what}{detail} {began}".strip()


async def tell_apps(look: Look) -> Iterator[str] | None:
    """The apps of the NAS: whether they run, and whether there are updates."""
    data, cite = await read(look, "apps", "truenas_apps", AppListing)
    if data is None:
        return None
    named = mentioned(look.question, [one.name for one in data.items])
    apps = [one for one in data.items if not named or one.name in named]
    if not apps:
        return told(look, f"**No app runs on the NAS.**{cite}")
    return told(look, _apps(look, apps, cite), ("", [_app(one) + cite for one in apps]))


def _apps(look: Look, apps: Sequence[App], cite: str) -> str:
    if _UPDATE.search(look.question.folded):
        old = [one for one in apps if one.upgrade_available or one.image_updates]
        if not old:
            return Opening("None: ", f"no app of the NAS waits for an update**.{cite}")
        said = names([
            plain(one.name, 60)
            + (f" ({plain(one.version, 40)} to {plain(one.latest_version, 40)})"
               if one.upgrade_available and one.latest_version else "")
            for one in old
        ])  # fmt: skip
        return f"**{said} {'has' if len(old) == 1 else 'have'} an update**.{cite}"
    down = [one for one in apps if one.state != "running"]
    head = yes_no(look, fine=not down)
    every = count(len(apps), "app")
    if down:
        said = names([f"{plain(one.name, 60)} ({plain(one.state, 40)})" for one in down])
        return Opening(head, f"{len(down)} of {every} not running: {said}**.{cite}")
    return Opening(head, f"{every}, all running**.{cite}")


def _app(app: App) -> str:
    new = f", update to {plain(app.latest_version, 40)}" if app.upgrade_available else ""
    return f"{plain(app.name, 60)}: {plain(app.state, 40)}, version {plain(app.version, 40)}{new}"


__all__ = ["tell_apps", "tell_nas"]
