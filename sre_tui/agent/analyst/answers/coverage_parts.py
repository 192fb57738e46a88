"""Answers what of the backups is asked beside whether the guests have one.

What is left of guests that are gone, what is old, what the jobs leave out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from providers.clock import age_in_words
from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.clients import CLIENTS
from sre_tui.agent.analyst.entities import is_common_noun, is_misspelt
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.time_phrases import older_than
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.diagnosis.coverage.model import GuestCoverage, Orphan
from sre_tui.diagnosis.language.aliases import meant_by
from sre_tui.diagnosis.language.vocabulary import INTENTS, SYMPTOMS, put_right
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.views.human import count, duration, size

_GONE: Final = re.compile(
    r"\b(?:no longer (?:exist\w*|there|around|here)|"
    r"(?:not|don't|do not|doesn't) exist\w*(?: any ?more)?|"
    r"(?:deleted|removed|former|destroyed|vanished) (?:guests?|vms?|containers?|machines?)|"
    r"(?:guests?|vms?|containers?|machines?)\b.*\b(?:deleted|removed|destroyed|gone|not there)|"
    r"orphan\w*|left ?overs?|gelöscht\w*|verwaist\w*)\b"
)
_LEFT_OUT: Final = re.compile(
    r"\b(?:(?:leave|leaves|leaving|left) (?:\w+ )?out|exclud\w*|skip\w*|omit\w*|"
    r"(?:not|isn't|aren't|doesn't|don't|never) "
    r"(?:include\w*|part of|contain\w*|hold|cover\w*|in (?:the|any))|"
    r"ausgelassen|ausgenommen|lässt aus)\b"
)
_SPOKEN_OF: Final = re.compile(
    r"(?:back\w*|restor\w*|guests?|vms?|lxcs?|cts?|containers?|machines?|servers?|services?|"
    r"templates?|alt|neueste\w*|letzte\w*|jüngste\w*|älteste\w*|wieviele|proxmox|pbs|jobs?|tasks?|runs?|ran|nights?|nite|nightly|daily|weekly|cop(?:y|ies|ied)|"
    r"saved?|safe\w*|protected|unprotected|disks?|drives?|volumes?|data|anything|something|"
    r"everything|every|each|homelab|lab|system|verif\w*|schedul\w*|snapshots?|vzdump|dumps?|"
    r"complete\w*|full\w*|entire\w*|whol\w*|total\w*|proper\w*|recent\w*|fresh|current\w*|"
    r"date|missed|made|without|cannot|sicherung\w*|datensicherung\w*|gesichert\w*|gäste\w*|"
    r"durchgelaufen|vollständig|komplett|ganz)"
)
"""What an answer about the coverage of guests speaks of."""


def tell_part(
    look: Look, data: CoverageListing, guests: Sequence[GuestCoverage], cite: str
) -> Iterator[str] | None:
    """What is asked of the backups beside whether the guests have one; None if nothing is."""
    folded = look.question.folded
    if _GONE.search(folded):
        return _orphans(look, data, cite)
    age = older_than(folded)
    if age is not None:
        return _older(look, guests, data.orphans, age, cite)
    if _LEFT_OUT.search(folded):
        return _left_out(look, guests, cite)
    return None


def not_spoken_of(look: Look, called: Sequence[str]) -> list[str]:
    """Words of the question that an answer about the coverage of guests takes no account of.

    Args:
        look: the question.
        called: names and ids of guests, which it does.
    """
    known = {part for name in called for part in re.split(r"[\W_]+", name.casefold())}
    known |= {name.casefold() for name in called}
    known |= {part for said in meant_by(look.question.text) for part in said.split()}
    known = {word for word in known if not is_common_noun(word, look.question.text)}
    read = INTENTS | set(SYMPTOMS) | look.question.verbs | CLIENTS | known
    asked = {word: put_right(word) for word in look.question.candidates if not word.isdigit()}
    return [word for word, right in asked.items()
            if not {right, word.casefold().removesuffix("'s")} & read
            and not _SPOKEN_OF.fullmatch(right) and not is_misspelt(word)]  # fmt: skip


def _orphans(look: Look, data: CoverageListing, cite: str) -> Iterator[str]:
    if not data.orphans:
        if data.counts.get("unknown"):
            return told(look, f"**Cannot tell: not every guest could be read**.{cite}")
        return told(look, Opening("No: ", f"every backup is of a guest that exists**.{cite}"))
    share = count(len(data.orphans), "guest")
    are = "no longer exists" if len(data.orphans) == 1 else "no longer exist"
    who = names([_called(one) for one in data.orphans], 10)
    lead = Opening("Yes: ", f"backups of {share} that {are}: {who}**.{cite}")
    return told(look, lead, ("", [_orphan(one, look.now) + cite for one in data.orphans]))


def _called(one: Orphan) -> str:
    return plain(f"{one.name} ({one.vmid})" if one.name else str(one.vmid), 60)


def _orphan(one: Orphan, now: datetime) -> str:
    held = f", the newest {size(one.size)}" if one.size is not None else ""
    kept = count(one.copies, "backup")
    where = names([plain(place, 60) for place in one.places])
    return f"{_called(one)}: {kept} in {where}, the newest of {_when(one.newest, now)}{held}"


def _when(at: datetime, now: datetime) -> str:
    return f"{clock_time(at, now)} ({age_in_words((now - at).total_seconds())} ago)"


def _older(
    look: Look, guests: Sequence[GuestCoverage], orphans: Sequence[Orphan], age: timedelta,
    cite: str,
) -> Iterator[str]:  # fmt: skip
    found = [(one.newest.at, plain(one.label, 60), plain(one.reason, 120))
             for one in guests if one.newest is not None]  # fmt: skip
    found += [(one.newest, _called(one), "the guest no longer exists") for one in orphans]
    old = sorted(one for one in found if look.now - one[0] > age)
    without = [plain(one.label, 60) for one in guests if one.newest is None]
    said = duration(age.total_seconds())
    none = f"{names(without, 10)} {'has' if len(without) == 1 else 'have'} no good backup at all"
    if not old:
        rest = f"; {none}" if without else ""
        return told(look, Opening("None: ", f"every newest backup is younger than {said}**{rest}."
                                            f"{cite}"))  # fmt: skip
    who = names([f"{name} ({age_in_words((look.now - at).total_seconds())})"
                 for at, name, _ in old], 10)  # fmt: skip
    are = "has a newest backup" if len(old) == 1 else "have a newest backup"
    lead = Opening("Yes: ", f"{count(len(old), 'guest')} {are} older than {said}: {who}**.{cite}")
    lines = [f"{name}: of {_when(at, look.now)}{f'; {why}' if why else ''}{cite}"
             for at, name, why in old]  # fmt: skip
    return told(look, lead, ("", lines), ("Without any", [none + cite] if without else []))


def _left_out(look: Look, guests: Sequence[GuestCoverage], cite: str) -> Iterator[str]:
    whole = [one for one in guests if one.verdict in ("excluded", "not_covered")
             or (one.verdict == "never" and not one.jobs)]  # fmt: skip
    partly = [one for one in guests if one.excluded_disks and one not in whole]
    parts = [names([plain(one.name or one.label, 60) for one in whole], 10)]
    parts += [f"{names([plain(disk, 40) for disk in one.excluded_disks])} of "
              f"{plain(one.name or one.label, 60)}" for one in partly[:8]]  # fmt: skip
    listed = names([one for one in parts if one], 12)
    if not listed:
        return told(look, Opening("None: ", f"the backup jobs leave out no guest and no disk**."
                                            f"{cite}"))  # fmt: skip
    lead = Opening("Yes: ", f"the backup jobs leave out {listed}**.{cite}")
    lines = [f"{plain(one.label, 60)}: {plain(one.reason, 160) or 'in no backup job'}{cite}"
             for one in whole]  # fmt: skip
    lines += [f"{plain(one.label, 60)}: {plain(one.without, 160)}{cite}" for one in partly]
    return told(look, lead, ("", lines))


__all__ = ["not_spoken_of", "tell_part"]
