"""Writes a diagnosis as an answer: the conclusion first, then why, what it affects, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from sre_tui.agent.analyst.calls import MAX_CALLS
from sre_tui.agent.analyst.closer_look import culprit, details
from sre_tui.agent.analyst.coverage import bounded, tool_source
from sre_tui.agent.analyst.effects import (
    affected,
    effect_line,
    explained,
    happening,
    is_about_asked,
)
from sre_tui.agent.analyst.findings import Finding
from sre_tui.agent.analyst.investigation import Investigation, asks_whether_up
from sre_tui.agent.analyst.look import SETTINGS, Look
from sre_tui.agent.analyst.question import Intent
from sre_tui.agent.analyst.ranking import Hypothesis
from sre_tui.agent.analyst.runbook_steps import COVER, Steps, steps_of
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


def report(look: Look, made: Investigation) -> Iterator[str]:
    """The answer in pieces."""
    yield from unknown_names(look)
    yield from _whether_up(look, made)
    cause = made.cause
    if cause is not None:
        yield from _with_cause(look, made, cause)
    elif made.diagnosis.symptoms or made.diagnosis.causes:
        yield from _without_cause(look, made)
    elif not any(one.ok and not one.call.tool.startswith("runbook") for one in look.caller.made):
        yield from _nothing_checked(look, made)
    else:
        yield from _nothing_wrong(look, made)
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
        if part.kind.id in _DOWN and part.active and is_about_asked(look, part)
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
    """Says which data is old, and what could not be checked."""
    old = look.coverage.old(look.now)
    if old:
        yield f"**Old data**: {look.caller.counted(old)}\n\n"
    lines = [*look.coverage.missing(), *look.gaps]
    if look.caller.dropped:
        sources = list(dict.fromkeys(tool_source(tool) for tool in look.caller.dropped))
        bound = look.caller.counted(f"at most {MAX_CALLS} calls for one question")
        lines.append(f"further looks at {names(sources)} ({bound})")
    if lines:
        told = "".join(f"- {line}\n" for line in bounded(lines))
        yield f"**Not checked**\n{look.caller.counted(told)}\n"


def _with_cause(look: Look, made: Investigation, cause: Hypothesis) -> Iterator[str]:
    twins = [one for one in made.diagnosis.causes[1:] if one.claim == cause.claim]
    yield f"{_lead(look, cause)}{culprit(look, made)}\n\n"
    told = _different(
        [*best_findings(cause), *(one for twin in twins for one in best_findings(twin, 1))]
    )
    yield "**Why**\n" + _bullets(
        [*(finding_line(one, look.now) for one in told), *_against(made, cause)]
    )
    detail = list(details(look, made))
    if detail:
        yield "**Closer look**\n" + _bullets(detail)
    effects = [effect_line(one, look.now) for one in happening(look, cause)]
    if effects:
        yield "**What it brings about**\n" + _bullets(effects)
    touched = affected(look, cause)
    if touched:
        yield f"**Affects**: {touched}\n\n"
    second = [
        one
        for one in made.diagnosis.causes[1:4]
        if one not in twins and (one.confidence != "weak" or one.severity > 2)
    ]
    if second:
        yield "**Also wrong, on its own**\n" + _bullets(
            [effect_line(one, look.now) for one in second]
        )
    yield from _others(look, made)
    step = COVER if cause.kind.id == "backup_uncovered" else ""
    steps = steps_of(made.runbook, about=f"{cause.claim} {cause.kind.runbook}", first=step)
    if steps is not None:
        yield next_steps(steps)


def _different(findings: Sequence[Finding]) -> list[Finding]:
    """Without those that only say again what another one quotes."""
    return [
        one
        for one in findings
        if not any(one is not other and one.text in other.quote for other in findings)
    ]


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
    opening = ""
    if yes and not asks_whether_up(look):
        opening = "Yes. " if _asks_whether_wrong(look) else "No. "
    lost = bool(look.focus.unknown) and not look.focus.named
    if (look.question.intent is Intent.OVERVIEW and opening != "Yes. ") or lost:
        word = "Most pressing here"
    felt, shown = explained(look, cause)
    ids += [one.evidence for one in shown]
    tail = f"; it explains {felt}" if felt else ""
    return f"{opening}**{word}: {claim}** {began}{over}{tail}.{cited(ids)}".replace(" .", ".")


def _asks_whether_wrong(look: Look) -> bool:
    return not re.search(
        r"\b(ok|okay|fine|well|all ?right|healthy|good|gut|ordnung|up|running|läuft|intact|safe|"
        r"current|available|reachable|synchroni[sz]ed|working|stable)\b|\b(on|back|right)$",
        look.question.folded,
    )


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
    yield from _others(look, made)
    steps = steps_of(made.runbook, "checks")
    if steps is not None:
        yield next_steps(steps)


def _nothing_checked(look: Look, made: Investigation) -> Iterator[str]:
    """Says that there is nothing to answer from, and what to do about that."""
    if not look.configured:
        settings = names(list(SETTINGS.values())).replace(" and ", " or ")
        yield (
            f"**Nothing can be checked: no backend is configured.** Set {settings}; "
            "`sre config init` makes a settings file, and `sre --demo` shows a simulated homelab."
            "\n\n"
        )
    else:
        failed = names([plain(name) for name in look.coverage.failed])
        said = f": {failed} gave no answer" if failed else ""
        yield f"**Nothing could be checked**{said}. `sre doctor` tells what to mend.\n\n"
    steps = steps_of(made.runbook, "checks")
    if steps is not None:
        yield next_steps(steps)


def _nothing_wrong(look: Look, made: Investigation) -> Iterator[str]:
    about = (
        f" about {names([plain(one.name, 60) for one in look.focus.entities])}"
        if look.focus.named
        else ""
    )
    failed = names([plain(name) for name in look.coverage.failed])
    seen = " in what could be checked" if failed else ""
    healthy = look.question.intent is Intent.OVERVIEW and not _asks_whether_wrong(look)
    opening = "Yes, as far as can be seen: nothing" if healthy and not failed else "Nothing"
    unsure = look.question.vague and look.question.topics and not look.focus.named
    if unsure and look.question.intent is Intent.OVERVIEW:
        yield "**That question is not understood**, so this is no answer to it."
        yield " In what was checked instead no trouble shows."
    elif look.question.intent is Intent.WHY and look.focus.named:
        yield (
            f"**No confirmed cause**: nothing is visibly wrong{about}{seen} in the time looked at."
        )
    else:
        yield f"**{opening} is visibly wrong{about}{seen}.**"
    yield f" That is no all-clear: {failed} gave no answer.\n\n" if failed else "\n\n"
    if made.checked:
        yield "**Checked**\n" + _bullets([capital(line) for line in made.checked])
    yield from _others(look, made)


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
    examples = "; names in its commands are examples" if steps.has_commands else ""
    head = f"**What to do next**, from the runbook {title} ({command}{examples}){steps.cite}\n"
    return head + "".join(f"{n}. {item}\n" for n, item in enumerate(steps.items, 1)) + "\n"


def _bullets(lines: Sequence[str]) -> str:
    return "".join(f"- {line}\n" for line in lines) + "\n"
