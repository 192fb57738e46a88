"""Answers made from results that are known to the letter."""

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from sre_tui.agent.analyst.calls import MAX_CALLS
from sre_tui.agent.analyst.wording import SIGNATURE, plain
from sre_tui.agent.session import Exchange
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.tools.health import HealthListing
from sre_tui.tools.what_changed import ChangeListing
from tests.unit.analyst.constructed import (
    FAILING_DISK,
    NOW,
    HandedOut,
    World,
    ago,
    alert,
    answer_now,
    line,
    metric,
    said,
    subject,
    target,
)

FAILING = World(FAILING_DISK)


def test_the_cause_is_named_first() -> None:
    text = answer_now("Why is Jellyfin buffering?", FAILING)
    assert text.startswith("**Disk sdc on nas1 is failing since 2026-11-22 12:00 UTC (3 h ago)**")
    assert text.endswith(SIGNATURE)


def test_a_question_is_looked_into_once() -> None:
    runner = HandedOut(FAILING.answer)
    asyncio.run(said("is media ok?", runner))
    assert [tool for tool, _ in runner.calls].count("investigate") == 1


@pytest.mark.parametrize(
    "question",
    ["how full is tank?", "which alerts are firing?", "show me the logs of jellyfin",
     "how do I replace a disk?", "restart jellyfin", "hello", "which guests are stopped?"],
)  # fmt: skip
def test_a_look_up_takes_no_picture(question: str) -> None:
    runner = HandedOut(FAILING.answer)
    asyncio.run(said(question, runner))
    assert not {tool for tool, _ in runner.calls} & {"investigate", "what_changed", "check_health"}


def test_the_time_that_is_asked_about_is_looked_at() -> None:
    runner = HandedOut(FAILING.answer)
    asyncio.run(said("why was jellyfin slow at 03:00?", runner))
    (call,) = [arguments for tool, arguments in runner.calls if tool == "investigate"]
    assert call["at"] == "2026-11-22T03:00:00+00:00"
    asyncio.run(said("why is jellyfin slow since yesterday?", runner))
    call = [arguments for tool, arguments in runner.calls if tool == "investigate"][-1]
    assert "at" not in call
    assert call["window"] == "1d16h"
    asyncio.run(said("what happened at 3 this morning?", runner))
    (call,) = [arguments for tool, arguments in runner.calls if tool == "what_changed"]
    assert (call["at"], call["window"]) == ("2026-11-22T03:00:00+00:00", "30m")


def test_changes_are_told_in_order_of_time_with_what_says_so() -> None:
    def event(minutes: int, text: str, severity: Severity) -> Event:
        return Event(at=ago(minutes=minutes), kind="stopped", subject=subject("guest", "media"),
                     severity=severity, text=text, evidence=(line(text, "media"),))  # fmt: skip

    changes = ChangeListing(
        items=(event(20, "media was stopped", Severity.CRITICAL),
               event(10, "media was started", Severity.NOTE)),
        total=9, start=ago(hours=1), end=NOW, routine=4,
    )  # fmt: skip
    text = answer_now(
        "what changed on media in the last hour?", World(other={"what_changed": changes})
    )
    assert text.startswith("**9 changes between 14:00 UTC and 15:00 UTC, the gravest: media was st")
    stopped, started = re.findall(r"^- (14:\d\d) UTC .*media was \w+ \[E\d+\]$", text, re.MULTILINE)
    assert (stopped, started) == ("14:40", "14:50")
    assert "And 7 more and 4 events of every day" in text
    assert "`sre changes --window 1h --host media --all`" in text


def test_an_alert_is_explained_by_what_is_behind_it() -> None:
    world = World(
        FAILING_DISK, alerts=(alert("SmartPendingSectors", ago(hours=2), hostname="nas1"),)
    )
    text = answer_now("explain the alert SmartPendingSectors", world)
    first, second = text.split("\n\n")[:2]
    assert first.startswith("**Disk sdc on nas1 is failing")
    assert second.startswith(
        "The alert: SmartPendingSectors is firing for nas1 (warning) since 13:00"
    )
    assert "SmartPendingSectors of nas1 [E" in second


def test_no_alert_takes_no_picture() -> None:
    runner = HandedOut(World(alerts=(alert("HostHighLoad", NOW, hostname="pve1"),)).answer)
    text = asyncio.run(said("explain the alert HostHighPower", runner))
    assert text.startswith("**No alert HostHighPower is active**")
    assert "investigate" not in {tool for tool, _ in runner.calls}


def test_pressure_is_what_the_checks_say_with_figures() -> None:
    short = Finding(check="memory-available", kind="memory_exhausted",
                    subject=subject("nas", "nas1"), severity=Severity.WARNING,
                    text="4 % of the memory is left", since=ago(hours=1),
                    evidence=(metric("4 % left"),))  # fmt: skip
    health = HealthListing(items=(short,), ran=9, verdict="warning")
    world = World(other={"check_health": health})
    text = answer_now("is nas1 under memory pressure?", world)
    assert text.startswith("**Yes, nas1 is under memory pressure**. [E")
    assert "nas1: 4 % of the memory is left since 14:00 UTC [E" in text
    other = answer_now("is media under memory pressure?", world)
    assert other.startswith("**Whether media is under memory pressure cannot be told**: there are")
    anything = answer_now("is anything under memory pressure?")
    assert anything.startswith("**No, nothing here is under memory pressure**: 9 checks found noth")


def test_unknown_names_are_said_with_the_nearest() -> None:
    text = answer_now("why is jelfin42 slow?")
    assert "Nothing here is called `jelfin42`" in text
    assert "jellyfin" in text


def test_a_mistyped_name_is_understood() -> None:
    assert "disk sdc on nas1" in answer_now("why is jelyfin so slow?", FAILING).casefold()


@pytest.mark.parametrize("wanted", ["Is media down?", "Is media up?"])
def test_whether_something_is_up_is_answered(wanted: str) -> None:
    text = answer_now(wanted)
    word = "No" if "down" in wanted else "Yes"
    assert text.startswith(f"**{word}, media is up**: Proxmox shows it as running.")


def test_a_target_that_is_down_is_listed_with_its_error() -> None:
    down = target("media:9100", "down").model_copy(update={"last_error": "connection refused"})
    text = answer_now("which targets are down", World(targets=(down, target("nas1:9100"))))
    assert text.startswith("**1 of 2 scrape targets are not up** [E1]")
    assert "media:9100 (job node) is down: connection refused [E1]" in text


def test_what_is_counted_here_is_vouched_for() -> None:
    alerts = tuple(alert(f"Alert{n}", ago(hours=1), hostname="media") for n in range(14))
    targets = (target("media:9100", "down"), target("nas1:9100"), target("pve1:9100"))
    runner = HandedOut(World(alerts=alerts, targets=targets).answer)
    text = asyncio.run(said("which alerts are there?", runner))
    assert "**14 active alerts**" in text
    assert "and 2 more" in text
    asyncio.run(said("which targets are down", runner))
    assert {"14 active alerts", "2 more", "1 of 3"} <= set(runner.vouched)


def test_a_follow_up_is_about_what_was_asked_before() -> None:
    earlier = Exchange(question="why is jellyfin slow?", asked_at=NOW, mode="analyst")
    runner = HandedOut(FAILING.answer)
    asyncio.run(said("and why is it so?", runner, earlier=(earlier,)))
    (call,) = [arguments for tool, arguments in runner.calls if tool == "investigate"]
    assert call["about"] == "why is jellyfin slow? and why is it so?"


def test_piped_text_is_sorted_by_how_bad_it_is() -> None:
    text = answer_now(
        "anything wrong here?",
        FAILING,
        "eno1: NIC Link is Down\nusb 1-1: new device\n"
        "Out of memory: Killed process 4242 (jellyfin) total-vm:1kB\n",
    )
    assert text.startswith("**Yes: out-of-memory kill (`jellyfin`)** in the piped text.")
    assert "network link down (`eno1`), 1 line" in text
    assert "killed the program `jellyfin` for lack of memory" in text


def test_harmless_piped_text_is_said_to_be_harmless() -> None:
    text = answer_now("anything wrong here?", attached="started\nlistening on port 80\n")
    assert text.startswith("**No sign of trouble that I know is in the piped text**")
    assert "no all-clear" in text


@pytest.mark.parametrize(
    ("piped", "told"),
    [
        (
            "Nov 22 10:00:00 nginx[1]: bind() to 0.0.0.0:80 failed (98: Address already in use)",
            "Found: port already in use (`:80`)",
        ),
        ("caddy: 10:00:00 listen tcp :443: bind: address already in use", "(`:443`)"),
        ("\ttank DEGRADED 0 0 0\n\t  sdc FAULTED 54 0 0", "pool degraded (`sdc`)"),
        ("web-1   0/1   CrashLoopBackOff   14", "container died (`web-1`)"),
        ("abc  sonarr  Restarting (1) 5 seconds ago", "container died"),
    ],
)
def test_what_status_commands_print_is_understood(piped: str, told: str) -> None:
    assert told in answer_now("what broke?", attached=piped)


def test_when_nothing_answers_every_failure_is_named() -> None:
    text = asyncio.run(said("why is jellyfin slow?", HandedOut(lambda *_: None)))
    assert text.startswith("**Nothing could be checked**")
    for name in ("Prometheus", "Grafana", "Loki"):
        assert text.count(f"- {name} (unreachable: connection refused) [E") == 1
    assert "Prometheus, Grafana and Loki gave no answer" in text


def test_backend_text_is_never_markup() -> None:
    world = World(
        alerts=(
            alert("Bad*Name*", ago(hours=1), hostname="media").model_copy(
                update={"summary": "[click](http://evil) `x` <b>"}
            ),
        )
    )
    text = answer_now("which alerts are firing?", world)
    assert "**`Bad*Name*`**" in text
    assert "`[click](http://evil)` 'x' `<b>`" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("24 sectors (Current_Pending_Sector), so.", "24 sectors (`Current_Pending_Sector`), so."),
        ("[ERR] stalled: 'a|b'", "`[ERR]` stalled: '`a|b`'"),
        ("a ` b `` [x](y)`", "a ' b '' `[x](y)`'"),
        ("* lone _ marks *", "`*` lone `_` marks `*`"),
        ("about ~5 min at nas1:9100", "about ~5 min at nas1:9100"),
    ],
)
def test_names_and_markup_in_prose_become_code(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(alphabet="ab `*_[]()<>|~\\\"'.,!", max_size=60))
def test_no_backend_text_is_rendered_as_markup(text: str) -> None:
    [_, inline, _] = MarkdownIt("gfm-like", {"html": True}).parse(f"x {plain(text)} x")
    assert {child.type for child in inline.children or ()} <= {"text", "code_inline"}


@given(st.text(max_size=200), st.text(max_size=300))
def test_any_question_is_answered(question: str, attached: str) -> None:
    runner = HandedOut(FAILING.answer)
    text = asyncio.run(said(question, runner, attached))
    assert text.endswith(SIGNATURE)
    assert len(runner.calls) <= MAX_CALLS


@given(
    st.sampled_from(
        ["why is media slow", "explain this alert", "how full is tank", "show logs of jellyfin",
         "what changed", "load of media", "is nas1 under memory pressure", "which alerts",
         "which rules", "what dashboards are there", "how do I replace a disk"]
    ),
    st.sets(st.sampled_from(["prometheus", "grafana", "loki", "runbook"])),
)  # fmt: skip
def test_any_outage_leaves_an_answer(question: str, broken: set[str]) -> None:
    def answerer(tool: str, arguments: object) -> object:
        if tool.partition("_")[0] in broken:
            return None
        return FAILING.answer(tool, arguments)  # type: ignore[arg-type]

    runner = HandedOut(answerer)  # type: ignore[arg-type]
    text = asyncio.run(said(question, runner))
    assert text.endswith(SIGNATURE)
    assert text.startswith(("**", "Nothing here", "Yes", "No"))


@pytest.mark.parametrize("place", ["", " on pve2"])
def test_a_follow_up_that_asks_for_a_part_asks_the_same_of_it(place: str) -> None:
    asked = f"which guests are stopped{place}?"
    earlier = Exchange(question=asked, asked_at=NOW, mode="analyst")
    runner = HandedOut(World().answer)
    asyncio.run(said("and which are on pve3?", runner, earlier=(earlier,)))
    alone = HandedOut(World().answer)
    asyncio.run(said("which guests are stopped on pve3", alone))
    assert runner.calls == alone.calls
    assert "investigate" not in {tool for tool, _ in runner.calls}


def test_a_line_is_cut_at_no_half_of_a_figure() -> None:
    assert plain("it took 14257 ms", 11) == "it took …"
    assert plain("it took 14257 ms") == "it took 14257 ms"
