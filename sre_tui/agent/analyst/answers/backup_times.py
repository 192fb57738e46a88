"""Answers whether there is a backup as of a time, how far back they go, and which is the oldest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from providers.clock import age_in_words
from sre_tui.agent.analyst.answers.told import read, told
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import leftover, mentioned
from sre_tui.agent.analyst.intent import RESTORES
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import both_ends, cited, clock_time, names, plain
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.tools.pbs_data import Backup, BackupListing
from sre_tui.views.human import count, size

HELD: Final = "pbs_list_backups"
NIGHT: Final = timedelta(hours=6)
"""What a night's backup holds is the state of the morning after it."""
RECENT: Final = timedelta(hours=30)
"""Of a time as near as this the newest backup tells, which is looked at with its job."""
_BACKUPS: Final = re.compile(
    r"\b(?:backups?|backed up|sicherung\w*|gesichert|copy|copies|restore\w*|wiederherst\w*|"
    r"zurücks\w+|go back to|roll back to|auf den stand)\b"
)
_CLOSED: Final = re.compile(
    r"^(?:do|does|is|are|have|has|was|were|did|can|could|habe\w*|hat|gibt|gibts|ist|kann|existiert)"
    r"\b"
)
_WHICH: Final = re.compile(r"^(?:which|what|show|list|welche\w*)\b.*\bbackups?\b")
_FAR: Final = re.compile(
    r"^(?:how (?:far|long) back|how old is the oldest|wie weit)\b|"
    r"\b(?:oldest|first|earliest|älteste\w*|erste\w*)\b.*"
    r"\b(?:backups?|sicherung\w*|restore points?)\b"
)
_OF_A_DAY: Final = re.compile(
    r"\b(?:from|von|vom) (?:the )?(?:last |letzten |letztem )?"
    r"(?:yesterday|gestern|vorgestern|\w+day|\w+tag|\w+woch)\b"
)
_OF_A_WEEK: Final = re.compile(
    r"\b(?:from|of|von|vom|der|des) (?:the )?(?:last|letzten?|letzter|voriger|vorigem) "
    r"(?P<span>week|woche|month|monat)\b"
)
_OTHERWISE: Final = re.compile(
    r"\b(?:why|warum|how (?:do|can|to|should)|fail\w*|fehlgeschlagen|run|ran|running|work\w*|ok|"
    r"okay|job|jobs|guests?|vms?|containers?|without|older|replicat\w*|snapshots?|dataset\w*|"
    r"files?|success\w*|complete\w*|full|space|verif\w*|macs?|laptops?|report\w*|oldest newest)\b"
)


async def tell_backup_times(look: Look) -> Iterator[str] | None:
    """The backups of one guest at a time, or the oldest; None if that is not asked."""
    folded, scope = look.question.folded, look.question.scope
    far = _FAR.search(folded) is not None
    if not _BACKUPS.search(folded) or _OTHERWISE.search(folded):
        return None
    begin, end = _time(look)
    asked = _CLOSED.match(folded) or RESTORES.search(folded) or _WHICH.match(folded)
    past = scope.said and look.now - begin > RECENT and look.now - end > NIGHT
    if not far and not (asked and past):
        return None
    data, _ = await read(look, "groups", HELD, BackupListing, limit=2000)
    coverage, _ = await read(look, "coverage", "backup_coverage", CoverageListing, limit=2000)
    if data is None:
        return None
    called = [name for one in data.items for name in (one.name, one.id) if name]
    called += [name for one in (coverage.items if coverage else ())
               for name in (one.name, str(one.vmid)) if name]  # fmt: skip
    wanted = mentioned(look.question, called)
    if not wanted and far and not leftover(look.question):
        return await _oldest_of_all(look)
    if not wanted and asked and not leftover(look.question):
        return await _of_all(look)
    if len(wanted) != 1:
        return None
    (who,) = wanted
    found = (await look.ask(each=Call(HELD, {"guest": who, "each": True, "limit": 5000})))["each"]
    listing = found.data(BackupListing)
    if listing is None:
        return None
    rows = sorted(listing.items, key=lambda one: one.at)
    good = [one for one in rows if one.verified != "failed"]
    if not good:
        said = f"there is no good backup of {plain(who, 60)} on the backup servers**.{found.cite}"
        return told(look, Opening("No: " if asked else "", said))
    cite = cited([found.id])
    if far:
        return _oldest(look, plain(who, 60), good, cite)
    return _as_of(look, plain(who, 60), rows, good, cite)


def _oldest(look: Look, who: str, good: Sequence[Backup], cite: str) -> Iterator[str]:
    first, last = good[0], good[-1]
    moments = len({one.at for one in good})
    lead = f"**The oldest backup of {who} is of {_when(first, look.now)}**"
    lead += f", in {_place(first)}; {count(moments, 'backup')} of it are kept, the newest of "
    return told(look, f"{lead}{clock_time(last.at, look.now)}.{cite}",
                ("The oldest", [_line(one, look.now) + cite for one in good[:5]]))  # fmt: skip


def _as_of(
    look: Look, who: str, rows: Sequence[Backup], good: Sequence[Backup], cite: str
) -> Iterator[str]:
    """The backups of that day or span, else the nearest before and after it."""
    begin, end = _span(look)
    within = [one for one in good if begin <= one.at <= end]
    spoken = _time(look)
    # A day's own backup is meant before that of the night after it.
    within = [one for one in within if spoken[0] == spoken[1] or one.at <= spoken[1]] or within
    damaged = [one for one in rows if one.verified == "failed" and begin <= one.at <= end]
    when = " to ".join(both_ends(begin, end, look.now))
    if within:
        # What a night's backup holds is nearest to the time that is meant.
        middle = spoken[1]
        best = min(within, key=lambda one: abs((one.at - middle).total_seconds()))
        copies = [one for one in within if one is not best]
        said = f"there is a backup of {who} of {_when(best, look.now)}**, in {_place(best)}"
        lines = [_line(one, look.now) + cite for one in copies]
        lead = Opening("Yes: ", f"{said}, {_verified(best)}.{cite}")
        return told(look, lead, ("Also of that time", lines))
    before = [one for one in good if one.at < begin]
    after = [one for one in good if one.at > end]
    near = []
    if before:
        near.append(f"the nearest before it is of {_when(before[-1], look.now)}")
    if after:
        first = "the oldest that is kept" if not before else "the next after it"
        near.append(f"{first} is of {_when(after[0], look.now)}")
    bad = f"; {count(len(damaged), 'backup')} of that time failed verification" if damaged else ""
    said = f"there is no good backup of {who} from {when}**; {'; '.join(near)}{bad}.{cite}"
    lines = [_line(one, look.now) + cite for one in (*before[-2:], *after[:2])]
    return told(look, Opening("No: ", said), ("The nearest", lines))


def _time(look: Look) -> tuple[datetime, datetime]:
    """The time that is spoken of: "from monday" is of that day, not since it."""
    scope = look.question.scope
    if scope.moment is not None:
        return scope.moment, scope.moment
    if (whole := _OF_A_WEEK.search(look.question.folded)) is not None:
        days = 7 if whole["span"] in ("week", "woche") else 30
        return look.now - timedelta(days=2 * days), look.now - timedelta(days=days)
    if _OF_A_DAY.search(look.question.folded) and scope.end == look.now:
        return scope.start, min(scope.start + timedelta(days=1), look.now)
    return scope.start, scope.end


def _span(look: Look) -> tuple[datetime, datetime]:
    """From when to when a backup counts as one of the time that is asked about."""
    begin, end = _time(look)
    if begin != end:
        return begin, end + NIGHT
    # The further back, the less exactly it is meant: three weeks ago is that day or so.
    leeway = min(max((look.now - begin) / 14, timedelta(hours=12)), timedelta(days=4))
    return begin - leeway, begin + leeway


async def _of_all(look: Look) -> Iterator[str] | None:
    """Of how many there is a backup of that time, where none is named."""
    found = (await look.ask(each=Call(HELD, {"each": True, "limit": 5000})))["each"]
    data = found.data(BackupListing)
    if data is None:
        return None
    begin, end = _span(look)
    good = [one for one in data.items if one.verified != "failed"]
    every = {one.group: one.name or one.group for one in data.items}
    have = {one.group for one in good if begin <= one.at <= end}
    lack = [plain(name, 60) for group, name in sorted(every.items()) if group not in have]
    when = "from {} to {}".format(*both_ends(begin, end, look.now))
    share = f"{len(have)} of {count(len(every), 'guest or host', 'guests and hosts')}"
    if not have:
        oldest = min((one.at for one in good), default=None)
        since = f"; the oldest is of {clock_time(oldest, look.now)}" if oldest else ""
        said = f"there is no good backup {when}**{since}.{found.cite}"
        return told(look, Opening("No: ", said))
    said = f"{share} have a backup {when}**.{found.cite}"
    without = [f"{names(lack, 12)}{found.cite}"] if lack else []
    return told(look, Opening("Yes: ", said), ("Without one of that time", without))


async def _oldest_of_all(look: Look) -> Iterator[str] | None:
    """The oldest backup that is kept, where no guest is named."""
    found = (await look.ask(each=Call(HELD, {"each": True, "limit": 5000})))["each"]
    data = found.data(BackupListing)
    good = [one for one in (data.items if data is not None else ()) if one.verified != "failed"]
    if not good:
        return None
    good.sort(key=lambda one: one.at)
    first, whose = good[0], [f"{plain(one.name or one.group, 60)}: " for one in good[:5]]
    lead = f"**The oldest backup on the backup servers is of {_when(first, look.now)}**"
    lead += f", of {plain(first.name or first.group, 60)} in {_place(first)}.{found.cite}"
    lines = [who + _line(one, look.now) + found.cite
             for who, one in zip(whose, good, strict=False)]  # fmt: skip
    return told(look, lead, ("The oldest", lines))


def _when(one: Backup, now: datetime) -> str:
    return f"{clock_time(one.at, now)} ({age_in_words((now - one.at).total_seconds())} ago)"


def _place(one: Backup) -> str:
    return plain(one.datastore + (f":{one.namespace}" if one.namespace else ""), 80)


def _verified(one: Backup) -> str:
    return {"ok": "verified", "failed": "which failed verification"}.get(
        one.verified or "", "not verified yet"
    )


def _line(one: Backup, now: datetime) -> str:
    held = f", {size(one.size)}" if one.size is not None else ""
    return f"{clock_time(one.at, now)} in {_place(one)}{held}, {_verified(one)}"


__all__ = ["tell_backup_times"]
