"""Keeps a trouble from being the answer to a question about another part of the homelab."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from sre_tui.agent.analyst.investigation import Investigation
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.report import gaps
from sre_tui.agent.analyst.wording import cited, code, names, plain, since
from sre_tui.diagnosis.language.topics import Topic

_WHETHER: Final = re.compile(
    r"^(is|are|was|were|does|do|did|has|have|ist|sind|war|waren|hat|haben|geht|gehen|läuft)\b"
)
_WORTH_TELLING: Final = 2
_CALLED: Final = {
    Topic.IO: "disk traffic", Topic.WEB: "web pages", Topic.CPU: "processors",
    Topic.POWER: "power", Topic.UPDATE: "updates", Topic.STANDBY: "standby of the disks",
    Topic.MOUNT: "mounted shares", Topic.CERTIFICATE: "certificates", Topic.DISK: "disks",
    Topic.POOL: "pools", Topic.CONTAINER: "containers", Topic.GUEST: "guests",
    Topic.BACKUP: "backups", Topic.DNS: "name servers", Topic.SPACE: "disk space",
}  # fmt: skip


def off_topic(look: Look, made: Investigation) -> bool:
    """Whether it is asked if a part of the homelab is all right, and only other parts are not."""
    question = look.question
    if not question.topics or look.focus.entities or not _WHETHER.match(question.folded):
        return False
    every = [*made.diagnosis.causes, *made.diagnosis.symptoms]
    about = {topic for one in every for each in (one, *one.effects) for topic in each.kind.topics}
    return bool(every) and not about & set(question.topics)


def elsewhere(look: Look, made: Investigation, but: Collection[str] = ()) -> Iterator[str]:
    """One line with the worst of what is wrong with anything else.

    Args:
        look: the question.
        made: what was found.
        but: names of what was told already.
    """
    found = made.diagnosis
    every = [one for one in (*found.causes, *found.symptoms, *found.others)
             if one.active and not {one.subject.name, one.subject.host} & {*but, ""}
             - ({one.subject.host} if one.subject.name else set())]  # fmt: skip
    worst = max(every, key=lambda one: (one.confidence != "weak", one.severity), default=None)
    if worst is None or worst.severity < _WORTH_TELLING:
        return
    began = since(worst.onset, look.now, open_start=worst.open_start)
    cite = cited([worst.findings[0].evidence])
    yield f"**Elsewhere**: {plain(worst.claim)} {began}".rstrip()
    yield f".{cite} Ask {code('what is wrong?')} for the whole.\n\n"


def nothing_on_topic(look: Look, made: Investigation) -> Iterator[str]:
    """Says that nothing is visibly wrong with it, what was checked, and what else is wrong."""
    about = names([_CALLED.get(topic, topic.value) for topic in look.question.topics])
    yield f"**Nothing is visibly wrong with the {about}.**\n\n"
    if made.checked:
        yield f"Checked: {'; '.join(made.checked)}.\n\n"
    other = made.cause or next(iter([*made.diagnosis.causes, *made.diagnosis.symptoms]))
    began = since(other.onset, look.now, open_start=other.open_start)
    yield f"Something else is wrong: {plain(other.claim)} {began}".rstrip()
    yield f".{cited([other.findings[0].evidence])} Ask {code('what is wrong?')} for the whole.\n\n"
    yield from gaps(look)


__all__ = ["elsewhere", "nothing_on_topic", "off_topic"]
