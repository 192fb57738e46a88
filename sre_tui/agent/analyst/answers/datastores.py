"""Answers how the backup datastores are: fill, garbage collection, verify, prune and sync jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from providers.clock import age_in_words
from providers.pbs import Datastore, Job, ServerStatus
from sre_tui.agent.analyst.answers.told import read, told, with_runbook, yes_no
from sre_tui.agent.analyst.answers.unanswered import say_unanswered
from sre_tui.agent.analyst.entities import EntityKind, mentioned
from sre_tui.agent.analyst.fact_questions import asks_a_fact
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.tools.pbs_data import DatastoreListing
from sre_tui.views.forecasts import span
from sre_tui.views.human import count, duration, number, percent, size

NEARLY_FULL: Final = 0.9
_COLLECTION: Final = re.compile(r"\b(gc|garbage|collection|collected)\b")
_DEDUP: Final = re.compile(r"\b(dedup\w*|factor|compression)\b")
_UNTIL: Final = re.compile(
    r"\b(when|how long|until|till|how soon|wann|wie lange)\b.*\b(full|voll)\b"
)
_GROWTH: Final = re.compile(r"\b(?:grow\w*|grew|growth|wächst|gewachsen|wachstum)\b")
_NEXT: Final = re.compile(r"\b(?:next|nächste\w*|when (?:does|do|will|is)|schedul\w*)\b")
_COUNTS: Final = re.compile(r"^(?:how many|wie ?viele|which|what|list|welche)\b.*\bdatastores?\b")
_SERVER: Final = re.compile(
    r"^(?!.*\b(?:full|voll|fill\w*|datastores?|store|space|backups?|disks?|job|jobs|gc)\b)"
    r"(?=.*\b(?:pbs|backup servers?)\b)"
    r".*\b(?:uptime|(?:been|since) up|running since|ram|memory|cpu|load|kernel|speicher|läuft)\b"
)
_ABOUT: Final = re.compile(
    r"\b(?:data ?stores?|full|voll|fill\w*|space|room|left|free|frei|store|size|big|large|much|"
    r"versions?|jobs?|backups?|platz)\b"
)
"""Asks for what the list of datastores shows."""
_HAVE: Final = re.compile(r"\b(?:have|has|are there|exist\w*|gibt es|list|there)\b")
_JOBS: Final = (("verify", r"\bverif\w*"), ("prune", r"\bprun\w*"), ("sync", r"\bsync\w*"))


async def tell_datastores(look: Look) -> Iterator[str] | None:
    """Datastores, or the part of them that is asked for."""
    data, cite = await read(look, "datastores", "pbs_datastore_status", DatastoreListing)
    if data is None:
        return None
    wanted = mentioned(look.question, [one.name for one in data.items])
    stores = [one for one in data.items if not wanted or one.name in wanted]
    if not stores:
        return told(look, f"**There is no datastore.**{cite}")
    if _DEDUP.search(look.question.folded) and not wanted:
        await look.discover("identity", "targets")
        if look.focus.of(EntityKind.POOL):
            return await say_unanswered(look)
    stores.sort(key=lambda one: (one.ratio is None, -(one.ratio or 0.0)))
    if (stores[0].ratio or 0.0) >= NEARLY_FULL:
        await with_runbook(look, "datastore_full", datastore=stores[0].name)
    folded = look.question.folded
    lines = [_line(one, look) + cite for one in stores]
    kind = next((kind for kind, words in _JOBS if re.search(words, folded)), "")
    jobs = [one for one in data.jobs if kind in ("", one.kind)]
    told_jobs = [_job(one, look) + cite for one in jobs]
    if kind:
        return told(look, _jobs(look, jobs, kind, cite), ("", told_jobs[1:]), ("Datastores", lines))
    if _SERVER.search(folded) and not wanted and data.servers:
        return told(look, f"**{'; '.join(map(_server, data.servers))}**.{cite}")
    said = next((say(look, stores) for words, say in _ANSWERS if words.search(folded)), "")
    if not said and not wanted and asks_a_fact(folded) and not _ABOUT.search(folded):
        unanswered = await say_unanswered(look)
        if unanswered is not None:
            return unanswered
    if not said and not wanted and _COUNTS.match(folded) and _HAVE.search(folded):
        many = count(len(stores), "datastore")
        said = f"{many}: {names(sorted(plain(one.name, 60) for one in stores), 20)}"
    lead = (Opening("", said) if said else _fill(look, stores)) + f"**.{cite}"
    return told(look, lead, ("Datastores", lines), ("Jobs", told_jobs))


def _fill(look: Look, stores: Sequence[Datastore]) -> Opening:
    said = [
        f"datastore {plain(one.name, 60)} is {percent(one.ratio)} full, {size(one.available or 0)} "
        f"of {size(one.total or 0)} is left"
        for one in stores
        if one.ratio is not None
    ]
    full = any((one.ratio or 0.0) >= NEARLY_FULL or one.error for one in stores)
    head = ""
    if re.match(r"^(is|are|do|does|ist)\b.*\b(ok|okay|fine|healthy|good|enough|gut)\b",
                look.question.folded):  # fmt: skip
        head = yes_no(look, fine=not full)
    elif re.match(r"^(is|are|any|ist)\b.*\b(full|voll)\b", look.question.folded):
        head = "Yes: " if full else "No: "
    return Opening(head, "; ".join(said) or "no datastore tells how full it is")


def _until(look: Look, stores: Sequence[Datastore]) -> str:
    said = []
    never = datetime.max.replace(tzinfo=UTC)
    for one in sorted(stores, key=lambda own: (own.trend != "full", own.full_at or never)):
        name = f"datastore {plain(one.name, 60)}"
        growth = one.recent_growth if one.full_basis == "recent" else one.growth
        if one.trend == "full":
            since = f", since {span(look.now, one.full_since)} ago" if one.full_since else ""
            said.append(f"{name} is full already{since}")
        elif one.full_at is not None and growth:
            how = span(look.now, one.full_at)
            said.append(f"{name} is full in {how} if it goes on growing by {size(growth)} a day")
        elif one.trend == "not_growing":
            said.append(f"{name} is not growing")
    return "; ".join(said) or "the datastores do not tell how they grow"


def _grown(look: Look, stores: Sequence[Datastore]) -> str:
    said = []
    for one in stores:
        if one.growth is not None:
            lately = ""
            if one.recent_growth is not None and one.recent_growth > 0:
                lately = f", in the last days by {size(one.recent_growth)}"
            pace = f"by {size(one.growth)} a day{lately}" if one.growth > 0 else "not at all"
            said.append(f"datastore {plain(one.name, 60)} grows {pace}")
    return "; ".join(said) or "the datastores do not tell how they grow"


def _collected(look: Look, stores: Sequence[Datastore]) -> str:
    said = []
    if _NEXT.search(look.question.folded):
        due = [f"of {plain(one.name, 60)} at {clock_time(one.gc.next_run, look.now)}"
               for one in stores if one.gc is not None and one.gc.next_run is not None]  # fmt: skip
        if due:
            return f"garbage collection runs next: {'; '.join(due)}"
    for one in stores:
        gc = one.gc
        if gc is not None and gc.last_run is not None:
            age = age_in_words((look.now - gc.last_run).total_seconds())
            freed = f", freed {size(gc.removed)}" if gc.removed is not None else ""
            when = f"{clock_time(gc.last_run, look.now)} ({age} ago)"
            said.append(f"{plain(one.name, 60)} {when}, {plain(gc.state)}{freed}")
    listed = "; ".join(said) or "never"
    return f"garbage collection last ran: {listed}"


def _deduplicated(look: Look, stores: Sequence[Datastore]) -> str:
    said = [
        f"{plain(one.name, 60)} {number(one.gc.deduplication)}"
        for one in stores
        if one.gc is not None and one.gc.deduplication is not None
    ]
    return f"deduplication factor: {names(said)}" if said else "no deduplication factor is known"


_ANSWERS: Final = (
    (_UNTIL, _until),
    (_GROWTH, _grown),
    (_COLLECTION, _collected),
    (_DEDUP, _deduplicated),
)


def _jobs(look: Look, jobs: Sequence[Job], kind: str, cite: str) -> str:
    if not jobs:
        return f"**There is no {kind} job.**{cite}"
    bad = [one for one in jobs if one.state in ("error", "warning")]
    first = (bad or list(jobs))[0]
    return Opening(yes_no(look, fine=not bad), f"{_job(first, look)}**.{cite}")


def _job(job: Job, look: Look) -> str:
    state = plain(job.status or job.state, 120) if job.state != "ok" else "ok"
    ran = f", last run {clock_time(job.last_run, look.now)}" if job.last_run is not None else ""
    after = f", next {clock_time(job.next_run, look.now)}" if job.next_run is not None else ""
    what = f"{job.kind} job {plain(job.id, 60)} of {plain(job.datastore, 60)}"
    return f"{what}: {state if job.enabled else 'switched off'}{ran}{after}"


def _server(server: ServerStatus) -> str:
    parts = [f"runs Proxmox Backup Server {plain(server.version, 40)}" if server.version else "",
             f"kernel {plain(server.kernel, 40)}" if server.kernel else "",
             f"up {duration(server.uptime)}" if server.uptime else "",
             f"{percent(server.cpu)} of its processors in use" if server.cpu is not None else "",
             f"load {number(server.load[0])}" if server.load else ""]  # fmt: skip
    if server.memory_total and server.memory_used is not None:
        parts.append(f"{size(server.memory_used)} of {size(server.memory_total)} of memory in use")
    return f"{plain(server.source, 60)} {', '.join(part for part in parts if part)}"


def _line(store: Datastore, look: Look) -> str:
    if store.is_away:
        return f"{plain(store.name, 60)}: not mounted"
    parts = [f"{percent(store.ratio)} full" if store.ratio is not None else "fill not reported"]
    if store.growth is not None:
        parts.append(f"grows by {size(store.growth)} a day" if store.growth > 0 else "not growing")
    if store.gc is not None and store.gc.last_run is not None:
        parts.append(f"garbage collection {clock_time(store.gc.last_run, look.now)}")
    if store.error or store.maintenance:
        parts.append(plain(store.error or store.maintenance, 120))
    return f"{plain(store.name, 60)}: {', '.join(parts)}"


__all__ = ["tell_datastores"]
