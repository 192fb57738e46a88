"""Answers which disks sleep, and whether they slept over a window."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from sre_tui.agent.analyst.answers.told import read, told
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.tools.arguments import format_window
from sre_tui.tools.hdd_power_status import DiskPower, PowerListing
from sre_tui.views.human import count, percent

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(weeks=1)
_PAST: Final = re.compile(r"\b(slept|did|was|were|have|has|night|yesterday|today|ever|never)\b")

_AWAKE: Final = re.compile(r"\b(awake|active|spinning|running|wach)\b(?! down)")
_WHETHER: Final = re.compile(r"^(is|are|ist|sind)\b")


async def tell_power_states(look: Look) -> Iterator[str] | None:
    """Which spinning disks stand by, now or over the time the question names."""
    scope = look.question.scope
    window = min(max(look.now - scope.start, timedelta(hours=1)), WEEK) if scope.said else DAY
    since = format_window(timedelta(minutes=max(60, int(window.total_seconds() // 60))))
    data, cite = await read(look, "sleep", "hdd_power_status", PowerListing, since=since)
    if data is None:
        return None
    spinning = [one for one in data.items if one.type in ("hdd", "")] or list(data.items)
    pools = mentioned(look.question, [one.pool for one in spinning if one.pool])
    disks = mentioned(look.question, [one.name for one in spinning])
    chosen = [one for one in spinning if (not pools or one.pool in pools)
              and (not disks or one.name in disks)]  # fmt: skip
    hosts = {one.host for one in chosen if one.pool}
    if disks and len({one.host for one in chosen}) > 1 and len(hosts) == 1:
        # Of several machines' disks of one name those of a pool are meant first.
        chosen = [one for one in chosen if one.host in hosts]
    if not chosen:
        return told(look, f"**No spinning disk is known**, so none can sleep.{cite}")
    where = f" of {names([plain(one, 40) for one in pools])}" if pools else ""
    others = _others(data.items, chosen) if not disks else ""
    over = scope.said or _PAST.search(look.question.folded) is not None
    lead = _over(look, chosen, where, data, cite) if over else _now(look, chosen, where, cite)
    lead += others
    return told(look, lead, (f"Over {since}", [_line(one, look) + cite for one in chosen]))


def _now(look: Look, disks: Sequence[DiskPower], where: str, cite: str) -> str:
    asleep = [one for one in disks if one.state == "standby"]
    every = count(len(disks), "disk")
    folded = look.question.folded
    asks_awake = _AWAKE.search(folded) is not None
    if len(disks) == 1:
        one = disks[0]
        fits = (one.state == "standby") is not asks_awake and one.state != "unknown"
        head = ("Yes: " if fits else "No: ") if _WHETHER.match(folded) else ""
        return Opening(head, f"{_called(one)} is {one.state}**.{cite}")
    if asks_awake:
        woken = [one for one in disks if one.state not in ("standby", "unknown")]
        whole = len(woken) == len(disks)
        share = f"All {every}" if whole else f"{len(woken)} of {every}"
        are = "is" if len(woken) == 1 and not whole else "are"
        listed = f": {names([_called(one) for one in woken], 12)}" if woken else ""
        head = ("Yes: " if woken else "No: ") if _WHETHER.match(folded) else ""
        share = share.lower() if head else share
        return Opening(head, f"{share}{where} {are} awake**{listed}.{cite}")
    if not asleep:
        awake = f"none of the {count(len(disks), 'spinning disk')}{where} stands by"
        head = "None" if re.match(r"^(which|welche)", look.question.folded) else "No"
        return Opening(f"{head}: ", f"{awake}**, {_states(disks)}.{cite}")
    listed = names([_called(one) for one in asleep], 8)
    if len(asleep) == len(disks):
        return Opening("Yes: ", f"all {every}{where} stand by**: {listed}.{cite}")
    return f"**{len(asleep)} of {every}{where} stand by**: {listed}.{cite}"


def _others(every: Sequence[DiskPower], chosen: Sequence[DiskPower]) -> str:
    """The disks that were not looked at: what has no motor cannot stand by."""
    flash = [one for one in every if one not in chosen and one.type not in ("hdd", "")]
    if not flash:
        return ""
    them = "it does not spin" if len(flash) == 1 else "they do not spin"
    return f" Not counted: {names([_called(one) for one in flash], 8)}; {them}."


def _states(disks: Sequence[DiskPower]) -> str:
    states = list(dict.fromkeys(one.state for one in disks))
    return names([f"{sum(one.state == state for one in disks)} {state}" for state in states])


def _over(look: Look, disks: Sequence[DiskPower], where: str, data: PowerListing, cite: str) -> str:
    slept = [one for one in disks if one.shares.get("standby", 0.0) > 0]
    began = f"since {clock_time(data.start, look.now)}"
    if not slept:
        every = count(len(disks), "disk")
        where = where or " of " + names(sorted({plain(one.pool, 40) for one in disks if one.pool}))
        return Opening(
            "None: ", f"no disk{where} slept {began}**, all {every} were never in standby.{cite}"
        )
    least = min(one.shares.get("standby", 0.0) for one in slept)
    most = max(one.shares.get("standby", 0.0) for one in slept)
    share = percent(least) if percent(least) == percent(most) else (
        f"{percent(least)} to {percent(most)}"
    )  # fmt: skip
    listed = names([_called(one) for one in slept], 8)
    never = [one for one in disks if one not in slept]
    but = f"; {names([_called(one) for one in never], 8)} did not" if never else ""
    return f"**{listed} slept {share} of the time {began}**{but}.{cite}"


def _called(disk: DiskPower) -> str:
    return f"{plain(disk.name, 40)} on {plain(disk.host, 40)}" if disk.host else plain(disk.name)


def _line(disk: DiskPower, look: Look) -> str:
    shares = ", ".join(f"{percent(share)} {state}" for state, share in disk.shares.items() if share)
    pool = f" of pool {plain(disk.pool, 40)}" if disk.pool else ""
    since = f" since {clock_time(disk.since, look.now)}" if disk.since is not None else ""
    changes = f", {count(disk.changes, 'change')}" if disk.changes is not None else ""
    return f"{_called(disk)}{pool}: {disk.state} now{since}; {shares}{changes}"


__all__ = ["tell_power_states"]
