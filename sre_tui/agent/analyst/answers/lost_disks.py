"""Answers which disk a pool has lost, what stands on its label, and since when it runs without it.

The NAS knows the members; Prometheus, when the pool was last whole and which disk SMART lost sight
of, also where the NAS gives no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from providers.clock import age_in_words
from providers.truenas import Pool
from providers.truenas.storage_models import Vdev
from sre_tui.agent.analyst.answers.told import told, with_runbook
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.pool_members import bad_members, member_trouble, members_of
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.wording import capital, clock_time, names, plain, since
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.tools.truenas_data import PoolListing, StatusListing
from sre_tui.views.human import count, size

LONGEST: Final = timedelta(days=30)
"""How far back is looked for the moment a pool was whole."""
STEP: Final = timedelta(minutes=15)
NEAR: Final = timedelta(hours=1)
"""Between two accounts of the same moment."""
_STATE: Final = "node_zfs_zpool_state"
_ONLINE: Final = f'timestamp({_STATE}{{state="online"}} == 1)'
_WHOLE: Final = f"max_over_time({_ONLINE}[1d:1m]) or max_over_time({_ONLINE}[30d:15m])"
"""When each pool was whole last: to the minute within a day, else to a quarter of an hour."""
_BROKEN: Final = f'{_STATE}{{state!="online"}} == 1'
_SMART: Final = "smartctl_device"
_VANISHED: Final = f"max_over_time(timestamp({_SMART})[30d:15m]) unless on(serial_number) {_SMART}"
_DISK: Final = r"(?:disks?|drives?|hdds?|ssds?|platten?|festplatten?|laufwerke?|mirror)"
_GONE: Final = (
    r"(?:missing|gone|vanished|disappeared|lost|fell out|dropped out|dead|died?|removed|failed|"
    r"faulted|broken|fehl(?:t|en|ende\w*)|weg|verschwunden|tote?[nr]?|gestorben|ausgefallen\w*|"
    r"kaputte?[nr]?|defekte?[nr]?)"
)
_WHICH: Final = re.compile(
    rf"^(?:which|what|welche\w*)\b(?!.*\b(?:errors?|vms?|guests?|files?|backups?)\b)"
    rf".*\b{_DISK}\b.*\b(?:missing|gone|vanished|disappeared|fell out|dropped out|removed|fehl\w*|"
    r"weg|verschwunden|died|dead|gestorben|ausgefallen)\b"
    r"|^(?:is|are|has|did|ist|fehlt|fehlen) (?:there |any |a |one |one of |my |the |eine? )*"
    rf"{_DISK}(?: of \w+)?(?: missing| gone| vanished| disappeared| dropped out| fallen out| weg)?$"
)
_ALL: Final = re.compile(
    rf"^(?:is|are|sind|ist) (?:(?:all|every|each|alle|jede)\b.*\b{_DISK}\b.*\b(?:there|present|da|"
    r"online|vorhanden)|(?:the |my |der |das )?(?:mirror|raid\w*)(?: of \w+)? (?:still )?"
    r"(?:complete|intact|whole|vollständig|intakt))$"
)
"""Asks whether none is missing."""
_MANY: Final = re.compile(
    rf"^(?:how many|wie ?viele)\b.*\b{_DISK}\b.*\b(?:missing|gone|fehlen|weg)\b"
)
_AWAY: Final = re.compile(r"\b(?:missing|gone|vanished|disappeared|fehl\w*|weg|verschwunden|out)\b")
_WHETHER: Final = re.compile(r"^(?:is|are|has|did|ist|fehlt|fehlen)\b")
_LABEL: Final = re.compile(
    rf"\b(?:serial\w*|seriennummer|model|modell|slot|bay|guid|uuid)\b.*\b{_GONE}\b|"
    rf"\b{_GONE}\b.*\b{_DISK}\b.*\b(?:serial\w*|seriennummer|model|modell|slot|bay|guid|uuid)\b"
)
_SINCE: Final = re.compile(
    r"^(?:how long|since when|seit wann|wie lange|when did|when was|wann)\b"
    r"(?=.*\b(?:(?:on|with|auf|mit) (?:only |just |nur |noch )*(?:one|a single|1|eine[rm]?|"
    r"einer einzigen) (?:disk|drive|leg|platte|festplatte|bein|half|hälfte|side)|degraded|"
    r"without redundancy|ohne redundanz|incomplete|"
    rf"(?:a |the |one )*{_DISK}\b.*\b{_GONE}|{_DISK} (?:die|fail|drop)\w*)\b)"
)
_CALM: Final = frozenset({"ONLINE", "AVAIL", "INUSE"})


@dataclass(frozen=True)
class _Lost:
    """One disk SMART lost sight of."""

    host: str
    device: str
    model: str
    serial: str
    seen: datetime

    def line(self, now: datetime) -> str:
        known = ", ".join(part for part in (plain(self.model, 60), f"serial {plain(self.serial)}")
                          if part)  # fmt: skip
        who = f"{plain(self.device, 40)} on {plain(self.host, 40)}"
        return f"{who} ({known}), last seen by SMART at about {clock_time(self.seen, now)}"


async def tell_lost_disk(look: Look) -> Iterator[str] | None:
    """Which disk is missing, its serial, or since when; None if none of that is asked."""
    folded = look.question.folded
    if not any(asked.search(folded) for asked in (_WHICH, _LABEL, _SINCE, _ALL, _MANY)):
        return None
    if not look.caller.offers("truenas_pool_status"):
        return None
    found = await look.ask(
        pools=Call("truenas_pool_status", {}),
        nas=Call("truenas_system_status", {}),
        whole=Call(INSTANT, {"query": _WHOLE, "limit": 200}),
        broken=Call(INSTANT, {"query": _BROKEN, "limit": 200}),
        vanished=Call(INSTANT, {"query": _VANISHED, "limit": 200}),
    )
    await look.discover("identity", "targets")
    data = found["pools"].data(PoolListing)
    if data is None:
        return await _second_hand(look)
    named = mentioned(look.question, [pool.name for pool in data.items])
    pools = [pool for pool in data.items if not named or pool.name in named]
    lost = [(one, pool) for pool in pools for one in members_of(pool)
            if one.missing or one.state.upper() not in _CALM]  # fmt: skip
    if not lost:
        return _none(look, pools, found["pools"].cite)
    await with_runbook(look, "pool_degraded", pool=lost[0][1].name)
    return _told(look, lost, found["pools"].cite)


def _none(look: Look, pools: Sequence[Pool], cite: str) -> Iterator[str] | None:
    """That no disk is lost; None if one is not well in another way, and that may be meant."""
    bad = [one for pool in pools for one in bad_members(pool)]
    if not pools or any(pool.state.upper() != "ONLINE" for pool in pools):
        return None
    asked = look.question.folded
    if bad and not (_AWAY.search(asked) or _ALL.match(asked)):
        return None
    but = f"; but {names([member_trouble(one) for one in bad])}" if bad else ""
    disks = sum(len(members_of(pool)) for pool in pools)
    where = names([plain(pool.name, 40) for pool in pools])
    word = "No: " if _WHETHER.match(look.question.folded) else "None: "
    if _ALL.match(look.question.folded):
        word = "Yes: "
    lead = Opening(word, f"no disk of {where} is missing**; all {count(disks, 'disk')} are "
                             f"online{but}.{cite}")  # fmt: skip
    if _SINCE.search(look.question.folded):
        are = "is" if len(pools) == 1 else "are"
        lead = Opening("", f"{where} {are} not degraded**; all {count(disks, 'disk')} are "
                           f"online{but}.{cite}", well=True)  # fmt: skip
    return told(look, lead)


def _told(look: Look, lost: Sequence[tuple[Vdev, Pool]], cite: str) -> Iterator[str]:
    member, pool = lost[0]
    began, own = _began(look, pool)
    folded = look.question.folded
    if _SINCE.search(folded):
        every = members_of(pool)
        left = len(every) - sum(one is pool for _, one in lost)
        runs = f"pool {plain(pool.name, 40)} has run on {left} of {count(len(every), 'disk')}"
        said = f"{runs} {_for(look, began)}**: {_line(look, member, pool)}"
    elif _LABEL.search(folded) and member.serial and re.search(r"\bseri", folded):
        who = f"{_state(member)} disk {plain(member.label, 40)} of pool {plain(pool.name, 40)}"
        said = f"the serial of the {who} is {plain(member.serial, 60)}**: "
        said += ", ".join(part for part in (plain(member.model, 60), _size(member)) if part)
        said += f"; {_since(look, began)}"
    else:
        said = f"{_line(look, member, pool)}**; {_since(look, began)}"
    rest = [_line(look, *pair) + cite for pair in lost[1:]]
    seen = [one.line(look.now) + look.cite("vanished") for one in _vanished(look)
            if one.serial != member.serial]  # fmt: skip
    word = "Yes: " if _WHETHER.match(folded) else ""
    if _ALL.match(folded):
        word = "No: "
    if _MANY.match(folded):
        said = f"{count(len(lost), 'disk')} missing: {said}"
    if re.search(r"\b(?:slot|bay)\b", folded):
        said += "; nothing tells its slot, its serial is on its label"
    if re.search(r"\b(?:guid|uuid)\b", folded):
        known = plain(member.name, 60) if member.name != member.label else ""
        said += f"; ZFS calls it {known}" if known else "; no other name of it is known"
    lead = Opening(word, f"{said if word else capital(said)}.{cite}{own}")
    return told(look, lead, ("Missing too", rest),
                ("Disks that SMART does not see any more", seen))  # fmt: skip


def _line(look: Look, member: Vdev, pool: Pool) -> str:
    """The disk with what is printed on it; of one that the NAS forgot, what SMART knew of it."""
    about = [plain(member.model, 60), f"serial {plain(member.serial, 40)}" if member.serial else ""]
    known = ", ".join(part for part in (*about, _size(member)) if part)
    gone = ", gone from the system" if member.missing else ""
    what = (
        f"disk {plain(member.label, 40)} of pool {plain(pool.name, 40)} is {_state(member)}{gone}"
    )
    if not member.serial:
        hosts = look.inventory.pools.get(pool.name, set())
        near = [one for one in _vanished(look) if not hosts or one.host in hosts]
        known = "the NAS does not tell its serial any more"
        if near:
            said = names([one.line(look.now) for one in near])
            known += f"; SMART lost sight of {said}{look.cite('vanished')}"
    return f"{what}: {known}"


def _state(member: Vdev) -> str:
    return "missing" if member.state.upper() == "UNAVAIL" else member.state.casefold()


def _size(member: Vdev) -> str:
    return size(member.size) if member.size else ""


def _for(look: Look, began: datetime | None) -> str:
    if began is None:
        return "since a time that nothing tells"
    if look.now - began >= LONGEST - STEP:
        return f"for more than {LONGEST.days} days"
    age = age_in_words((look.now - began).total_seconds())
    return f"for {age}, since {clock_time(began, look.now)}"


def _since(look: Look, began: datetime | None) -> str:
    if began is None or look.now - began >= LONGEST - STEP:
        return f"the pool has been without it {_for(look, began)}"
    return f"the pool has been without it {since(began, look.now, age=True)}"


def _began(look: Look, pool: Pool) -> tuple[datetime | None, str]:
    """The first moment that is known without the disk, and who tells."""
    times: dict[datetime, str] = {}
    status = look.found["nas"].data(StatusListing)
    for item in status.items if status is not None else ():
        about = re.search(rf"\bpool '?{re.escape(pool.name)}\b", item.detail, re.IGNORECASE)
        if item.section == "alert" and item.since is not None and about:
            times[item.since] = look.cite("nas")
    whole = _times(look, "whole", pool.name)
    if _times(look, "broken", pool.name) and look.found["whole"].ok:
        last = max(whole.values()) if whole else look.now - LONGEST
        # Of days ago Prometheus is less exact than what the NAS wrote down.
        rough = look.now - last > timedelta(days=1)
        if not (rough and any(abs(at - last) <= NEAR for at in times)):
            times[last] = look.cite("whole")
    if not times:
        return None, ""
    first = min(times)
    return first, times[first]


def _times(look: Look, name: str, pool: str) -> Mapping[str, datetime]:
    """Values of a query about pools as moments, by machine."""
    data = look.found[name].data(InstantValues)
    return {
        look.inventory.host_of(one.labels): datetime.fromtimestamp(one.value, UTC)
        for one in (data.items if data is not None else ())
        if one.value is not None and one.labels.get("zpool") == pool
    }


def _vanished(look: Look) -> list[_Lost]:
    data = look.found["vanished"].data(InstantValues)
    return [
        _Lost(look.inventory.host_of(one.labels), one.labels.get("device", "?"),
              one.labels.get("model_name", ""), one.labels.get("serial_number", "?"),
              datetime.fromtimestamp(one.value, UTC))
        for one in (data.items if data is not None else ()) if one.value is not None
    ]  # fmt: skip


async def _second_hand(look: Look) -> Iterator[str] | None:
    """What Prometheus alone knows, where the NAS gives no answer; None if it knows nothing."""
    data = look.found["broken"].data(InstantValues)
    broken = {one.labels.get("zpool", ""): (look.inventory.host_of(one.labels),
                                            one.labels.get("state", ""))
              for one in (data.items if data is not None else ())}  # fmt: skip
    named = mentioned(look.question, broken)
    gone = _vanished(look)
    if not broken and not gone:
        return _whole(look)
    said, cites = [], look.cite("broken")
    for pool in named or broken:
        host, state = broken[pool]
        whole = _times(look, "whole", pool).get(host)
        began = look.now - LONGEST if whole is None else whole
        said.append(f"pool {plain(pool, 40)} on {plain(host, 40)} has been {plain(state, 40)} "
                    f"{_for(look, began).replace('since ', 'since about ')}")  # fmt: skip
    hosts = {broken[pool][0] for pool in named or broken}
    near = [one for one in gone if not hosts or one.host in hosts]
    if near:
        said.append(f"the disk that vanished is {names([one.line(look.now) for one in near])}")
    if _LABEL.search(look.question.folded) or _WHICH.search(look.question.folded):
        said.reverse()
    cites += look.cite("whole") + look.cite("vanished")
    first = next(iter(named or broken), "")
    await with_runbook(look, "pool_degraded", pool=first)
    return told(look, Opening("", f"{said[0]}**{'; ' if said[1:] else ''}{'; '.join(said[1:])}."
                                  f"{cites}", by="Prometheus"))  # fmt: skip


def _whole(look: Look) -> Iterator[str] | None:
    """That the pools are whole by the word of Prometheus alone; None if it does not know them."""
    data = look.found["whole"].data(InstantValues)
    recent = (look.now - 2 * STEP).timestamp()
    known = {one.labels.get("zpool", ""): look.inventory.host_of(one.labels)
             for one in (data.items if data is not None else ())
             if one.value is not None and one.value >= recent}  # fmt: skip
    chosen = mentioned(look.question, known) or list(known)
    if not chosen:
        return None
    where = names([f"{plain(one, 40)} on {plain(known[one], 40)}" for one in sorted(chosen)])
    are = "is" if len(chosen) == 1 else "are"
    lead = Opening("", f"{where} {are} online, so no disk of them is missing**."
                       f"{look.cite('whole')}", by="Prometheus", well=True)  # fmt: skip
    return told(look, lead)


__all__ = ["tell_lost_disk"]
