"""Answers how large backups are, what fills a datastore, and whether backups are encrypted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from providers.pbs import Datastore
from sre_tui.agent.analyst.answers.told import read, told
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import capital, cited, clock_time, names, plain
from sre_tui.tools.pbs_data import Backup, BackupListing, DatastoreListing
from sre_tui.views.human import count, percent, size

HELD: Final = "pbs_list_backups"
STORES: Final = "pbs_datastore_status"
MOST: Final = 5000
WEEK: Final = timedelta(days=7)
GREW: Final = 0.1
"""By how much of its size a backup grows within a week before that is worth telling first."""
SHARED: Final = "sizes are before deduplication: what one backup alone occupies nobody tells"
_BACKUPS: Final = r"(?:back\w*ups?|sicherung\w*|datensicherung\w*)"
_SIZE: Final = re.compile(
    rf"^(?:how (?:bigg?|large|much|many (?:gb|gib|tb|tib))|what size|wie (?:gro(?:ß|ss)|viel))\b.*"
    rf"\b{_BACKUPS}\b|\b(?:size|größe)s? (?:of|von|der|des)\b.*\b{_BACKUPS}\b|"
    rf"\b{_BACKUPS}\b.*\b(?:sizes?|how (?:big|large)|wie gro(?:ß|ss))\b"
)
_FILLS: Final = re.compile(
    r"^(?:who|what|which|wer|was|welche\w*)\b.*\b(?:fill\w*|filed|füll\w*|gefüllt|eats?|eating|hogs?|"
    r"takes?|taking|took|uses?|using|used|occup\w*|belegt|frisst|braucht|most space|biggest|"
    r"largest|am meisten|größte\w*)\b"
)
_SPACE: Final = re.compile(
    r"\b(?:space|room|most|biggest|largest|fill\w*|filed|füll\w*|gefüllt|eat\w*|hog\w*|occup\w*|belegt|"
    r"frisst|platz|speicher|größte\w*|meisten)\b"
)
_STORE: Final = re.compile(
    r"\b(?:datastores?|pbs|backup (?:server|storage|space|disk|datastore)s?|backupserver)\b"
)
_ENCRYPTED: Final = re.compile(r"\b(?:un)?(?:encrypt\w*|verschlüssel\w*)\b")
_OF_BACKUPS: Final = re.compile(rf"\b{_BACKUPS}\b|\bbacked up\b|\bgesichert\b|\bpbs\b")
_OTHERWISE: Final = re.compile(
    r"\b(?:why|warum|wieso|how (?:do|can|to|should)|runbooks?|macs?|macbooks?|laptops?|phones?|"
    r"time machine|left|free|frei|until|when|wann|long|lange|job|jobs|fail\w*|memory|cpu)\b"
)


async def tell_backup_sizes(look: Look) -> Iterator[str] | None:
    """The size of backups, who fills a datastore, or their encryption; None if none is asked."""
    folded = look.question.folded
    if not look.caller.offers(HELD) or _OTHERWISE.search(folded):
        return None
    if _ENCRYPTED.search(folded) and _OF_BACKUPS.search(folded):
        return await _encrypted(look)
    if _SIZE.search(folded) and not _STORE.search(folded):
        return await _sizes(look)
    if not _FILLS.search(folded) or not _SPACE.search(folded):
        return None
    if _STORE.search(folded):
        return await _filled(look, [])
    return await _filled(look, stores) if (stores := await _stores_named(look)) else None


async def _stores_named(look: Look) -> list[str]:
    """The datastores that are named without being called so: "what fills main"."""
    await look.discover("identity", "targets")
    inventory = look.inventory
    return [name for name in inventory.datastores if name not in inventory.pools
            and re.search(rf"\b{re.escape(name.casefold())}\b", look.question.folded)]  # fmt: skip


def _named(look: Look, rows: Sequence[Backup]) -> list[Backup]:
    called = [name for one in rows for name in (one.name, one.id) if name]
    wanted = set(mentioned(look.question, called))
    return [one for one in rows if {one.name, one.id} & wanted]


async def _strange(look: Look) -> Iterator[str] | None:
    """That nothing is called so, where the question names what no backup is of."""
    if not look.question.named:
        return None
    await look.discover("identity", "targets")
    return not_known(look) if await nothing_known(look) else None


# -- sizes ---------------------------------------------------------------------------------------


async def _sizes(look: Look) -> Iterator[str] | None:
    data, _ = await read(look, "held", HELD, BackupListing, limit=MOST)
    if data is None:
        return None
    cite = look.cite("held")
    own = _named(look, data.items)
    if not own and (strange := await _strange(look)) is not None:
        return strange
    rows = sorted(own or data.items, key=lambda one: (one.at, one.size or 0), reverse=True)
    if not rows:
        return told(look, f"**There is no backup on the backup servers.**{cite}")
    lines = [_line(one, look) + cite for one in rows]
    if own:
        newest = rows[0]
        who = _called(newest)
        kept = count(sum(one.count for one in rows), "backup")
        said = "of a size that is not reported" if newest.size is None else size(newest.size)
        lead = f"**The newest backup of {who} is {said}**, of {clock_time(newest.at, look.now)}; "
        return told(look, f"{lead}{kept} are kept; {SHARED}.{cite}", ("", lines))
    first = max(rows, key=lambda one: one.size or 0)
    by_group = {(one.source, one.group): one for one in reversed(rows)}
    total = sum(one.size or 0 for one in by_group.values())
    of = count(len(by_group), "guest or host", "guests and hosts")
    lead = f"**The newest backups of {of} hold {size(total)}**, the largest that of "
    by_size = sorted(lines_of(rows, look), reverse=True)
    return told(look, f"{lead}{_called(first)} with {size(first.size or 0)}; {SHARED}.{cite}",
                ("", [line + cite for _, line in by_size]))  # fmt: skip


def lines_of(rows: Sequence[Backup], look: Look) -> Iterator[tuple[int, str]]:
    """A line for each group with the bytes of its newest backup."""
    for one in rows:
        yield one.size or 0, _line(one, look)


def _called(one: Backup) -> str:
    return plain(one.name or one.group, 60)


def _place(one: Backup) -> str:
    return plain(one.datastore + (f":{one.namespace}" if one.namespace else ""), 80)


def _line(one: Backup, look: Look) -> str:
    held = size(one.size) if one.size is not None else "size not reported"
    when = clock_time(one.at, look.now)
    kept = count(one.count, "backup")
    return f"{_called(one)} in {_place(one)}: the newest {held}, of {when}; {kept}"


# -- what fills a datastore ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Share:
    """What one group holds in a datastore."""

    who: str
    store: str
    place: str
    count: int
    newest: int
    """Bytes of its newest backup."""
    grown: int
    """Bytes by which that is larger than the one of a week before."""

    def line(self) -> str:
        by = f", {size(abs(self.grown))} {'more' if self.grown > 0 else 'less'} than a week before"
        kept = count(self.count, "backup")
        grown = by if self.grown else ""
        return f"{self.who} in {self.place}: {kept}, the newest {size(self.newest)}{grown}"


async def _filled(look: Look, named: Sequence[str]) -> Iterator[str] | None:
    found = await look.ask(stores=Call(STORES, {}), every=Call(HELD, {"each": True, "limit": MOST}))
    stores, held = found["stores"].data(DatastoreListing), found["every"].data(BackupListing)
    if stores is None or held is None:
        return None
    said = named or mentioned(look.question, [one.name for one in stores.items])
    known = [
        one for one in stores.items if one.ratio is not None and (not said or one.name in said)
    ]
    known.sort(key=lambda one: -(one.ratio or 0.0))
    if not known:
        return None
    names_of = {(one.source, one.name) for one in known}
    shares = _shares([one for one in held.items if (one.source, one.datastore) in names_of])
    cites = cited(one.id for one in found.values())
    fills = [f"{plain(one.name, 60)} is {percent(one.ratio or 0.0)} full" + _pace(one)
             for one in known]  # fmt: skip
    listed = names([plain(one.name, 60) for one in known], 4)
    if not shares:
        return told(look, f"**No backup is known in {listed}**; {'; '.join(fills)}.{cites}")
    asks_who = re.search(r"\b(?:who|wer|fill\w*|filed|füll\w*|gefüllt)\b", look.question.folded)
    largest = max(shares, key=lambda one: one.newest)
    grower = max(shares, key=lambda one: one.grown)
    before = grower.newest - grower.grown
    ordered = sorted(shares, key=lambda one: -one.newest)
    where = f" in {plain(largest.store, 60)}" if len(known) > 1 else ""
    held_by = f"that of {largest.who}{where}, {size(largest.newest)}"
    if asks_who and grower.grown > GREW * max(before, 1):
        lead = f"**{grower.who} grew the most in datastore {plain(grower.store, 60)}: its newest "
        lead += f"backup holds {size(grower.grown)} more than a week before**, "
        lead += f"{size(grower.newest)} instead of {size(before)}"
        ordered = sorted(shares, key=lambda one: -one.grown)
    elif asks_who:
        lead = f"**No single backup filled {listed}: none grew much within a week**; the largest "
        lead += f"is {held_by}"
    else:
        kept = count(largest.count, "backup")
        lead = f"**The largest backup in {listed} is {held_by}**; {kept} of it are kept"
    more = f" {capital('; '.join(fills))}. {capital(SHARED)}."
    return told(look, f"{lead}.{more}{cites}", ("", [one.line() + cites for one in ordered]))


def _pace(store: Datastore) -> str:
    grows = store.recent_growth if store.recent_growth is not None else store.growth
    return f" and grew by {size(grows)} a day lately" if grows and grows > 0 else ""


def _shares(rows: Sequence[Backup]) -> list[_Share]:
    groups: dict[tuple[str, str, str, str], list[Backup]] = {}
    for one in rows:
        where = (one.source, one.datastore, one.namespace, one.group)
        groups.setdefault(where, []).append(one)
    shares = []
    for own in groups.values():
        own.sort(key=lambda one: one.at)
        newest = own[-1]
        before = [one for one in own if one.at <= newest.at - WEEK and one.size is not None]
        past = before[-1].size if before else None
        grown = (newest.size or 0) - past if past is not None else 0
        shares.append(
            _Share(
                _called(newest), newest.datastore, _place(newest), len(own), newest.size or 0, grown
            )
        )
    return shares


# -- encryption ----------------------------------------------------------------------------------


async def _encrypted(look: Look) -> Iterator[str] | None:
    data, cite = await read(look, "held", HELD, BackupListing, limit=MOST)
    if data is None:
        return None
    own = _named(look, data.items)
    if not own and (strange := await _strange(look)) is not None:
        return strange
    rows = list(own or data.items)
    if not rows:
        return told(look, f"**There is no backup on the backup servers.**{cite}")
    with_key = [one for one in rows if one.encrypted]
    plain_text = [one for one in rows if not one.encrypted]
    negated = re.search(r"\b(?:unencrypted|not|un\w*verschlüsselt|nicht)\b", look.question.folded)
    which = re.match(r"^(?:which|what|list|show|welche\w*)\b", look.question.folded)
    note = "; whoever reads the disks of the backup server reads them too"
    who = names(list(dict.fromkeys(_called(one) for one in own)), 4)
    what = f"of the newest backups{f' of {who}' if own else ''}"
    if not with_key:
        head = "" if which else "Yes: " if negated else "No: "
        said = f"none {what} is encrypted** ({count(len(rows), 'group')}){note}.{cite}"
        return told(look, Opening(head, said if head else f"N{said[1:]}"))
    if not plain_text:
        head = "" if which else "No: " if negated else "Yes: "
        said = f"all {what} are encrypted** ({count(len(rows), 'group')}); keep the key elsewhere"
        return told(look, Opening(head, f"{said if head else f'A{said[1:]}'}.{cite}"))
    head = "" if which else "Yes: " if negated else "No, "
    listed = names(list(dict.fromkeys(_called(one) for one in plain_text)), 8)
    said = f"{len(plain_text)} of {len(rows)} groups are not encrypted: {listed}**{note}.{cite}"
    lines = [f"{_called(one)} in {_place(one)}: encrypted{cite}" for one in with_key]
    return told(look, Opening(head, said), ("Encrypted", lines))


__all__ = ["tell_backup_sizes"]
