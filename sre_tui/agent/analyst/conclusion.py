"""Words what an investigation concludes: the first paragraph of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from sre_tui.agent.analyst.answers.told import yes_no
from sre_tui.agent.analyst.fact_questions import IS_IT
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quotes import Quotes
from sre_tui.agent.analyst.regarding import CLOSED
from sre_tui.agent.analyst.wording import capital, names, plain, since, with_ages
from sre_tui.diagnosis.causes.model import Cause, Effect, Investigation
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.views.investigation_words import by_kind, headline_of, how_sure

MOST_NAMES: Final = 6
MOST_KINDS: Final = 3
"""Sorts of things that are told to be affected."""
_QUIET: Final = ("nothing_wrong", "unknown", "elsewhere")
"""Verdicts by which nothing is wrong with what was asked about."""
_FOR_TROUBLE: Final = "no cause was found for trouble with"
_NOTHING_WRONG: Final = "nothing wrong was found with"
"""What stands for it where nobody said that there is trouble."""
_PAST: Final = timedelta(minutes=2)
_AGO: Final = re.compile(r" \([^()]* ago\)")
_UP: Final = re.compile(
    r"\b(down|up|running|reachable|offline|online|broken|dead|alive|available|unavailable|"
    r"erreichbar|kaputt|tot|weg|ausgefallen)\b(?<!backed up)"
)
_WANTS_DOWN: Final = re.compile(
    r"\b(down|offline|broken|dead|unavailable|kaputt|tot|weg|ausgefallen)\b"
)
_WELL: Final = re.compile(
    r"\b(ok|okay|fine|well|all ?right|healthy|good|gut|ordnung|intact|safe|working|wrong|broken|"
    r"problems?|issues?|trouble|errors?|odd|weird|strange|unusual|up|dying|failing|degraded|kaputt|"
    r"probleme|fehler)\b"
    r"|\b(on|back|right)$"
)
_DOWN: Final = frozenset(
    {"guest_down", "guest_stopped", "guest_crash_loop", "node_down", "container_down", "web_down",
     "dns_down", "restart_loop", "packet_loss", "storage_gone", "unit_failed"}
)  # fmt: skip
_CALLED: Final = {
    Topic.IO: "disk traffic", Topic.WEB: "web pages", Topic.CPU: "processors",
    Topic.POWER: "power", Topic.UPDATE: "updates", Topic.STANDBY: "standby of the disks",
    Topic.MOUNT: "mounted shares", Topic.CERTIFICATE: "certificates", Topic.DISK: "disks",
    Topic.POOL: "pools", Topic.CONTAINER: "containers", Topic.GUEST: "guests",
    Topic.BACKUP: "backups", Topic.DNS: "name servers", Topic.SPACE: "disk space",
}  # fmt: skip


class Conclusion:
    """What an investigation concludes about a question.

    Args:
        look: the question.
        found: the investigation.
        told: its causes that are told in detail, the first ones first.
        quotes: cites its evidence.
    """

    def __init__(
        self, look: Look, found: Investigation, told: Sequence[Cause], quotes: Quotes
    ) -> None:
        self._look = look
        self._found = found
        self._told = told
        self._quotes = quotes

    def opening(self) -> Opening:
        """What is wrong, or that nothing is."""
        found = self._found
        word, answer = self._answered()
        headline = plain(headline_of(found) if not word else found.headline, 600)
        if found.verdict == "unconfirmed":
            headline = f"No confirmed cause: {plain(found.headline, 400)}"
        first = self._told[0] if self._told else None
        sure = ""
        if first is not None and found.verdict == "cause":
            sure = f", {how_sure(first.confidence)}"
        elif found.verdict == "unconfirmed" and first is not None and first.since is not None:
            sure = f", {since(first.since, self._look.now, age=True)}"
        topical = self._topical()
        said = (topical if word else capital(topical)) or headline.rstrip(".")
        whole = "" if not self._told else self._quotes.whole
        # Ages are told from the end of the window, which is not the moment of asking.
        past = self._look.now - found.window_end > _PAST
        said = _AGO.sub("", said) if past else with_ages(said, self._look.now)
        if word and found.verdict in _QUIET:
            said = said.replace(_FOR_TROUBLE, _NOTHING_WRONG, 1)
        claim = f"{answer}{said}**{sure}.{self._cite(self._told[:2])}{whole.lstrip()}"
        if found.impact:
            touched = by_kind(found.impact, MOST_NAMES)
            more = f"; {len(touched) - MOST_KINDS} more kinds" if len(touched) > MOST_KINDS else ""
            told = "; ".join(plain(one, 240) for one in touched[:MOST_KINDS])
            self._look.caller.counted(f"{told}{more}")
            claim += f" Affected: {told}{more}.{self._quotes.whole}"
        quiet = found.verdict in _QUIET
        failed = names([plain(name) for name in self._look.coverage.failed])
        caveat = f" That is no all-clear: {failed} gave no answer." if failed and quiet else ""
        return Opening(word, claim, well=quiet, caveat=caveat)

    def _topical(self) -> str:
        """The conclusion about a part of the homelab, which the headline has no word for."""
        found, question = self._found, self._look.question
        if found.focus or not question.topics or found.verdict not in _QUIET:
            return ""
        about = names([_CALLED.get(topic, topic.value) for topic in question.topics])
        said = f"nothing wrong was found with the {about}"
        if found.verdict == "elsewhere":
            _, _, rest = found.headline.partition("; elsewhere: ")
            return f"{said}; elsewhere: {plain(rest.rstrip('.'), 500)}"
        return said

    def _answered(self) -> tuple[str, str]:
        """``Yes: `` or ``No: ``, where the question is whether something is so, and why."""
        folded, found = self._look.question.folded, self._found
        if found.verdict in ("unconfirmed", "blind") or not CLOSED.match(folded):
            return "", ""
        if _UP.search(folded) and found.focus:
            down = self._down()
            if down is None or found.verdict in _QUIET:
                return "", ""
            word = "Yes" if _WANTS_DOWN.search(folded) else "No"
            is_cause = any(down is one for one in self._told)
            how = "" if is_cause else f"{plain(self._how_down(down), 160)}: "
            return f"{word}{',' if how else ':'} ", how
        well = found.verdict in _QUIET
        if IS_IT.match(folded) and self._look.question.topics and not found.focus:
            # Who could not look everywhere does not say that it is not that.
            return ("" if well and self._look.coverage.failed else "No: " if well else "Yes: "), ""
        # Who could not look everywhere gives no all-clear.
        if not _WELL.search(folded) or (well and self._look.coverage.failed):
            return "", ""
        near: list[Cause | Finding] = [*found.causes, *found.symptoms]
        if well and found.focus and any(one.active for one in near):
            return "", ""
        return yes_no(self._look, fine=well), ""

    def _down(self) -> Cause | Effect | Finding | None:
        """What says that the thing asked about is down."""
        focus = set(self._found.focus)
        own = {one.own_name for one in focus}
        every: list[Cause | Effect | Finding] = []
        for cause in self._found.causes:
            every += [cause, *cause.effects]
        every += self._found.symptoms
        down = [one for one in every if one.kind in _DOWN and one.active
                and _is_about(one.subject, focus, own)]  # fmt: skip
        # A guest that does not run tells more than its web page that does not answer.
        guests = (one for one in down if one.subject.kind is SubjectKind.GUEST)
        return next(guests, next(iter(down), None))

    def _how_down(self, down: Cause | Effect | Finding) -> str:
        """What is said of it; a guest that went with its node is not known to be stopped."""
        node = next((one.subject for one in self._told if one.kind == "node_down"), None)
        if node is None or down.subject.kind is not SubjectKind.GUEST:
            return _said(down)
        return f"guest {down.subject} is down or out of reach, its node {node} is offline"

    def _cite(self, causes: Iterable[Cause]) -> str:
        """What speaks for these causes first of all."""
        ids = ""
        for cause in causes:
            told = next((one for one in cause.speaks_for if one.evidence), None)
            if told is not None:
                ids += self._quotes.cite(told.evidence, told.text, 1).lstrip()
        return f" {ids}" if ids else ""


def _is_about(subject: Subject, focus: set[Subject], own: set[str]) -> bool:
    return subject in focus or subject.own_name.partition(".")[0] in own


def _said(one: Cause | Effect | Finding) -> str:
    return one.claim if isinstance(one, Cause) else one.text


__all__ = ["MOST_NAMES", "Conclusion"]
