"""The built-in analyst: understands a question, runs the tools, and answers from what they say."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from itertools import chain
from typing import Final

from sre_tui.agent.analyst import amounts, backups, listed, lookups, requests, series_answers
from sre_tui.agent.analyst.answers.alert import explain_alert
from sre_tui.agent.analyst.answers.away import tell_away
from sre_tui.agent.analyst.answers.backend_up import tell_backend_up
from sre_tui.agent.analyst.answers.backup_jobs import tell_backup_jobs
from sre_tui.agent.analyst.answers.backup_sizes import tell_backup_sizes
from sre_tui.agent.analyst.answers.backup_times import tell_backup_times
from sre_tui.agent.analyst.answers.capacity import tell_capacity
from sre_tui.agent.analyst.answers.changes import CHANGES, show_changes
from sre_tui.agent.analyst.answers.condition import tell_condition
from sre_tui.agent.analyst.answers.coverage import tell_coverage
from sre_tui.agent.analyst.answers.dataset_space import tell_dataset_space
from sre_tui.agent.analyst.answers.datasets import tell_datasets
from sre_tui.agent.analyst.answers.datastores import tell_datastores
from sre_tui.agent.analyst.answers.facts import known_facts
from sre_tui.agent.analyst.answers.first_step import tell_first_step
from sre_tui.agent.analyst.answers.guest_config import tell_autostart, tell_guest_config
from sre_tui.agent.analyst.answers.guest_state import tell_guest_state
from sre_tui.agent.analyst.answers.held_backups import tell_held_backups
from sre_tui.agent.analyst.answers.held_disks import tell_held_disks
from sre_tui.agent.analyst.answers.high_availability import tell_ha
from sre_tui.agent.analyst.answers.journal import recorded, tell_history
from sre_tui.agent.analyst.answers.killed import tell_killed
from sre_tui.agent.analyst.answers.leads import lead_of
from sre_tui.agent.analyst.answers.locks import tell_locks
from sre_tui.agent.analyst.answers.logins import tell_logins
from sre_tui.agent.analyst.answers.lost_disks import tell_lost_disk
from sre_tui.agent.analyst.answers.mounts import tell_mounted
from sre_tui.agent.analyst.answers.name_servers import tell_name_servers
from sre_tui.agent.analyst.answers.nas import tell_apps, tell_nas
from sre_tui.agent.analyst.answers.nodes import tell_nodes
from sre_tui.agent.analyst.answers.normal import tell_normal
from sre_tui.agent.analyst.answers.past_alerts import tell_past_alerts
from sre_tui.agent.analyst.answers.past_report import tell_report
from sre_tui.agent.analyst.answers.pending_updates import tell_pending_updates
from sre_tui.agent.analyst.answers.pools import tell_pools
from sre_tui.agent.analyst.answers.power_states import tell_power_states
from sre_tui.agent.analyst.answers.pressure import resource_of, tell_pressure
from sre_tui.agent.analyst.answers.protection import tell_protection
from sre_tui.agent.analyst.answers.proxmox_facts import tell_proxmox_fact
from sre_tui.agent.analyst.answers.report_archive import tell_report_archive
from sre_tui.agent.analyst.answers.report_plan import tell_report_plan
from sre_tui.agent.analyst.answers.restarted import tell_restarted
from sre_tui.agent.analyst.answers.second_hand import tell_second_hand
from sre_tui.agent.analyst.answers.shares import tell_shares
from sre_tui.agent.analyst.answers.stopping import tell_stopping
from sre_tui.agent.analyst.answers.swap_use import tell_swap
from sre_tui.agent.analyst.answers.tasks import tell_tasks
from sre_tui.agent.analyst.answers.told import Attempt, cannot_tell, rather
from sre_tui.agent.analyst.answers.unanswered import say_unanswered
from sre_tui.agent.analyst.answers.unseen import honest
from sre_tui.agent.analyst.answers.updates import tell_updates
from sre_tui.agent.analyst.answers.ups import tell_supply
from sre_tui.agent.analyst.answers.verifications import tell_verifications
from sre_tui.agent.analyst.answers.versions import tell_versions
from sre_tui.agent.analyst.calls import MAX_CALLS, Caller, Runner
from sre_tui.agent.analyst.diagnose import concluded, diagnose
from sre_tui.agent.analyst.fact_questions import asks_a_fact, speaks_of_state
from sre_tui.agent.analyst.intent import understand
from sre_tui.agent.analyst.known import about_known, not_known, nothing_known, or_strangers
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.lookup import Handler, Lookup, handler_for
from sre_tui.agent.analyst.nicknames import with_meanings
from sre_tui.agent.analyst.piped import answer_piped
from sre_tui.agent.analyst.quantities import INSTANT, quantity_of
from sre_tui.agent.analyst.question import Intent, Question
from sre_tui.agent.analyst.report import report
from sre_tui.agent.analyst.wording import SIGNATURE, names, plain
from sre_tui.agent.analyst_protocol import AnalystTask
from sre_tui.diagnosis.language.vocabulary import key_words, put_right


async def _investigated(look: Look) -> Iterator[str]:
    """What is wrong with what the question is about; nothing if it is about nothing known."""
    found = await diagnose(look)
    made = concluded(found)
    if (made is None or not made.focus) and look.question.named:
        await look.discover(*_EVERYWHERE)
        if not look.question.topics and await nothing_known(look):
            return not_known(look)
    facts: list[str] = []
    asks = look.question.candidates or look.question.topics
    if made is not None and made.verdict in _OPEN and asks:
        facts = await known_facts(look, quiet=made.verdict in ("nothing_wrong", "unknown"))
    return report(look, found, facts=facts, lead=await lead_of(look))


async def _overview(look: Look) -> Iterator[str]:
    """Words that say nothing of what is wanted are an overview of what they name."""
    question = look.question
    if _OF_A_REBOOT.search(question.folded):
        await look.discover(*_EVERYWHERE)
        return await say_unanswered(look) or await requests.say_what_it_does(look)
    if question.vague:
        await look.discover(*_EVERYWHERE)
        if await nothing_known(look):
            return not_known(look)
        known = look.focus.entities or question.topics
        told = len(question.text.split()) >= DESCRIPTION
        if asks_a_fact(question.folded):
            if quantity_of(question.folded) is not None and look.caller.offers(INSTANT):
                return await amounts.amount(look)
            return await say_unanswered(look) or await requests.say_what_it_does(look)
        if not (known or told):
            return await requests.say_what_it_does(look)
        if known and _names_a_quantity(look):
            return await amounts.amount(look)
    return await _investigated(look)


def _names_a_quantity(look: Look) -> bool:
    """Whether the few words are of a thing and what is measured of it, as in "pve2 uptime"."""
    folded = look.question.folded
    short = len(folded.split()) < DESCRIPTION and look.caller.offers(INSTANT)
    # That a page loads is a state, and the load of a machine a figure.
    state = speaks_of_state(re.sub(r"\bload$", "", folded).strip())
    return short and quantity_of(folded) is not None and not state


async def _pressed(look: Look) -> Iterator[str]:
    topic = resource_of(look)
    return await (_investigated(look) if topic is None else tell_pressure(look, topic))


async def _not_possible(look: Look) -> Iterator[str]:
    """Says that the backend for this is missing; asks nobody."""
    return iter([f"**This cannot be answered here**: {'; '.join(look.gaps)}.\n\n"])


_EVERYWHERE: Final = ("identity", "targets", "alerts", "logs")
_METRICS: Final = ("identity", "targets")
_BACKUP_METRICS: Final = about_known(backups.tell_backups, "identity", "targets", "alerts")


async def _datastore_metrics(look: Look) -> Iterator[str]:
    """The fill of datastores, which Prometheus knows as well."""
    quantity = quantity_of(look.question.folded)
    if quantity is None or quantity.id not in ("space", "growth"):
        return await cannot_tell(look)
    await look.discover(*_METRICS)
    return await amounts.amount(look)


async def _pools_in_metrics(look: Look) -> Iterator[str]:
    """What Prometheus knows of pools while the NAS gives no answer: their state, not their past."""
    await look.discover(*_EVERYWHERE)
    known = sorted(name for name in look.inventory.pools if name in look.question.folded)
    about = known or [name for name in look.inventory.pools if "/" not in name]
    if not known and not re.search(r"\b(z?pools?|raid|zfs|data)\b", look.question.folded):
        return await tell_second_hand(look)
    yielded = await _investigated(look)
    said = f"Prometheus still knows {names([plain(one, 40) for one in about], 8)}:\n\n"
    return chain([said], yielded)


def _first(
    intent: Intent, attempt: Attempt, tool: str, otherwise: Handler = tell_second_hand
) -> Lookup:
    """One backend knows.

    Args:
        intent: the kind of question.
        attempt: words the backend's answer.
        tool: the tool it rests on.
        otherwise: answers if the backend does not; if it is not configured, everything that is
            visible elsewhere is told.
    """
    return Lookup(intent, rather(or_strangers(attempt), tool, otherwise), (tool,), _investigated)


LOOKUPS: Final[tuple[Lookup, ...]] = (
    Lookup(Intent.EXPLAIN_ALERT, explain_alert),
    Lookup(Intent.WHY, _overview),
    Lookup(Intent.PRESSURE, about_known(_pressed, *_METRICS)),
    Lookup(Intent.OVERVIEW, _overview),
    Lookup(Intent.CHANGES, about_known(show_changes, "identity", "targets"), (CHANGES,)),
    Lookup(Intent.METRIC, series_answers.show_metric, ("prometheus_range_query",), _not_possible),
    Lookup(Intent.LOGS, about_known(series_answers.show_logs, "logs", "targets"),
           ("loki_query_logs",), _not_possible),
    Lookup(Intent.RUNBOOK, lookups.tell_runbook),
    Lookup(Intent.TARGETS, lookups.list_targets, ("prometheus_targets",), _investigated),
    Lookup(Intent.ALERTS, lookups.list_alerts, ("grafana_get_alerts",), _investigated),
    Lookup(Intent.RULES, lookups.list_rules, ("grafana_get_alert_rules",), _not_possible),
    Lookup(Intent.DASHBOARDS, lookups.list_dashboards, ("grafana_search_dashboards",),
           _not_possible),
    Lookup(Intent.RANK, about_known(amounts.rank, *_METRICS), (INSTANT,), _not_possible),
    Lookup(Intent.AMOUNT, about_known(amounts.amount, *_METRICS), (INSTANT,), _not_possible),
    Lookup(Intent.LIST, about_known(listed.list_things, *_METRICS), (INSTANT,), _not_possible),
    Lookup(Intent.BACKUP, rather(tell_coverage, "backup_coverage", _BACKUP_METRICS),
           ("backup_coverage",)),
    Lookup(Intent.BACKUP, _BACKUP_METRICS, (INSTANT,), _investigated),
    _first(Intent.GUEST_CONFIG, tell_guest_config, "proxmox_get_guest_config"),
    _first(Intent.AUTOSTART, tell_autostart, "proxmox_get_guest_config"),
    _first(Intent.NODES, tell_nodes, "proxmox_node_status", _investigated),
    _first(Intent.TASKS, tell_tasks, "proxmox_list_tasks"),
    _first(Intent.DATASTORES, tell_datastores, "pbs_datastore_status", _datastore_metrics),
    _first(Intent.HELD_BACKUPS, tell_held_backups, "pbs_list_backups"),
    _first(Intent.POOL, tell_pools, "truenas_pool_status", _pools_in_metrics),
    _first(Intent.POWER_STATES, tell_power_states, "hdd_power_status"),
    _first(Intent.PROTECTION, tell_protection, "truenas_snapshots"),
    _first(Intent.SHARES, tell_shares, "truenas_list_shares"),
    _first(Intent.NAS, tell_nas, "truenas_system_status"),
    _first(Intent.APPS, tell_apps, "truenas_apps"),
    Lookup(Intent.STOPPING, about_known(tell_stopping, *_METRICS)),
    Lookup(Intent.ACT, requests.decline),
    Lookup(Intent.HELP, requests.say_what_it_does),
)  # fmt: skip
"""How every kind of question is answered; of several for one kind, the first that can be used."""
_OPEN: Final = ("nothing_wrong", "unknown", "elsewhere", "unconfirmed")
"""Verdicts that leave open what is behind the question."""
DESCRIPTION: Final = 7
"""Words from which on a text that is not understood is taken for a description of trouble."""
_DIRECT: Final = (
    tell_first_step, tell_report_archive, tell_report_plan, tell_report,
    tell_pending_updates, tell_updates, tell_versions, tell_past_alerts,
    tell_backup_jobs, tell_backup_times, tell_backup_sizes, tell_verifications,
    tell_lost_disk, tell_away, tell_killed, tell_locks, tell_mounted,
    tell_history, tell_normal, tell_guest_state, tell_supply,
    tell_backend_up, tell_condition, tell_dataset_space, tell_capacity, tell_swap, tell_ha,
    tell_name_servers, tell_restarted, tell_datasets, tell_proxmox_fact, tell_logins,
    tell_held_disks,
)  # fmt: skip
"""Answers to questions that tell by their own words what is wanted, in the order of trial."""
_OF_A_REBOOT: Final = re.compile(
    r"^(?:is|are|does|do|which|has|have|muss|braucht)\b.*"
    r"\b(?:(?:needs?|requires?|required|pending|due for|braucht)\b.*\b(?:reboot|restart|neustart)"
    r"|(?:reboot|restart|neustart) (?:is )?(?:required|needed|pending|nötig|due))\b"
)
"""Asks whether a machine waits for a reboot, which no backend tells."""
_FOLLOWS_UP: Final = re.compile(
    r"\b(it|its|that|this|they|them|there|es|das|davon|dort|daran)\b"
    r"|^(why|since when|warum|seit wann|and|und|more|details?|how long)\b"
)
_NARROWER: Final = re.compile(
    r"^(?:and|und)\s+(?:which|what|who|how many|are (?:any|there any)|any|welche\w*)"
    r"(?:\s+(?:of (?:them|those|these)|ones?|is|are|were|was|run|runs|live|sit|sits))*\s+"
    r"(?P<where>(?:on|of|in|at|for|without|from|auf|von|bei)\s+.+?)[?.! ]*$",
    re.IGNORECASE,
)
"""Asks the same of a part: "and which are on pve3?"."""
_ANOTHER: Final = re.compile(
    r"^(?:and|und|what about|how about|same for|and what about|und was ist mit)\s+"
    r"(?:(?:the|my|of|on|for|der|die|das|von|auf)\s+)*"
    r"(?!(?:why|when|who|how|what|where|now|then|since|yesterday|today|tonight|that|this|it|them|"
    r"those|these|there|here|else|more|if|is|are|warum|wann|wer|wie|was|jetzt|gestern|heute)\b)"
    r"(?P<name>[\w.:/@-]{2,60})[?.! ]*$",
    re.IGNORECASE,
)
"""Asks the same of something else."""


class BuiltInAnalyst:
    """Answers without a language model.

    Args:
        zone: where clock times in questions are meant; the machine's own zone by default.
        here: name of the machine the questions are asked on; asked from the system by default.
        max_calls: most tool calls for one question.
    """

    def __init__(
        self,
        *,
        zone: tzinfo | None = None,
        here: str | None = None,
        max_calls: int = MAX_CALLS,
    ) -> None:
        self._zone = zone
        self._here = here
        self._max_calls = max_calls

    async def answer(self, task: AnalystTask, runner: Runner) -> AsyncIterator[str]:
        """The answer, piece by piece, as Markdown with citations such as ``[E1]``."""
        look = self._look(task, runner)
        if look.question.piped.strip():
            pieces = await answer_piped(look)
        else:
            told = None
            for attempt in _DIRECT:
                told = told or await attempt(look)
            pieces = told or await handler_for(look, LOOKUPS)(look)
        for piece in with_meanings(look, honest(look, pieces)):
            yield piece
        for piece in recorded(look):
            yield piece
        yield SIGNATURE

    def _look(self, task: AnalystTask, runner: Runner) -> Look:
        zone = self._zone or _local_zone(task.now)
        here = socket.gethostname().partition(".")[0] if self._here is None else self._here
        question = understand(task.question, task.attached, task.now, zone)
        return Look(
            question=_with_context(question, task, zone),
            caller=Caller(runner, self._max_calls),
            now=task.now,
            here=here,
            configured=frozenset(task.settings.configured),
            reports=task.settings.report,
        )


def _local_zone(now: datetime) -> tzinfo:
    zone = now.astimezone().tzinfo
    assert zone is not None
    return zone


def _with_context(question: Question, task: AnalystTask, zone: tzinfo) -> Question:
    """A follow-up such as "and since when?" is about what the question before was about."""
    if not task.earlier:
        return question
    asked_so = _asked_of_another(question, task)
    if asked_so:
        return understand(asked_so, "", task.now, zone)
    if question.named or not _FOLLOWS_UP.search(question.folded):
        return question
    before = understand(task.earlier[-1].question, "", task.now, zone)
    return replace(
        question,
        candidates=tuple(dict.fromkeys((*question.candidates, *before.candidates))),
        topics=question.topics or before.topics,
        about=f"{before.text} {question.text}",
    )


def _asked_of_another(question: Question, task: AnalystTask) -> str:
    """The question before asked of another thing, as "and fast?" means; empty if that is not meant.

    What is replaced is the name that the question before holds.
    """
    asked = ""
    for text in [*(one.question for one in task.earlier), question.text]:
        part = _NARROWER.match(text.strip())
        if part is not None and asked:
            asked = f"{_without_place(asked.rstrip('?.! '), part['where'])} {part['where']}"
            continue
        again = _ANOTHER.match(text.strip())
        name = _name_in(asked, task.now) if again and asked else ""
        known = again is not None and put_right(again["name"]) not in key_words()
        if again and name and known:
            asked = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", again["name"], asked)
        else:
            asked = text
    return "" if asked == question.text else asked


def _without_place(asked: str, where: str) -> str:
    """A question without the place at its end that another one takes: "on pve2" for "on pve3"."""
    preposition = re.escape(where.split()[0])
    return re.sub(rf"\s+{preposition}\s+\S+$", "", asked, flags=re.IGNORECASE)


def _name_in(text: str, now: datetime) -> str:
    """The last word of a question that may be a name; empty without one."""
    read = understand(text, "", now, UTC)
    spoken = [one for one in read.candidates if put_right(one) not in key_words()]
    return next(iter(reversed(read.named or spoken)), "")
