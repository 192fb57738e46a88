"""Answers who tries to log in: failed logins by address, and whether one of these got in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from providers.loki import LogEntry
from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.look import Look, window_arguments
from sre_tui.agent.analyst.matchers import stream_selector
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.question import Intent
from sre_tui.agent.analyst.regarding import CLOSED
from sre_tui.agent.analyst.wording import capital, clock_time, names, plain
from sre_tui.tools.loki_data import LogListing
from sre_tui.views.human import count

WINDOW: Final = timedelta(hours=6)
"""How far back is looked where no time is named."""
LONGEST: Final = timedelta(days=7)
MOST_LINES: Final = 5000
SHOWN: Final = 3
"""Addresses that are named in a sentence."""
_FAILED: Final = (
    "(?i)authentication failure|failed password|invalid user|login failed|failed login|"
    "maximum authentication attempts|closed by authenticating user|invalid credentials"
)
_ACCEPTED: Final = "(?i)accepted (password|publickey|keyboard-interactive)|successful auth for user"
_ADDRESS: Final = re.compile(
    r"(?<![\w.])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]{4,})(?![\w.])"
)
_USER: Final = re.compile(r"\bfor (?:user )?'?(?P<user>[\w.@-]+)")
_OWN: Final = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7",
                     "fe80::/10", "100.64.0.0/10"))
)  # fmt: skip
"""Networks that are nobody's on the internet."""
_NOWHERE: Final = "no address told"
_TRIES: Final = re.compile(
    r"^(?!.*\b(?:can|could|cannot|can't|cant|couldn't|able|nobody|no ?one|slow\w*|page|sso|not|"
    r"i|we|my|me|our|us|gets?|getting|ich|wir|why|warum|how (?:do|can|to))\b).*(?:"
    r"\b(?:try\w*|tries|tried|attempt\w*|brute|guess\w*|versucht?)\b.*"
    r"\b(?:log(?:ging|s|ged)? ?(?:in|on)|logins?|ssh|passwords?|anzumelden|einzuloggen)\b"
    r"|\b(?:failed|wrong) (?:ssh )?logins?\b|\blogin attempts?\b|\bbrute[ -]?forc\w*"
    r"|\b(?:someone|somebody|anyone|anybody|jemand)\b.*\b(?:break|breaking|broke) in(?:to)?\b)"
)
_ATTACKED: Final = re.compile(
    r"\b(?:hack(?:ed|ing|ers?)|attack(?:ed|ing|ers?)|compromised|intru\w*)\b"
)
_NOT_ASKED: Final = frozenset({Intent.RUNBOOK, Intent.ACT, Intent.HELP, Intent.EXPLAIN_ALERT})


@dataclass(frozen=True)
class _Logins:
    """What the logs tell of logins.

    Attributes:
        failed: by address.
        lines: how many failed, those without an address too.
        where: how many failed by machine and program.
        accepted: by address.
        users: who got in from an address.
        more: whether there are more lines than were read.
        since: when the window begins.
        cites: of what failed and what got in.
    """

    failed: Counter[str]
    lines: int
    where: Counter[str]
    accepted: Counter[str]
    users: dict[str, set[str]]
    more: bool
    since: datetime
    cites: tuple[str, str]

    @property
    def got_in(self) -> list[str]:
        """Addresses that failed and got in, and are not of the own network."""
        return sorted(one for one in self.failed if one in self.accepted and not _is_own(one))


async def tell_logins(look: Look) -> Iterator[str] | None:
    """Who tries to log in; None if that is not asked, or no log can be read."""
    if look.question.intent in _NOT_ASKED or not _TRIES.search(look.question.folded):
        return None
    found = await _read(look)
    if found is None:
        return None
    word = "Yes: " if CLOSED.match(look.question.folded) else ""
    failed = found.cites[0]
    if not found.lines:
        word = "No: " if word else ""
        since = clock_time(found.since, look.now)
        said = f"no failed login since {since} is in the logs**.{failed} {capital(_inside(found))}"
        return told(look, Opening(word, said), ("Got in", _let_in(found)))
    lead = Opening(word, f"{_tried(look, found)}**; {_inside(found)}")
    by = [f"{plain(one, 60)}: {amount}{failed}" for one, amount in found.failed.most_common()]
    at = [f"{plain(one, 80)}: {amount}{failed}" for one, amount in found.where.most_common()]
    return told(
        look, lead, ("By address", by[: SHOWN * 2]), ("Where", at), ("Got in", _let_in(found))
    )


async def login_lead(look: Look) -> str:
    """A paragraph on logins for who fears an attack; empty if that is not asked or not told."""
    if not _ATTACKED.search(look.question.folded):
        return ""
    found = await _read(look)
    if found is None:
        return ""
    said = _tried(look, found) if found.lines else "no failed login is in the logs"
    return look.caller.counted(f"**Logins**: {said}; {_inside(found)}")


async def _read(look: Look) -> _Logins | None:
    if not look.caller.offers("loki_query_logs"):
        return None
    await look.discover("logs", "identity")
    scope = look.question.scope
    length = min(scope.end - scope.start, LONGEST) if scope.said else WINDOW
    end = scope.end if scope.said else look.now
    window = {**window_arguments(length, end, look.now), "limit": MOST_LINES}
    hosts = [one.name for one in look.focus.of(EntityKind.HOST)]
    label = look.inventory.host_label
    stream = stream_selector(label, hosts) if hosts else look.all_streams()
    found = await look.ask(
        failed=Call("loki_query_logs", {"query": f"{stream} |~ `{_FAILED}`", **window}),
        accepted=Call("loki_query_logs", {"query": f"{stream} |~ `{_ACCEPTED}`", **window}),
    )
    failed, accepted = _lines(found["failed"]), _lines(found["accepted"])
    if failed is None or accepted is None:
        return None
    users: dict[str, set[str]] = {}
    for one in accepted.items:
        if match := _USER.search(one.line):
            users.setdefault(_address(one) or _NOWHERE, set()).add(match["user"])
    return _Logins(
        failed=Counter(filter(None, map(_address, failed.items))),
        lines=len(failed.items),
        where=Counter(f"{one.host or '?'}, {one.service or '?'}" for one in failed.items),
        accepted=Counter(_address(one) or _NOWHERE for one in accepted.items),
        users=users,
        more=failed.truncated,
        since=end - length,
        cites=(found["failed"].cite, found["accepted"].cite),
    )


def _lines(found: Found) -> LogListing | None:
    return found.data(LogListing)


def _address(entry: LogEntry) -> str:
    """The address a login came from; empty if the line has none."""
    found = _ADDRESS.search(entry.line)
    try:
        return str(ip_address(found.group())) if found is not None else ""
    except ValueError:
        return ""


def _is_own(address: str) -> bool:
    try:
        own = ip_address(address)
    except ValueError:
        return False
    return any(own in network for network in _OWN)


def _tried(look: Look, found: _Logins) -> str:
    amount = f"more than {found.lines}" if found.more else str(found.lines)
    since = clock_time(found.since, look.now)
    whose = ""
    if found.failed:
        told_of = [f"{one} ({n})" for one, n in found.failed.most_common(SHOWN)]
        left = len(found.failed) - len(told_of)
        more = f" and {count(left, 'more address', 'more addresses')}" if left else ""
        whose = f", from {names(told_of) if not left else ', '.join(told_of)}{more}"
    return f"{amount} logins failed since {since}{whose}"


def _inside(found: _Logins) -> str:
    """Whether somebody got in."""
    failed, accepted = found.cites
    if found.got_in:
        who = names([plain(one, 60) for one in found.got_in])
        return f"**{who} failed and got in as well**.{failed}{accepted}"
    outside = sorted(one for one in found.accepted if one != _NOWHERE and not _is_own(one))
    if outside:
        who = names([plain(one, 60) for one in outside])
        return f"from outside only {who} got in, without failing before.{failed}{accepted}"
    if not found.accepted:
        return f"no login that succeeded is in the logs.{failed}{accepted}"
    own = sum(found.accepted.values()) - found.accepted[_NOWHERE]
    said = [f"{count(own, 'login')} from own addresses"] if own else []
    if untold := found.accepted[_NOWHERE]:
        said.append(f"{count(untold, 'login')} of which no address is told")
    return f"none of them got in: what succeeded were {names(said)}.{failed}{accepted}"


def _let_in(found: _Logins) -> Sequence[str]:
    lines = []
    for address, amount in found.accepted.most_common():
        who = names([plain(one, 40) for one in sorted(found.users.get(address, ()))])
        lines.append(
            f"{plain(address, 60)}: {amount}{f', as {who}' if who else ''}{found.cites[1]}"
        )
    return lines


__all__ = ["login_lead", "tell_logins"]
