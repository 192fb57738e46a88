"""Answers how the pools of the NAS are: state, members, scrub."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from providers.clock import age_in_words
from providers.truenas import Pool
from providers.truenas.storage_models import Vdev
from sre_tui.agent.analyst.answers.disk_health import disk_lines, disk_states
from sre_tui.agent.analyst.answers.redundancy import redundancy, spare_disks, unharmed
from sre_tui.agent.analyst.answers.told import Section, read, told, with_runbook, yes_no
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.fact_questions import asks_a_fact
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.pool_members import bad_members, member_trouble, members_of
from sre_tui.agent.analyst.wording import capital, clock_time, names, plain
from sre_tui.diagnosis.own_names import stays_one_word
from sre_tui.tools.truenas_data import PoolListing
from sre_tui.views.human import count, duration, percent, size
from sre_tui.views.pools import layout_text

_SCAN: Final = re.compile(r"\b(scrub\w*|resilver\w*|rebuil\w*)\b")
_MODEL: Final = re.compile(
    r"\b(slot|serials?|seriennummer|models?|modell|make|brand|which (disk|drive)|what (disk|drive)|"
    r"bay|welche (platte|festplatte))\b"
)
_BAD: Final = re.compile(
    r"\b(replace|order|buy|bestellen|kaufen|fail\w*|dying|dead|bad|broken|beeps?|errors?|faulted|kaputt|tauschen|defekt\w*)\b"
)
_BAD_STATE: Final = re.compile(r"\b(degraded|faulted|bad|broken|errors?|problems?|wrong|kaputt)\b")
_NEXT: Final = re.compile(r"\b(next|nächste\w*|schedul\w*|due|fällig)\b")
_RESILVER: Final = re.compile(r"\b(resilver\w*|rebuil\w*)\b")
_ERRORS: Final = re.compile(
    r"\b(which|what|welche)\b.*\b(disks?|drives?|hdds?|platten?)\b.*\b(errors?|fehler)\b"
)
_FILES: Final = re.compile(r"\b(files?|dateien)\b")
_LOST: Final = re.compile(r"\b(lost|lose|losing|verloren)\b")
_SAFE: Final = re.compile(r"\b(safe|secure|intact|at risk|sicher)\b")
_MAY_FAIL: Final = re.compile(
    r"\b(can|could|may)\b.*\b(fail|die|break|lose|go)\b|\bredundan\w*|\bspare disks?\b"
    r"|^(can|could|may|should) i\b.*\b(pull\w*|remove|eject|take out|swap|unplug|replace)\b"
)
_LAYOUT: Final = re.compile(
    r"\b(?:raid(?:[ -]?z?\d*)?|raidz\d?|layouts?|topolog\w*|vdevs?|mirror(?:ed|s)?|"
    r"strip(?:e|ed|es)|(?:hot ?)?spares?|draid\d?|aufgebaut|aufbau)\b"
)
_A_LAYOUT: Final = re.compile(r"\b(draid|raid-?z|mirror|stripe?)(?:ed|s|e)?(\d?)\b")
_WHETHER: Final = re.compile(r"^(?:is|are|does|do|has|have|ist|sind|hat|haben)\b")


async def tell_pools(look: Look) -> Iterator[str] | None:
    """How the pools are, or what the question asks of them and their disks."""
    data, cite = await read(look, "pools", "truenas_pool_status", PoolListing)
    if data is None:
        return None
    chosen = _named(look, data.items)
    folded = look.question.folded
    if _MAY_FAIL.search(folded) and redundancy(chosen):
        failing, own = await _failing(look)
        lead = _spare_lead(look, chosen, failing, cite + own)
        return told(look, lead, *_sections(look, chosen, cite))
    if chosen and _LAYOUT.search(folded) and not _disks(look, chosen) and asks_a_fact(folded):
        return told(look, _layout_lead(folded, chosen, cite), *_sections(look, chosen, cite))
    if _ERRORS.search(folded):
        return _told_errors(look, chosen, cite)
    if _MODEL.search(folded) or _disks(look, chosen):
        members = _wanted(look, chosen)
        if members:
            return _told_members(look, members, cite)
    if chosen and _WHETHER.match(folded) and asks_a_fact(folded):
        who = names([plain(pool.name, 40) for pool in chosen])
        lead = f"**The built-in analyst has no answer to this question**; what it knows of {who}"
        return told(look, f"{lead} is its state and its disks.{cite}",
                    *_sections(look, chosen, cite))  # fmt: skip
    bad = [pool for pool in chosen if trouble_of(pool)]
    if _SAFE.search(folded) and bad and all(map(unharmed, chosen)):
        return await _at_risk(look, chosen, bad, cite)
    if bad:
        await with_runbook(look, _kind(bad[0]), pool=bad[0].name)
    if _FILES.search(folded) and chosen:
        return told(look, _files_lead(chosen, cite), *_sections(look, chosen, cite))
    if _SCAN.search(folded) and chosen:
        return told(look, _scan_lead(look, chosen, cite), *_sections(look, chosen, cite))
    if not chosen:
        return told(look, f"**The NAS has no pool.**{cite}")
    return told(look, _state_lead(look, chosen, bad, cite), *_sections(look, chosen, cite))


def _layout_lead(folded: str, pools: Sequence[Pool], cite: str) -> Opening:
    """Of what pools are built, and whether that is what the question takes them for."""
    said = [f"{plain(one.name, 40)} is {layout_text(one)}" for one in pools]
    asked = _A_LAYOUT.search(folded) if _WHETHER.match(folded) else None
    word = ""
    if re.search(r"\bspares?\b", folded):
        fits = [any(vdev.role == "spare" for vdev in one.vdevs) for one in pools]
        lacks = [plain(one.name, 40) for one, fit in zip(pools, fits, strict=True) if not fit]
        said += [f"{names(lacks)} {'has' if len(lacks) == 1 else 'have'} no spare"] if lacks else []
        word = "" if not _WHETHER.match(folded) else "Yes: " if any(fits) else "No: "
    elif asked is not None:
        kind = asked[1].replace("-", "").replace("stripe", "disk").replace("strip", "disk")
        fits = [any(vdev.role == "data" and vdev.type.startswith(kind + asked[2])
                    for vdev in one.vdevs) for one in pools]  # fmt: skip
        word = "Yes: " if all(fits) else "No: "
    return Opening(word, f"{'; '.join(said)}**.{cite}")


def _named(look: Look, pools: Sequence[Pool]) -> list[Pool]:
    wanted = mentioned(look.question, [pool.name for pool in pools])
    return [pool for pool in pools if not wanted or pool.name in wanted]


def trouble_of(pool: Pool) -> str:
    """What is wrong with a pool in a few words; empty if nothing is."""
    said = []
    if not pool.healthy or pool.state.casefold() != "online":
        said.append(pool.state.casefold())
    said += [member_trouble(one) for one in bad_members(pool)]
    scan = pool.scan
    if scan is not None and scan.errors:
        said.append(f"its last {scan.function} found {count(scan.errors, 'error')}")
    return ", ".join(said)


def member_line(member: Vdev, pool: Pool) -> str:
    """Model, serial, size, state and errors of one disk."""
    about = [plain(member.model, 60), f"serial {plain(member.serial, 40)}" if member.serial else "",
             size(member.size) if member.size else ""]  # fmt: skip
    known = ", ".join(part for part in about if part) or "of unknown make"
    gone = ", gone from the system" if member.missing else ""
    errors = f", {count(member.errors, 'error')}" if member.errors else ""
    state = f"{member.state.casefold()}{gone}{errors}"
    return f"{plain(member.label, 40)} in pool {plain(pool.name, 40)}: {known}; {state}"


def _disks(look: Look, pools: Sequence[Pool]) -> set[str]:
    known = [member.label for pool in pools for member in members_of(pool)]
    return set(mentioned(look.question, known))


def _wanted(look: Look, pools: Sequence[Pool]) -> list[tuple[Vdev, Pool]]:
    named = _disks(look, pools)
    every = [(member, pool) for pool in pools for member in members_of(pool)]
    if named:
        return [pair for pair in every if pair[0].label in named]
    if _BAD.search(look.question.folded):
        return [(member, pool) for pool in pools for member in bad_members(pool)]
    return every


def _told_members(look: Look, members: Sequence[tuple[Vdev, Pool]], cite: str) -> Iterator[str]:
    member, pool = members[0]
    lines = [member_line(*pair) + cite for pair in members]
    if len(members) > 1 and not _BAD.search(look.question.folded):
        makes = names(list(dict.fromkeys(plain(one.model, 60) for one, _ in members if one.model)))
        return told(look, f"**{count(len(members), 'disk')}: {makes}**.{cite}", ("", lines))
    about = [scan_text(look, pool) + cite] if pool.scan is not None else []
    return told(look, f"**{member_line(member, pool)}**.{cite}", ("", lines[1:]), ("", about))


def _told_errors(look: Look, pools: Sequence[Pool], cite: str) -> Iterator[str]:
    """The disks with errors, the most first."""
    hurt = [(one, pool) for pool in pools for one in members_of(pool) if one.errors]
    hurt.sort(key=lambda pair: -pair[0].errors)
    if not hurt:
        where = names([plain(pool.name, 40) for pool in pools])
        return told(
            look, Opening("None: ", f"no disk of {where} has errors that ZFS counts**.{cite}")
        )
    return _told_members(look, hurt, cite)


def _state_of(pool: Pool) -> str:
    online = pool.healthy and pool.state.casefold() == "online"
    return f"online, but {trouble_of(pool)}" if online else trouble_of(pool)


def _state_lead(look: Look, pools: Sequence[Pool], bad: Sequence[Pool], cite: str) -> str:
    if _LOST.search(look.question.folded):
        return _lost_lead(pools, bad, cite)
    if bad:
        said = "; ".join(f"pool {plain(one.name, 40)} is {_state_of(one)}" for one in bad)
        return Opening(yes_no(look, fine=False), f"{said}**.{cite}")
    every = names([plain(one.name, 40) for one in pools])
    disks = sum(len(members_of(one)) for one in pools)
    which = re.match(r"^(which|welche|any)\b", look.question.folded)
    none = "None: " if which and _BAD_STATE.search(look.question.folded) else ""
    head = yes_no(look, fine=True) or none
    are = "pool {} is" if len(pools) == 1 else "pools {} are"
    whole = f"all {count(disks, 'disk')} without errors"
    return Opening(head, f"{are.format(every)} online**, {whole}.{cite}")


def _lost_lead(pools: Sequence[Pool], bad: Sequence[Pool], cite: str) -> str:
    states = "; ".join(f"pool {plain(one.name, 40)} is {_state_of(one)}" for one in bad)
    harmed = [one for one in pools if not unharmed(one)]
    if harmed:
        return f"**Maybe: {states}**.{cite}"
    where = names([plain(one.name, 40) for one in pools])
    spare = redundancy(pools)
    rest = "; ".join(part for part in (states, spare) if part)
    return Opening(
        "No: ", f"no data on {where} is known to be lost**{'; ' if rest else ''}{rest}.{cite}"
    )


async def _failing(look: Look) -> tuple[set[str], str]:
    """Disks of pools that say of themselves that they are failing, and where they say so."""
    await look.discover("identity", "targets")
    found = [one for one in await disk_states(look) if one.pool is not None and one.gives_up]
    return {one.name for one in found}, "".join(dict.fromkeys("".join(one.cites) for one in found))


async def _at_risk(
    look: Look, pools: Sequence[Pool], bad: Sequence[Pool], cite: str
) -> Iterator[str]:
    """Nothing is lost, but something is wrong: what SMART says of the disks counts as well."""
    await look.discover("identity", "targets")
    hurt = {member.label for pool in bad for member in bad_members(pool)}
    disks = [one for one in await disk_states(look)
             if one.pool is not None and (one.name in hurt or one.troubles())]  # fmt: skip
    first = next(iter(disks), None)
    own = {"disk": first.name} if first is not None and len(disks) == 1 else {}
    kind = "disk_failing" if disks else _kind(bad[0])
    await with_runbook(look, kind, pool=bad[0].name, **own)
    said = "; ".join(f"pool {plain(one.name, 40)} is {_state_of(one)}" for one in bad)
    spare = redundancy(pools, {one.name for one in disks if one.gives_up})
    lead = Opening("", f"No data is known to be lost, but it is at risk: {said}**")
    lead += f"{f'; {spare}' if spare else ''}.{cite}"
    return told(look, lead, ("The disks in question", list(disk_lines(disks))),
                *list(_sections(look, pools, cite))[1:])  # fmt: skip


def _files_lead(pools: Sequence[Pool], cite: str) -> str:
    """What is known of damaged files: the NAS's API counts errors and names no files."""
    hurt = [one for one in pools if not unharmed(one)]
    if not hurt:
        where = names([plain(one.name, 40) for one in pools])
        bad = "; ".join(f"{plain(one.name, 40)}: {trouble_of(one)}" for one in pools
                        if trouble_of(one))  # fmt: skip
        return f"**No file on {where} is known to be damaged**{f' ({bad})' if bad else ''}.{cite}"
    said = "; ".join(f"pool {plain(one.name, 40)} is {_state_of(one)}" for one in hurt)
    own = [one.name if stays_one_word(one.name) else "<pool>" for one in hurt]
    commands = names([f"`zpool status -v {name}`" for name in own])
    return (f"**Files may be damaged, but the NAS does not tell which**: {said}.{cite} {commands} "
            "on its shell lists them by name.")  # fmt: skip


def _spare_lead(look: Look, pools: Sequence[Pool], failing: set[str], cite: str) -> str:
    head = ""
    # Whether data can be lost is not said by a word that is meant of the disks.
    loses = re.search(r"\blos[et]\w*\b(?!.*\b(?:disks?|drives?|hdds?)\b)", look.question.folded)
    if not loses and re.match(r"^(can|could|may|is|are)\b", look.question.folded):
        head = "Yes: " if all(spare_disks(one, failing) for one in pools) else "No: "
    bad = "; ".join(f"pool {plain(one.name, 40)} is {_state_of(one)}" for one in pools
                    if trouble_of(one))  # fmt: skip
    return Opening(head, f"{redundancy(pools, failing)}**{'; ' if bad else ''}{bad}.{cite}")


def _scan_lead(look: Look, pools: Sequence[Pool], cite: str) -> str:
    folded = look.question.folded
    running = [one for one in pools if one.scan is not None and one.scan.state == "running"]
    lines = [scan_text(look, one) for one in (running or pools)]
    head = ""
    if re.search(r"^(is|are|does)\b.*\b(running|in progress|going on|läuft|resilvering)\b", folded):
        head = "Yes: " if running else "No: "
    if _NEXT.search(folded) and not running:
        lead = f"When the next scrub begins is not told here**: {'; '.join(lines)}"
        return Opening("", f"{lead}.{cite}")
    none = "" if running or head or not _RESILVER.search(folded) else "no resilver is running; "
    said = f"{none}{'; '.join(lines)}"
    return Opening(head, f"{said if head else capital(said)}**.{cite}")


def scan_text(look: Look, pool: Pool) -> str:
    """The scrub or resilver of a pool, running or the last one."""
    scan, name = pool.scan, plain(pool.name, 40)
    if scan is None:
        return f"no scrub of {name} is known"
    if scan.state == "running":
        done = f", {percent(scan.progress)} done" if scan.progress is not None else ""
        left = f", {duration(scan.left)} to go" if scan.left is not None else ""
        return f"a {scan.function} of {name} is running{done}{left}"
    at = scan.ended or scan.started
    when = ""
    if at is not None:
        age = age_in_words((look.now - at).total_seconds())
        when = f" {clock_time(at, look.now)} ({age} ago)"
    found = f" with {count(scan.errors, 'error')}" if scan.errors is not None else ""
    return f"the last {scan.function} of {name} {scan.state}{when}{found}"


def _sections(look: Look, pools: Sequence[Pool], cite: str) -> Iterator[Section]:
    members = [member_line(one, pool) + cite for pool in pools for one in bad_members(pool)]
    yield "The disks in question", members
    lines = []
    for pool in pools:
        said = [scan_text(look, pool)]
        if pool.fill is not None and pool.free is not None:
            said.append(f"{percent(pool.fill)} full")
        if pool.detail and trouble_of(pool):
            said.append(plain(pool.detail, 200))
        lines.append(f"{plain(pool.name, 40)} ({pool.state.casefold()}): {'; '.join(said)}{cite}")
    yield "Pools", lines


def _kind(pool: Pool) -> str:
    """The failure pattern of what is wrong with a pool."""
    if pool.scan is not None and pool.scan.errors:
        return "checksum_errors"
    return "disk_failing" if pool.state.casefold() == "online" else "pool_degraded"


__all__ = ["tell_pools"]
