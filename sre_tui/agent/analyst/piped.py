"""Answers about text that was piped in: the telling lines, what they mean, what fits them here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sre_tui.agent.analyst.alert_findings import from_alerts
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.findings import Finding
from sre_tui.agent.analyst.kinds import KINDS
from sre_tui.agent.analyst.log_lines import LineGroup, group_lines
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.report import gaps, next_steps
from sre_tui.agent.analyst.runbook_steps import fix_call, steps_of
from sre_tui.agent.analyst.wording import capital, cited, code, names, plain, since
from sre_tui.views.human import count

SHOWN: Final = 8


_YES_OR_NO = ("any", "is ", "are ", "does ", "do ", "ist ", "gibt ")


async def answer_piped(look: Look) -> Iterator[str]:
    """The answer in pieces."""
    groups = group_lines(look.question.piped.splitlines())
    calls = {"alerts": Call("grafana_get_alerts", {})}
    if groups:
        calls["runbook"] = fix_call(_runbook_query(groups[0]))
    await look.ask(**calls)
    look.learn()
    return _write(look, groups)


def _write(look: Look, groups: Sequence[LineGroup]) -> Iterator[str]:
    amount = "piped text"
    serious = [one for one in groups if one.line_kind.severity >= 2]
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
            [_title(one) for one in groups if one.line_kind.severity == worst.line_kind.severity][
                :3
            ]
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
    steps = steps_of(look.found.get("runbook")) if serious else None
    if steps is not None:
        yield next_steps(steps)
    yield from gaps(look)


def _runbook_query(group: LineGroup) -> str:
    query = KINDS[group.line_kind.kind].runbook
    if group.line_kind.kind == "port_taken" and group.subject != ":53":
        # The kind's own query means a name server, the one case with a runbook of its own.
        return "service or container does not start, port already in use"
    return query


def _title(group: LineGroup) -> str:
    return f"{group.line_kind.title}{f' ({code(group.subject, 60)})' if group.subject else ''}"


def _meaning(group: LineGroup) -> str:
    kind = KINDS[group.line_kind.kind]
    subject = code(group.subject, 60) or "this machine"
    return capital(kind.says.format(subject=subject))


def _related(look: Look, groups: Sequence[LineGroup]) -> list[str]:
    """Active alerts of the same kinds, or of what these bring about."""
    alerts = look.found.get("alerts")
    if alerts is None or not alerts.ok:
        return []
    kinds = {group.line_kind.kind for group in groups if group.line_kind.severity >= 2}
    wider = kinds | {name for kind in kinds for name in KINDS[kind].brings}
    found: list[Finding] = [
        one
        for one in from_alerts(look.inventory.alerts, alerts.id, look.inventory)
        if one.kind in wider
    ]
    if not found and kinds:
        return [f"no active alert is about this{alerts.cite}"]
    return [
        f"{plain(one.text)} for {plain(str(one.subject), 80)} {since(one.onset, look.now)}"
        f"{cited([one.evidence])}"
        for one in found[:4]
    ]
