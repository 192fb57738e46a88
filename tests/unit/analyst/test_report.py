"""How an investigation reads as an answer: its order, what it cites, how long it gets."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from providers.proxmox import Guest
from providers.proxmox.tasks import Task
from providers.reading import SourceStatus, State
from sre_tui.agent.runner import Ran
from sre_tui.diagnosis.causes.model import Argument, Cause, Effect, Investigation
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.tools.proxmox_data import TaskListing
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.tools.result import result
from sre_tui.tools.tool import Tool
from tests.unit.analyst.constructed import (
    DISK,
    FAILING_DISK,
    METRICS_AND_LOGS,
    NOW,
    STEPS,
    HandedOut,
    World,
    ago,
    answer_now,
    cause,
    investigation,
    metric,
    said,
    subject,
)

REFUSED = "nothing listens at http://10.0.0.9:3100 (connection refused): is it running?"
QUESTION = "Why is Jellyfin buffering?"
FOCUS = (subject("guest", "media"),)


class Faulty(HandedOut):
    """A runner of which some sources are in another state."""

    def __init__(self, world: World, states: Mapping[str, State], detail: str = REFUSED) -> None:
        super().__init__(world.answer)
        self._world, self._states, self._detail = world, states, detail

    def _run(self, tool: Tool[Any], arguments: Mapping[str, object]) -> Ran[Any]:
        ran = super()._run(tool, arguments)
        data: BaseModel | None = self._world.answer(tool.name, arguments)
        backend = tool.name.partition("_")[0]
        if data is None or (tool.name != "investigate" and backend not in self._states):
            return ran
        about = self._states if tool.name == "investigate" else {backend: self._states[backend]}
        statuses = [
            SourceStatus(
                source=f"{name}:main", state=state, detail=self._detail,
                observed_at=NOW - timedelta(hours=2) if state is State.STALE else NOW,
            )
            for name, state in about.items()
        ]  # fmt: skip
        statuses.append(SourceStatus(source="truenas:main", state=State.OK, observed_at=NOW))
        return Ran(ran.evidence, result(data, statuses, now=NOW))


def told(found: Investigation, question: str = QUESTION, **states: State) -> str:
    world = World(found)
    return asyncio.run(said(question, Faulty(world, states) if states else HandedOut(world.answer)))


def not_checked(text: str) -> list[str]:
    return text.partition("**Not checked**\n")[2].partition("\n\n")[0].splitlines()


def many(amount: int, **fields: Any) -> Investigation:
    def of(letter: str) -> Cause:
        shown = (f"sd{letter} shows {n} errors" for n in range(8))
        return cause(
            f"disk sd{letter} on nas1 is failing", "disk_failing",
            subject("disk", f"nas1/sd{letter}"),
            speaks_for=tuple(Argument(text=each, evidence=(metric(each),)) for each in shown),
        )  # fmt: skip

    causes = tuple(of(letter) for letter in "abcdefgh"[:amount])
    return investigation("several", f"{amount} independent causes: …", causes=causes, **fields)


def test_the_order_is_that_of_reading() -> None:
    text = told(FAILING_DISK, loki=State.UNREACHABLE)
    order = [
        "**Disk sdc on nas1 is failing since 2026-11-22 12:00 UTC (3 h ago)**",
        "almost certain (97 %)", "Affected: site jellyfin.home.example; guest media", "**Why**",
        "sdc has 24 unreadable sectors", "Against it: ", "Effect: media waits for its storage",
        "Would confirm it: `smartctl -x /dev/sdc`", "**What to do next**",
        "`sre runbooks show disk-smart-warning`", "1. What the disk says of itself. `smartctl -a",
        "zpool replace tank sdc", "**Not checked**",
    ]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_every_claim_is_cited_and_each_thing_said_is_evidence_of_its_own() -> None:
    runner = HandedOut(World(FAILING_DISK).answer)
    text = asyncio.run(said(QUESTION, runner))
    for line in text.splitlines():
        if line.startswith(("**D", "- ")):
            assert re.search(r"\[E\d+\]", line), line
    sectors = re.search(r"unreadable sectors .*\[(E\d+)\]", text)
    assert sectors is not None
    quoted = runner.quoted[sectors[1]]
    assert quoted.of == "E1"
    assert quoted.command == "sre metrics query 'smartctl_device_attribute'"
    assert "asked: smartctl_device_attribute" in quoted.text
    assert "24 unreadable sectors" in quoted.text
    # What was worked out of several things rests on the investigation as a whole.
    assert re.search(r"it began 30 min before media was affected .*\[E1\]", text)
    book = next(one for one in runner.quoted.values() if "runbooks show" in one.command)
    assert "zpool replace tank sdc" in book.text


def test_what_the_page_says_in_figures_it_counted_is_vouched_for() -> None:
    sites = tuple(subject("site", f"s{n}.home.example") for n in range(24))
    runner = HandedOut(World(FAILING_DISK.model_copy(update={"impact": sites})).answer)
    text = asyncio.run(said(QUESTION, runner))
    assert "24 sites: " in text
    assert any("and 18 more" in one for one in runner.vouched)


def test_several_causes_are_told_in_their_order_and_the_rest_is_counted() -> None:
    text = told(many(8, steps=STEPS))
    heads = re.findall(r"\*\*Cause (\d): disk (sd\w) on nas1 is failing\*\*, very likely", text)
    assert heads == [("1", "sda"), ("2", "sdb"), ("3", "sdc")]
    assert "**Causes too**" in text
    assert "and 2 more: `sre investigate 'Why is Jellyfin buffering?'`" in text
    assert len(text.splitlines()) <= 45


def test_one_cause_with_all_it_brings_about_fits_a_screen() -> None:
    effects = tuple(
        Effect(kind=f"kind_{n}", subject=subject("guest", f"g{n}"), text=f"g{n} waits")
        for n in range(12)
    )
    long = DISK.model_copy(update={"effects": effects, "speaks_for": DISK.speaks_for * 2})
    text = told(FAILING_DISK.model_copy(update={"causes": (long,)}))
    assert "and 7 more kinds of effects: `sre investigate" in text
    assert len(text.splitlines()) <= 45


def test_no_confirmed_cause_is_said_with_the_candidates() -> None:
    maybe = cause("media waits for storage", "io_wait", FOCUS[0], 0.34)
    sign = Finding(check="web-time", kind="web_slow", subject=subject("site", "j.home.example"),
                   severity=Severity.WARNING, text="j.home.example takes 3 s",
                   since=ago(hours=1), evidence=(metric("3 s"),))  # fmt: skip
    text = told(investigation(
        "unconfirmed", "something is wrong with media, but no cause is certain.", focus=FOCUS,
        causes=(maybe,), symptoms=(sign,),
    ))  # fmt: skip
    assert text.startswith("**No confirmed cause: something is wrong with media, but no cause")
    assert "**Possible cause 1: media waits for storage**, possible (34 %)" in text
    assert re.search(r"- j.home.example takes 3 s since 14:00 UTC \[E\d+\]", text)


def test_trouble_elsewhere_is_told_as_such() -> None:
    text = told(investigation(
        "elsewhere", "no cause was found for trouble with media; elsewhere: disk sdc on nas1 is "
        "failing.", focus=FOCUS, elsewhere=(DISK,),
    ), "why is media slow?")  # fmt: skip
    assert text.startswith("**No cause was found for trouble with media; elsewhere: disk sdc")
    assert "**Trouble elsewhere 1: disk sdc on nas1 is failing**" in text
    assert "**What is known**\n- media: Proxmox shows it as running" in text


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("is everything ok?", "**Yes: nothing wrong was found"),
        ("anything wrong?", "**No: nothing wrong was found"),
        ("why is media slow?", "**Nothing wrong was found"),
        ("is my dns ok?", "**Yes: nothing wrong was found with the name servers**"),
    ],
)
def test_a_healthy_homelab_is_said_to_be_healthy(question: str, lead: str) -> None:
    text = told(investigation(), question)
    assert text.casefold().startswith(lead.casefold())
    assert "Looked at: 111 checks ran; 0 alerts firing or pending. [E" in text


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("is anything wrong?", "**Yes: disk sdc"),
        ("is everything fine?", "**No: disk sdc"),
        ("is jellyfin slow?", "**Disk sdc"),
    ],
)
def test_yes_and_no_fit_the_question(question: str, lead: str) -> None:
    assert told(FAILING_DISK, question).startswith(lead)


def test_what_is_down_is_said_before_why() -> None:
    down = Effect(kind="container_down", subject=subject("container", "media/jellyfin"),
                  text="container jellyfin on media is not running")  # fmt: skip
    found = FAILING_DISK.model_copy(
        update={"causes": (DISK.model_copy(update={"effects": (down,)}),)}
    )
    lead = told(found, "is jellyfin on media and on nas1 down now?").splitlines()[0]
    assert lead.startswith("**Yes, container jellyfin on media is not running: disk sdc on nas1 is")


@pytest.mark.parametrize(
    ("state", "word"), [(State.UNREACHABLE, "unreachable"), (State.UNAUTHORIZED, "unauthorized")]
)
def test_a_source_that_failed_is_named_once_in_words(state: State, word: str) -> None:
    found = FAILING_DISK.model_copy(update={"not_checked": (f"loki:main is {word}: {REFUSED}",)})
    lines = not_checked(told(found, loki=state))
    assert len(lines) == 1
    assert lines[0].startswith(f"- Loki ({word}: connection refused) [E")


def test_nothing_wrong_with_a_dead_source_is_no_all_clear() -> None:
    text = told(investigation(), "is everything ok?", loki=State.UNREACHABLE)
    assert re.match(r"\*\*Cannot tell: Loki cannot be reached .* tell: nothing wrong was", text)
    aside = told(investigation(), "are my guests ok?", loki=State.UNREACHABLE).splitlines()[0]
    assert aside.startswith("**Nothing wrong was found with the guests**. That is no all-clear")


def test_old_data_is_said_to_be_old_and_not_to_be_missing() -> None:
    text = told(FAILING_DISK, loki=State.STALE)
    assert (
        "**Old data**: the data of Loki is 2 h old (connection refused). "
        "What happened since is not in this answer."
    ) in text
    assert not_checked(text) == []


def test_what_is_not_configured_is_one_line() -> None:
    found = FAILING_DISK.model_copy(
        update={"not_checked": ("Loki is not configured", "TrueNAS is not configured")}
    )
    assert not_checked(told(found)) == ["- Loki and TrueNAS are not configured"]


def test_too_little_was_read() -> None:
    every = dict.fromkeys(("prometheus", "grafana", "loki"), State.UNREACHABLE)
    text = told(investigation("blind", "too little could be read."), "why is DNS slow?", **every)
    assert text.startswith(
        "**Nothing could be checked**: Prometheus, Grafana and Loki gave no answer."
    )
    assert "`sre doctor`" in text


def test_ages_of_a_time_long_ago_are_not_told_as_if_it_were_now() -> None:
    past = FAILING_DISK.model_copy(update={"window_end": ago(hours=10)})
    first = told(past, "why was jellyfin slow 11 hours ago?").splitlines()[0]
    assert "2026-11-22 12:00 UTC**" in first


def test_an_answer_of_this_length_names_no_tool() -> None:
    assert not re.search(
        r"\b(investigate|loki|prometheus)_\w+", answer_now(QUESTION, World(many(5)))
    )


@pytest.mark.parametrize(
    ("tasks", "told_of"),
    [
        (
            [("vzstop", 30), ("vzstart", 500), ("vzshutdown", 900)],
            "media was stopped by anna@pve at 14:30 UTC (30 min ago), by the task vzstop",
        ),
        ([("vzstart", 500)], "No task of the last 30 days stopped media"),
    ],
)
def test_who_switched_a_guest_off_is_told(tasks: list[tuple[str, int]], told_of: str) -> None:
    off = Guest(source="proxmox:main", vmid=101, type="lxc", node="pve2", name="media",
                status="stopped")  # fmt: skip
    ran = [
        Task(source="proxmox:main", node="pve2", upid=f"UPID:{kind}", type=kind, vmid=101,
             user="anna@pve", started=ago(minutes=back), state="ok", status="OK")
        for kind, back in tasks
    ]  # fmt: skip
    world = World(
        found=investigation(focus=FOCUS),
        other={"proxmox_list_guests": GuestListing(items=(off,)),
               "proxmox_list_tasks": TaskListing(items=tuple(ran))},
    )  # fmt: skip
    tools = (*METRICS_AND_LOGS, *world.other)
    text = asyncio.run(said("media is down, what happened?", HandedOut(world.answer, tools)))
    assert f"- {told_of} [E" in text
