"""Answers whether the backups worked: of which guests, when last, and what says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from providers.clock import age_in_words
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.endings import gaps
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.own import own_here
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.runbook_steps import fix_call, steps_of
from sre_tui.agent.analyst.wording import both_ends, clock_time, code, names, plain
from sre_tui.diagnosis.checks.coverage import MEANT
from sre_tui.tools.loki_data import LogListing
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.views.human import count, percent

FRESH: Final = timedelta(hours=36)
"""A daily backup that is older has been missed."""
EVENING: Final = timedelta(hours=4)
"""How long before the night a nightly job may begin."""
LONGEST: Final = timedelta(days=3)
NEARLY_FULL: Final = 0.9
LISTED: Final = 12
_BAD: Final = re.compile(
    r"^(?!.*\b(which|who|welche)\b).*\b(fail\w*|missing|missed|broken|wrong|error\w*|kaputt|"
    r"fehlgeschlagen|stale|outdated)\b"
)
_LATEST: Final = re.compile(
    r"\b(when|wann|how old|wie alt|how long ago)\b|^(the )?(last|latest|newest|letzte\w*) "
)
_WHICH: Final = re.compile(r"^(which|what|who|welche\w*|list|show)\b")
_FAILED_LINES: Final = r"(?i)(backup (of|job|failed)|vzdump|sync job|verif).*(fail|error|abort)"

_JOBLESS: Final = f"pve_not_backed_up_info and on (id) pve_guest_info{{{MEANT}}}"
"""One series for each guest in no job, none while there is no such guest."""


@dataclass(frozen=True)
class _Guest:
    name: str
    newest: datetime | None
    verified: bool | None
    """None if it is not told."""

    def line(self, now: datetime) -> str:
        if self.newest is None:
            return f"{plain(self.name, 60)}: no backup is known"
        age = age_in_words((now - self.newest).total_seconds())
        state = {True: ", verified", False: ", **not verified**", None: ""}[self.verified]
        name = plain(self.name, 60)
        return f"{name}: newest backup {clock_time(self.newest, now)} ({age} ago){state}"


async def tell_backups(look: Look) -> Iterator[str]:
    """Whether the guests have a backup of the time asked about."""
    scope = look.question.scope
    begin = scope.start - EVENING if scope.said else look.now - FRESH
    logs = stream = None
    if look.caller.offers("loki_query_logs"):
        since = min(look.now - begin, LONGEST)
        stream = f'{look.all_streams()} |~ "{_FAILED_LINES}"'
        logs = {
            "query": stream,
            "since": f"{max(1, int(since.total_seconds() // 60))}m",
            "limit": 30,
        }
    calls = {
        "newest": Call(INSTANT, {"query": "pbs_snapshot_vm_last_timestamp", "limit": 1000}),
        "verified": Call(INSTANT, {"query": "pbs_snapshot_vm_last_verify", "limit": 1000}),
        "stores": Call(INSTANT, {"query": "pbs_used / pbs_size"}),
        "jobless": Call(INSTANT, {"query": _JOBLESS, "limit": 1000}),
        **({"failures": Call("loki_query_logs", logs)} if logs else {}),
    }
    found = await look.ask(**calls)
    guests = _guests(look, found)
    missed = [one for one in guests if one.newest is None or one.newest < begin]
    if missed or any(one.verified is False for one in guests):
        await look.ask(runbook=fix_call("backup_missing" if missed else "backup_unverified"))
    return _backups(look, found, guests, missed, begin)


def _guests(look: Look, found: Mapping[str, Found]) -> list[_Guest]:
    newest = found["newest"].data(InstantValues)
    verify = found["verified"].data(InstantValues)
    verified = (
        {one.labels.get("vm_name", ""): bool(one.value) for one in verify.items} if verify else {}
    )
    at: dict[str, datetime] = {}
    for sample in newest.items if newest is not None else ():
        name = sample.labels.get("vm_name") or sample.labels.get("vm_id", "?")
        if sample.value:
            moment = datetime.fromtimestamp(sample.value, UTC)
            at[name] = max(at.get(name, moment), moment)
    known = set(at) | (set(look.inventory.node_of) if at else set())
    wanted = set(look.focus.hosts)
    made = [_Guest(name, at.get(name), verified.get(name)) for name in sorted(known)]
    return [one for one in made if not wanted or one.name in wanted]


def _backups(
    look: Look, found: Mapping[str, Found], guests: Sequence[_Guest], missed: Sequence[_Guest],
    begin: datetime,
) -> Iterator[str]:  # fmt: skip
    tell = look.caller.counted
    cite, folded = found["newest"].cite, look.question.folded
    if not guests:
        who = (
            f" of {names([plain(one, 60) for one in look.focus.hosts])}" if look.focus.hosts else ""
        )
        lines = _failed_lines(look, found)
        looked = f" (looked for {code('pbs_snapshot_vm_last_timestamp')})" if cite else ""
        yield f"**Unknown: no metric tells of backups{who}**{looked}.{cite}\n\n"
        yield from _section("What the logs say", lines)
        yield from gaps(look)
        return
    yield tell(_verdict(look, guests, missed, begin, cite)) + "\n\n"
    bad = [one for one in guests if one.verified is False and one not in missed]
    shown = missed or (guests if _LATEST.search(folded) or look.focus.hosts else ())
    every = sorted(shown, key=lambda one: one.newest or datetime.min.replace(tzinfo=UTC))
    cites = cite + found["verified"].cite
    lines = [f"{tell(one.line(look.now))}{cites}" for one in every[:LISTED]]
    if len(every) > LISTED:
        lines.append(f"and {tell(str(len(every) - LISTED))} more{cite}")
    yield from _section("Missed" if missed else "Newest backups", lines)
    yield from _section("Not verified", [tell(one.line(look.now)) + cites for one in bad[:LISTED]])
    yield from _section("What says why" if missed else "Also seen", [
        *_stores(found["stores"]), *_failed_lines(look, found), *_alerts(look), *_jobless(found),
    ])  # fmt: skip
    kind = "backup_missing" if missed else "backup_unverified"
    steps = steps_of(look.found.get("runbook"), kind=kind, own=own_here(look))
    if steps is not None and (missed or bad):
        from sre_tui.agent.analyst.endings import next_steps

        yield next_steps(steps)
    yield from gaps(look)


def _verdict(
    look: Look, guests: Sequence[_Guest], missed: Sequence[_Guest], begin: datetime, cite: str
) -> str:
    now, folded = look.now, look.question.folded
    dated = [one for one in guests if one.newest is not None]
    last = max(
        (one for one in dated if one.newest), key=lambda one: one.newest or now, default=None
    )
    good = f"the last good one is of {clock_time(last.newest, now)}" if last and last.newest else (
        "no good one is known"
    )  # fmt: skip
    start = clock_time(begin, now)
    asks_bad = re.search(_BAD, folded) is not None
    if _LATEST.search(folded) and last is not None and last.newest is not None:
        age = age_in_words((now - last.newest).total_seconds())
        who = f" of {plain(last.name, 60)}"
        return f"**The newest backup{who} is of {clock_time(last.newest, now)}** ({age} ago).{cite}"
    every = count(len(guests), "guest")
    if missed:
        word = "These" if _WHICH.search(folded) else "Yes" if asks_bad else "No"
        share = f"all {every}" if len(missed) == len(guests) else f"{len(missed)} of {every}"
        have = "have" if len(missed) > 1 else "has"
        who = "" if len(guests) == 1 else f"{share} {have} no backup since {start}: "
        listed = names([plain(one.name, 60) for one in missed], 10)
        if len(guests) == 1:
            listed = f"{listed} has no backup since {start}"
        return Opening(f"{word}: ", f"{who}{listed}**; {good}.{cite}")
    lacking = _WHICH.search(folded) and re.search(r"\b(no|not|without|fail\w*|miss\w*)\b", folded)
    word = "None" if lacking else "No" if asks_bad else "Yes"
    who = f"all {every} have a backup" if len(guests) > 1 else (
        f"{plain(guests[0].name, 60)} has a backup"
    )  # fmt: skip
    first = min(one.newest for one in dated if one.newest)
    assert last is not None
    assert last.newest is not None
    span = f"of {clock_time(last.newest, now)}" if len(guests) == 1 else (
        "made between {} and {}".format(*both_ends(first, last.newest, now))
    )  # fmt: skip
    unverified = [one for one in guests if one.verified is False]
    but = f", but {len(unverified)} of them did not verify" if unverified else ""
    return Opening(f"{word}: ", f"{who}{but}**, {span}.{cite}")


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"**{title}**\n" + "".join(f"- {line}\n" for line in lines) + "\n"


def _stores(found: Found) -> list[str]:
    data = found.data(InstantValues)
    return [
        f"datastore {plain(one.labels.get('datastore', '?'), 60)} is "
        f"{percent(one.value)} full{found.cite}"
        for one in (data.items if data is not None else ())
        if one.value is not None and one.value >= NEARLY_FULL
    ]


def _failed_lines(look: Look, found: Mapping[str, Found]) -> list[str]:
    logs = found.get("failures")
    data = logs.data(LogListing) if logs is not None else None
    if logs is None or data is None:
        return []
    wanted = {host.casefold() for host in look.focus.hosts}
    by_service: dict[str, list[str]] = {}
    for entry in data.items:
        if wanted and not any(name in entry.line.casefold() for name in wanted):
            continue
        by_service.setdefault(entry.service or "?", []).append(
            f"{clock_time(entry.at, look.now)} {code(entry.line, 160)}"
        )
    return [
        f"{plain(service, 40)} logged at {lines[0]}{logs.cite}"
        for service, lines in list(by_service.items())[:3]
    ]


def _alerts(look: Look) -> list[str]:
    active: dict[str, int] = {}
    for one in look.inventory.alerts:
        if one.state.active and re.search(r"(?i)backup|pbs|datastore|vzdump", one.name):
            active[one.name] = active.get(one.name, 0) + 1
    return [
        f"alert {plain(name, 60)} is active"
        + (f" {look.caller.counted(count(number, 'time'))}" if number > 1 else "")
        + look.cite("alerts")
        for name, number in active.items()
    ][:4]


def _jobless(found: Mapping[str, Found]) -> list[str]:
    data = found["jobless"].data(InstantValues)
    total = len(data.items) if data is not None else 0
    return [f"{count(total, 'guest')} in no backup job{found['jobless'].cite}"] if total else []


__all__ = ["tell_backups"]
