"""What the UPSes report: on line power or battery, charge, and how long it would last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.question import Intent
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.views.human import duration, number

SUPPLY: Final = re.compile(r"\b(ups|upses|usv|battery|akku|batterie)\b")
_FLAGS: Final = {
    "OB": "runs on battery", "LB": "its battery is low", "RB": "it wants a new battery",
    "OVER": "it is overloaded",
}  # fmt: skip
_ON_BATTERY: Final = re.compile(
    r"^(?:is|are|runs?|ist|läuft) .*\b(?:on|off|from|auf) (?:the |its |their )?"
    r"(?:battery|batteries|akku|batterie)\b|\b(?:discharging|entlädt)\b"
)
_ON_LINE: Final = re.compile(
    r"^(?:is|are|ist) .*\bon (?:the )?(?:mains|line|line power|utility|grid|wall power|netz)\b"
)
_HOW_LONG: Final = re.compile(
    r"^(?:(?:and|so|ok|und) )?(?:how (?:long|much longer|many (?:minutes|hours))|wie lange)\b.*"
    r"\b(?:servers?|machines?|nodes?|rack|homelab|lab|everything|all|power|strom|ups|usv|battery|"
    r"batterie|akku|rechner)\b.*"
    r"\b(?:last|hold|survive|left|(?:stay|be|keep) (?:up|on|alive|running)|hält|halten|reicht)\b"
)

Readings = Mapping[str, Mapping[str, float]]
"""By UPS, its figures and flags."""


async def ups_readings(look: Look) -> tuple[Readings, str]:
    """What every UPS reports that the question means, and the citation."""
    query = '{__name__=~"network_ups_tools_(battery_charge|battery_runtime|ups_load|ups_status)"}'
    found = (await look.ask(ups=Call(INSTANT, {"query": query, "limit": 500})))["ups"]
    data = found.data(InstantValues)
    known: dict[str, dict[str, float]] = {}
    for sample in data.items if data is not None else ():
        name = sample.labels.get("ups") or look.inventory.host_of(sample.labels)
        metric = sample.labels.get("__name__", "").removeprefix("network_ups_tools_")
        if sample.value is not None:
            known.setdefault(name, {})[sample.labels.get("flag") or metric] = sample.value
    wanted = {one.name for one in look.focus.of(EntityKind.UPS)}
    chosen = {name: own for name, own in sorted(known.items()) if not wanted or name in wanted}
    return chosen, found.cite


def ups_troubles(own: Mapping[str, float]) -> list[str]:
    """What is wrong with one UPS, in words."""
    return [words for flag, words in _FLAGS.items() if own.get(flag)]


def ups_text(name: str, own: Mapping[str, float], bad: Sequence[str]) -> str:
    """One UPS in words: its state, then its figures."""
    said = [*([] if bad else ["on line power"]), *_figures(own)]
    if not bad and "RB" in own:
        said.append("the battery needs no replacement")
    return f"UPS {plain(name, 40)} {names(bad) if bad else 'is fine'}: {', '.join(said)}"


def _figures(own: Mapping[str, float]) -> list[str]:
    said = []
    if "battery_charge" in own:
        said.append(f"battery charged to {number(own['battery_charge'])} %")
    if "battery_runtime" in own:
        load = f" of {number(own['ups_load'])} %" if "ups_load" in own else ""
        said.append(f"lasts {duration(own['battery_runtime'])} on it at the present load{load}")
    return said


async def tell_supply(look: Look) -> Iterator[str] | None:
    """Whether the UPS is on battery or on line power; None if that is not asked or not told."""
    folded = look.question.folded
    on_battery = _ON_BATTERY.search(folded) is not None
    if _HOW_LONG.search(folded) and look.question.intent not in (Intent.RUNBOOK, Intent.RANK):
        return await _how_long(look)
    if not SUPPLY.search(folded) or not (on_battery or _ON_LINE.search(folded)):
        return None
    await look.discover("identity", "targets")
    chosen, cite = await ups_readings(look)
    known = {name: own for name, own in chosen.items() if "OB" in own or "OL" in own}
    if not known:
        return None
    draining = [name for name, own in known.items() if own.get("OB")]
    head = "Yes" if bool(draining) is on_battery else "No"
    lines = [
        f"UPS {plain(name, 40)} is on {'battery' if name in draining else 'line power'}: "
        f"{', '.join(_figures(own)) or 'nothing else is told'}"
        for name, own in sorted(known.items(), key=lambda pair: pair[0] not in draining)
    ]
    lead = Opening(f"{head}, ", f"{lines[0].replace(': ', '**: ', 1)}.{cite}")
    return told(look, lead, ("", [line + cite for line in lines[1:]]))


async def _how_long(look: Look) -> Iterator[str] | None:
    """How long the power lasts; None where no UPS tells."""
    await look.discover("identity", "targets")
    chosen, cite = await ups_readings(look)
    known = [(name, own) for name, own in chosen.items() if "battery_runtime" in own]
    if not known:
        return None
    known.sort(key=lambda pair: (not pair[1].get("OB"), pair[1]["battery_runtime"]))
    lines = [ups_text(name, own, ups_troubles(own)) for name, own in known]
    first = known[0][1]
    span = duration(first["battery_runtime"])
    load = f" of {number(first['ups_load'])} %" if "ups_load" in first else ""
    at = f"at the present load{load}"
    if first.get("OB"):
        lead = f"**{span} more, {at}**: the power is gone, {lines[0]}.{cite}"
    else:
        lead = f"**{span} if the power went now, {at}**: {lines[0]}.{cite}"
    return told(look, lead, ("", [line + cite for line in lines[1:]]))


__all__ = ["SUPPLY", "tell_supply", "ups_readings", "ups_text", "ups_troubles"]
