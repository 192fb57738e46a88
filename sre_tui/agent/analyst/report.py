"""Writes a diagnosis as an answer: the conclusion first, then why, what it affects, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from sre_tui.agent.analyst.closer_look import culprit, details
from sre_tui.agent.analyst.investigation import Investigation, asks_whether_up
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.question import Intent
from sre_tui.agent.analyst.ranking import Hypothesis
from sre_tui.agent.analyst.runbook_steps import Steps, steps_of
from sre_tui.agent.analyst.wording import (
    best_findings,
    capital,
    cited,
    code,
    finding_line,
    names,
    plain,
    since,
)

_YES_NO: Final = re.compile(
    r"^(is|are|was|were|did|does|do|has|have|any|anything|ist|sind|war|hat|haben|gibt|läuft)\b"
)
MOST_EFFECTS: Final = 5


def report(look: Look, made: Investigation) -> Iterator[str]:
    """The answer in pieces."""
    yield from unknown_names(look)
    yield from _whether_up(look, made)
    cause = made.cause
    if cause is not None:
        yield from _with_cause(look, made, cause)
    elif made.diagnosis.symptoms or made.diagnosis.causes:
        yield from _without_cause(look, made)
    else:
        yield from _nothing_wrong(look, made)
    yield from _others(look, made)
    yield from gaps(look)


_DOWN: Final = frozenset(
    {"guest_down", "guest_stopped", "node_down", "container_down", "web_down", "dns_down",
     "restart_loop", "packet_loss"}
)  # fmt: skip


def _whether_up(look: Look, made: Investigation) -> Iterator[str]:
    """Answers "is it down?" before anything else is said about it."""
    if not asks_whether_up(look):
        return
    every = [*made.diagnosis.causes, *made.diagnosis.symptoms]
    wrong = [
        part
        for one in every
        for part in (one, *one.effects)
        if part.kind.id in _DOWN and part.active and _is_named(look, part)
    ]
    name = plain(look.focus.entities[0].name, 60)
    wants_down = re.search(
        r"\b(down|offline|broken|dead|unavailable|kaputt|tot|weg|ausgefallen)\b",
        look.question.folded,
    )
    if wrong:
        said = f"{plain(wrong[0].claim)}.{cited([wrong[0].findings[0].evidence])}"
        yield f"**{'Yes' if wants_down else 'No'}, {name} is down**: {said}\n\n"
        return
    keys = {name.casefold(), *(host.casefold() for host in look.focus.hosts)}
    good = [says for key in sorted(keys) for says, up in look.inventory.seen_up.get(key, []) if up]
    if good:
        yield (
            f"**{'No' if wants_down else 'Yes'}, {name} is up**: "
            f"{names([plain(one, 100) for one in good])}.{look.cite('identity')}\n\n"
        )


def _is_named(look: Look, one: Hypothesis) -> bool:
    asked = {entity.name.casefold() for entity in look.focus.entities}
    hosts = {host.casefold() for host in look.focus.hosts}
    subject = one.subject
    return subject.name.casefold() in asked or (
        subject.host.casefold() in hosts and (not subject.name or subject.host.casefold() in asked)
    )


def unknown_names(look: Look) -> Iterator[str]:
    """Says which names in the question are known nowhere, with the nearest."""
    if look.focus.named:
        return
    for unknown in look.focus.unknown[:3]:
        near = (
            f" Close to it: {names([plain(one, 60) for one in unknown.near])}."
            if unknown.near
            else ""
        )
        yield f"Nothing here is called {code(unknown.word, 60)}.{near}\n\n"


def gaps(look: Look) -> Iterator[str]:
    """Says what could not be checked."""
    lines = list(look.gaps)
    if look.caller.dropped:
        lines.append(f"the bound of tool calls left out {names(look.caller.dropped)}")
    if lines:
        yield "**Not checked**\n" + "".join(f"- {line}\n" for line in lines) + "\n"


def _with_cause(look: Look, made: Investigation, cause: Hypothesis) -> Iterator[str]:
    yield f"{_lead(look, cause)}{culprit(look, made)}\n\n"
    happening = _happening(look, cause)
    if happening:
        yield "**What is happening**\n" + _bullets(happening)
    against = _against(made, cause)
    yield "**Why**\n" + _bullets(
        [*(finding_line(one, look.now) for one in best_findings(cause)), *against]
    )
    detail = list(details(look, made))
    if detail:
        yield "**Closer look**\n" + _bullets(detail)
    affected = _affected(look, cause)
    if affected:
        yield f"**Affects**: {affected}\n\n"
    second = [
        one for one in made.diagnosis.causes[1:4] if one.confidence != "weak" or one.severity > 2
    ]
    if second:
        yield "**Also wrong, on its own**\n" + _bullets(
            [f"{plain(one.claim)}: {finding_line(best_findings(one, 1)[0], look.now)}"
             for one in second]
        )  # fmt: skip
    steps = steps_of(made.runbook, about=f"{cause.claim} {cause.kind.runbook}")
    if steps is not None:
        yield next_steps(steps)


def _lead(look: Look, cause: Hypothesis) -> str:
    began = since(cause.onset, look.now, open_start=cause.open_start, age=True)
    # The time in the sentence is that of the earliest finding, so that one is cited too.
    earliest = [one.evidence for one in cause.findings if one.onset == cause.onset][:1]
    ids = [*(one.evidence for one in best_findings(cause, 2)), *earliest]
    pool = look.inventory.pool_for(cause.subject) if "disk" in cause.kind.id else ""
    member = f", a member of pool {plain(pool)}," if pool else ""
    claim = plain(cause.claim)
    if pool:
        claim = claim.replace(plain(str(cause.subject)), f"{plain(str(cause.subject))}{member}")
    over = "" if cause.active else "; it is over by now"
    word = "Likely cause" if cause.confidence == "likely" else "Possible cause"
    yes = _YES_NO.match(look.question.folded)
    opening = "Yes. " if yes and _asks_whether_wrong(look) and not asks_whether_up(look) else ""
    lost = bool(look.focus.unknown) and not look.focus.named
    if (look.question.intent is Intent.OVERVIEW and not opening) or lost:
        word = "Most pressing here"
    effects = [one for one in cause.effects if one.connected]
    felt = _felt(effects)
    tail = f"; it explains {felt}" if felt else ""
    return f"{opening}**{word}: {claim}** {began}{over}{tail}.{cited(ids)}".replace(" .", ".")


def _asks_whether_wrong(look: Look) -> bool:
    return not re.search(
        r"\b(ok|okay|fine|well|all ?right|healthy|good|gut|ordnung|up|running|läuft)\b",
        look.question.folded,
    )


def _felt(effects: Sequence[Hypothesis]) -> str:
    kinds = [one.kind.says.replace("{subject}", "").strip() for one in effects]
    words = {
        "web_slow": "slow pages", "web_down": "pages that do not answer",
        "web_errors": "pages with errors", "io_wait": "waiting for storage",
        "nfs_trouble": "NFS mounts that do not answer", "service_errors": "errors in the logs",
        "storage_wait": "programs that wait for storage", "high_load": "high load",
        "backup_missing": "missing backups", "backup_failed": "failed backups",
        "target_down": "scrape targets that are down", "restart_loop": "a restart loop",
        "oom_kill": "out-of-memory kills", "pool_degraded": "the degraded pool",
        "lookup_errors": "failed name lookups", "tls_errors": "refused certificates",
        "guest_down": "stopped guests", "pool_full": "the full pool", "disk_slow": "slow disks",
        "cpu_steal": "guests without processor time", "checksum_errors": "checksum errors",
        "memory_exhausted": "exhausted memory", "certificate_expired": "expired certificates",
    }  # fmt: skip
    found = [words[one.kind.id] for one in effects if one.kind.id in words]
    return names(found, 4) if kinds else ""


def _happening(look: Look, cause: Hypothesis) -> list[str]:
    """Effects, those on what was asked for first."""
    hosts = set(look.focus.hosts)
    asked = {entity.name.casefold() for entity in look.focus.entities}

    def distance(one: Hypothesis) -> tuple[bool, bool, float]:
        named = one.subject.name.casefold() in asked or any(
            word in one.subject.name.casefold() for word in asked
        )
        return not named, one.subject.host not in hosts, one.kind.root

    chosen: list[Hypothesis] = []
    for one in sorted((one for one in cause.effects if one.connected), key=distance):
        if sum(other.kind is one.kind for other in chosen) < 2:
            chosen.append(one)
    return [
        f"{plain(one.claim)}: {finding_line(best_findings(one, 1)[0], look.now)}"
        for one in chosen[:MOST_EFFECTS]
    ]


def _against(made: Investigation, cause: Hypothesis) -> list[str]:
    lines: list[str] = []
    if len(cause.confirmed_by) == 1:
        only = next(iter(cause.confirmed_by))
        other = {"metric": "no log line and no alert", "log": "no metric and no alert",
                 "alert": "no metric and no log line"}.get(only, "nothing else")  # fmt: skip
        lines.append(f"Against it: {other} of its own confirms this")
    if not cause.active:
        lines.append("Against it: it no longer lasts")
    rival = next((one for one in made.diagnosis.causes[1:] if one.confidence == "likely"), None)
    if rival is not None and rival.score > cause.score - 0.1:
        lines.append(
            f"Against it: {plain(rival.claim)} as well{cited([rival.findings[0].evidence])}"
        )
    return lines


def _affected(look: Look, cause: Hypothesis) -> str:
    hosts = [one.subject.host or one.subject.name.partition("@")[0] for one in cause.effects]
    hosts = [host for host in hosts if host and host != cause.subject.host]
    if not hosts:
        return ""
    ids = [one.evidence for effect in cause.effects for one in effect.findings[:1]]
    return f"{names([plain(host, 60) for host in sorted(set(hosts))], 8)}{cited(ids[:3])}"


def _without_cause(look: Look, made: Investigation) -> Iterator[str]:
    weak = made.diagnosis.causes
    signs = [*weak[:3], *made.diagnosis.symptoms[:5]]
    first = signs[0]
    began = since(first.onset, look.now, open_start=first.open_start, age=True)
    said = f"{capital(plain(first.claim))} {began}".strip()
    yield f"**No confirmed cause.** {said}.{cited([first.findings[0].evidence])}\n\n"
    yield "**What is known**\n" + _bullets(
        [finding_line(best_findings(one, 1)[0], look.now) for one in signs]
    )
    if made.checked:
        yield f"**Checked**: {'; '.join(made.checked)}.\n\n"
    steps = steps_of(made.runbook, "checks")
    if steps is not None:
        yield next_steps(steps)


def _nothing_wrong(look: Look, made: Investigation) -> Iterator[str]:
    usable = [found for found in look.caller.made if found.ok]
    about = (
        f" about {names([plain(one.name, 60) for one in look.focus.entities])}"
        if look.focus.named
        else ""
    )
    if not usable:
        yield "**Nothing could be checked**, so there is no answer.\n\n"
        return
    healthy = look.question.intent is Intent.OVERVIEW and not _asks_whether_wrong(look)
    opening = "Yes, as far as can be seen: nothing" if healthy else "Nothing"
    if look.question.intent is Intent.WHY and look.focus.named:
        yield f"**No confirmed cause**: nothing is visibly wrong{about} in the time looked at.\n\n"
    else:
        yield f"**{opening} is visibly wrong{about}.**\n\n"
    if made.checked:
        yield "**Checked**\n" + _bullets([capital(line) for line in made.checked])


def _others(look: Look, made: Investigation) -> Iterator[str]:
    least = 0.15 if made.cause is not None else 0.0
    others = [
        one
        for one in made.diagnosis.others
        if one.severity >= 2 and one.active and one.kind.root > least
    ]
    if not others:
        return
    shown = [
        f"{plain(one.claim)} {since(one.onset, look.now, open_start=one.open_start)}".strip()
        + cited([one.findings[0].evidence])
        for one in others[:3]
    ]
    yield "**Also seen, with no visible connection**\n" + _bullets(shown)


def next_steps(steps: Steps) -> str:
    """The section with what to do."""
    where = f", section {plain(steps.heading)}" if steps.heading else ""
    if not steps.items:
        return (
            f"**What to do next**: see the runbook {plain(steps.title)} "
            f"(`sre runbooks show {steps.id}`).{steps.cite}\n\n"
        )
    command = f"`sre runbooks show {steps.id}`"
    title = f"{plain(steps.title)}{where}"
    head = f"**What to do next**, from the runbook {title} ({command}){steps.cite}\n"
    return head + "".join(f"{n}. {item}\n" for n, item in enumerate(steps.items, 1)) + "\n"


def _bullets(lines: Sequence[str]) -> str:
    return "".join(f"- {line}\n" for line in lines) + "\n"
