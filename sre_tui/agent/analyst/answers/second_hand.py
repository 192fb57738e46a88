"""Tells what others know of what was asked, where the backend that knows it best is away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from providers.alerting import Alert
from sre_tui.agent.analyst.answers.told import cannot_tell, told
from sre_tui.agent.analyst.diagnose import concluded, diagnose
from sre_tui.agent.analyst.fact_questions import speaks_of_state
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.regarding import FOUND, is_about_it
from sre_tui.agent.analyst.report import report
from sre_tui.agent.analyst.wording import names, plain, since
from sre_tui.diagnosis.language.vocabulary import STOP_WORDS, topic_of, words

MOST: Final = 4
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


async def tell_second_hand(look: Look) -> Iterator[str]:
    """The cause that the diagnosis finds for it, else the alerts that are about it."""
    await look.discover("identity", "targets", "alerts")
    if speaks_of_state(look.question.folded):
        found = await diagnose(look)
        made = concluded(found)
        if made is not None and made.verdict in FOUND and is_about_it(look, made):
            return chain(["The others tell:\n\n"], report(look, found))
    alerts = _alerts(look)
    if not alerts:
        return await cannot_tell(look)
    cite = look.cite("alerts")
    who = names([plain(one.name, 80) for one in alerts], MOST)
    lead = f"**Others tell of it by {'an alert' if len(alerts) == 1 else 'alerts'}: {who}**.{cite}"
    return told(look, lead, ("", [_line(one, look) + cite for one in alerts]))


def _alerts(look: Look) -> list[Alert]:
    """Active alerts whose names hold what the question is about."""
    about = {_bare(word) for word in words(look.question.folded)
             if word in topic_of() and word not in STOP_WORDS}  # fmt: skip
    hosts = {host.casefold() for host in look.focus.hosts}
    paths = [word.casefold() for word in look.question.candidates if "/" in word]
    return [one for one in look.inventory.alerts if one.state.active and not one.silenced
            and all(path in one.summary.casefold() for path in paths)
            and about & {_bare(part) for part in _PARTS.findall(one.name)}
            and (not hosts or (one.host or "").casefold() in hosts)][:MOST]  # fmt: skip


def _bare(word: str) -> str:
    return word.casefold().removesuffix("s")


def _line(alert: Alert, look: Look) -> str:
    where = f" on {plain(alert.host, 60)}" if alert.host else ""
    summary = f": {plain(alert.summary, 200)}" if alert.summary else ""
    began = since(alert.active_at, look.now, age=True)
    return f"{plain(alert.name, 80)}{where} is {alert.state.value} {began}".rstrip() + summary


__all__ = ["tell_second_hand"]
