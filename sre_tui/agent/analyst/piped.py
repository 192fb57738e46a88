"""Answers about text that was piped in: the telling lines, what they mean, what fits them here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.endings import gaps, next_steps
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.own import own_here
from sre_tui.agent.analyst.runbook_steps import Steps, fix_call, runbook_call, steps_of
from sre_tui.agent.analyst.telling_lines import LineGroup, group_lines
from sre_tui.agent.analyst.wording import capital, code, names, plain, since
from sre_tui.agent.analyst.zpool_text import NO_ERRORS, Member, PoolText, read_zpool
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.signs.alerts import alert_pattern
from sre_tui.views.human import count

SHOWN: Final = 8


_CONTAINER: Final = re.compile(r"\b(docker|containers?|podman|compose)\b", re.IGNORECASE)
_KERNEL: Final = re.compile(r"^\W*\d+\.\d{3,}\]|\bkernel: |\bsegfault at \w|\btraps: ")
_EXCEPTION: Final = re.compile(
    r"(\b[\w.$]*[a-z](?:Error|Exception)\b(?:: [^()\[\]]{3,70})?)"
    r"|(?i:\b(?:fatal|panic|critical|emerg|err(?:or)?|exception|failed)\b\]?[:\s]+([^:\s].{4,70}))"
)
"""What went wrong, in a line that nothing else is known of."""
_YES_OR_NO = ("any", "is ", "are ", "does ", "do ", "ist ", "gibt ")


async def answer_piped(look: Look) -> Iterator[str]:
    """The answer in pieces."""
    groups = group_lines(look.question.piped.splitlines())
    pools = read_zpool(look.question.piped.splitlines())
    calls = {"alerts": Call("grafana_get_alerts", {})}
    if pools:
        look.remedy = "" if all(pool.sound for pool in pools) else "pool_degraded"
        calls |= {"runbook": fix_call(look.remedy)} if look.remedy else {}
    elif groups and (call := _runbook(look, groups[0])) is not None:
        calls["runbook"] = call
    await look.ask(**calls)
    look.learn()
    return _write_pools(look, pools) if pools else _write(look, groups)


def _write_pools(look: Look, pools: Sequence[PoolText]) -> Iterator[str]:
    """What the output of ``zpool status`` says, the member to look at first."""
    hurt = [pool for pool in pools if not pool.sound]
    if not hurt:
        every = names([code(pool.name, 60) for pool in pools])
        yield f"**Nothing is wrong in it**: {every}, {pools[0].state.lower()}, no data errors.\n\n"
    else:
        yield f"**Found: {'; '.join(_pool_said(pool) for pool in hurt)}**.\n\n"
        for pool in hurt:
            about = [f"{code(one.name, 80)} is {one.state}" + _because(one) for one in pool.bad]
            about += [f"{title}: {code(said, 200)}" for title, said in (
                ("data errors", pool.errors), ("scan", pool.scan)) if said]  # fmt: skip
            yield f"**Pool {plain(pool.name, 60)}**\n" + _bulleted(about)
    related = _alerts_of(look, frozenset({"pool_degraded", "disk_failing", "disk_dead"}))
    if related and hurt:
        yield "**What fits it here**\n" + _bulleted(related)
    steps = _steps(look) if hurt else None
    if steps is not None:
        yield next_steps(steps)
    yield from gaps(look)


def _steps(look: Look) -> Steps | None:
    return steps_of(look.found.get("runbook"), kind=look.remedy, own=own_here(look))


def _because(member: Member) -> str:
    why = ", ".join(part for part in (member.errors, plain(member.note, 80)) if part)
    return f": {why}" if why else ""


def _pool_said(pool: PoolText) -> str:
    state = f"pool {code(pool.name, 60)} is {pool.state}"
    disks = [f"{code(one.name, 80)} is {one.state}{_because(one)}" for one in pool.bad[:2]]
    data = "" if pool.errors in ("", NO_ERRORS) else f"data is damaged ({code(pool.errors, 120)})"
    return "; ".join(part for part in (*disks, state, data) if part)


def _bulleted(lines: Sequence[str]) -> str:
    return "".join(f"- {line}\n" for line in lines) + "\n"


def _write(look: Look, groups: Sequence[LineGroup]) -> Iterator[str]:
    amount = "piped text"
    serious = [one for one in groups if one.sign.severity is not Severity.NOTE]
    if not groups:
        lines = look.caller.counted(count(len(look.question.piped.splitlines()), "line"))
        yield (
            f"**No sign of trouble that I know is in the {amount}** ({lines}). That is no "
            "all-clear: it is searched for known log lines of kernel, disks, services, containers "
            "and networks.\n\n"
        )
    else:
        worst = groups[0]
        what = names(
            [_title(one) for one in groups if one.sign.severity is worst.sign.severity][:3]
        )
        asked = look.question.text.lower().lstrip()
        found = "Yes" if asked.startswith(_YES_OR_NO) else "Found"
        word = found if serious else "Perhaps"
        yield f"**{word}: {what}** in the {amount}.\n\n"
        yield "**Telling lines**\n" + "".join(
            f"- {_title(one)}, {look.caller.counted(count(one.count, 'line'))}: "
            f"{code(one.example, 200)}\n"
            for one in groups[:SHOWN]
        ) + "\n"  # fmt: skip
        meaning = [_meaning(one) for one in serious[:3]]
        if meaning:
            yield "**What it means**\n" + "".join(f"- {line}\n" for line in meaning) + "\n"
    related = _related(look, groups)
    if related:
        yield "**What fits it here**\n" + "".join(f"- {line}\n" for line in related) + "\n"
    steps = _steps(look) if serious else None
    if steps is not None:
        yield next_steps(steps)
    yield from gaps(look)


def _runbook(look: Look, group: LineGroup) -> Call | None:
    """The search for what to do about such lines; None where no runbook helps."""
    text = look.question.piped
    if group.pattern.id == "port_taken" and group.subject != ":53":
        # The pattern's own runbook means a name server, the one case with a runbook of its own.
        about = "service or container does not start, port already in use: fix"
        return runbook_call(about) if _CONTAINER.search(text) else None
    by_kernel = _KERNEL.search(group.example) and not _CONTAINER.search(group.example)
    if by_kernel and group.pattern.runbook.startswith("container"):
        # It speaks of programs of the host itself, which no restarted container mends.
        return None
    if not group.pattern.runbook:
        return None
    look.remedy = group.pattern.id
    return fix_call(look.remedy, group.sign.title)


def _title(group: LineGroup) -> str:
    subject = group.subject
    if not subject and (group.pattern.id == "service_errors" or group.sign.vague):
        named = _EXCEPTION.search(group.example)
        subject = next((part for part in named.groups() if part), "").strip() if named else ""
    return f"{group.sign.title}{f' ({code(subject, 80)})' if subject else ''}"


def _meaning(group: LineGroup) -> str:
    if group.pattern.id == "port_taken":
        port = group.subject.lstrip(":")
        on = f"port {code(port, 10)}" if port else "its port"
        shows = code(f"ss -ltnp 'sport = :{port}'" if port else "ss -ltnp", 60)
        return f"A program does not start because another one has {on}: {shows} shows which"
    subject = code(group.subject, 60) or "this machine"
    said = group.pattern.claim
    if group.subject:
        # A line names the program, where what is measured names its machine.
        said = said.replace("a program on {subject}", "the program {subject}")
    claim = capital(said.format(subject=subject))
    return ": ".join(part for part in (claim, group.pattern.why.rstrip(".")) if part)


def _related(look: Look, groups: Sequence[LineGroup]) -> list[str]:
    """Active alerts of the same kinds, or of what these bring about."""
    return _alerts_of(
        look, {group.pattern.id for group in groups if group.sign.severity is not Severity.NOTE}
    )


def _alerts_of(look: Look, kinds: Collection[str]) -> list[str]:
    alerts = look.found.get("alerts")
    if alerts is None or not alerts.ok:
        return []
    patterns = bundled()
    wider = set(kinds) | {name for kind in kinds for name in patterns[kind].brings}
    found = [
        alert
        for alert in look.inventory.alerts
        if alert.state.active and not alert.silenced
        and (pattern := alert_pattern(alert, patterns)) is not None and pattern.id in wider
    ]  # fmt: skip
    if not found and kinds:
        return [f"no active alert is about this{alerts.cite}"]
    return [
        f"alert {plain(one.name, 80)} is {one.state.value.replace('_', ' ')}"
        f"{f' for {plain(one.host, 60)}' if one.host else ''} {since(one.active_at, look.now)}"
        f"{alerts.cite}"
        for one in found[:4]
    ]
