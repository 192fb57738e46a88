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
from tests.unit.analyst.constructed import (
    NOW,
    HandedOut,
    World,
    ago,
    alert,
    answer_now,
    pattern,
    said,
    series,
    target,
)

FAILING_DISK = World(
    breaches=(
        series("unreadable_sectors", ago(hours=3), 24.0, device="sdc", instance="nas1:9633",
               attribute_name="Current_Pending_Sector"),
        series("io_wait", ago(hours=2.5), 0.4, instance="media:9100"),
        series("web_time", ago(hours=2.5), 2.2, instance="https://jellyfin.home.example",
               job="blackbox-http"),
    ),
    alerts=(alert("SmartPendingSectors", ago(hours=2), hostname="nas1", device="sdc"),),
    patterns=(
        pattern("I/O error, dev sdc, sector 4451359100", ago(hours=2.9), "nas1", "kernel"),
        pattern("transcode stalled: read timeout", ago(hours=2.4), "media", "jellyfin"),
    ),
)  # fmt: skip


def test_the_cause_is_named_first_with_evidence() -> None:
    text = answer_now("Why is Jellyfin buffering?", FAILING_DISK)
    first = text.splitlines()[0]
    assert first.startswith(
        "**Likely cause: disk sdc on nas1, a member of pool tank, is failing** since 12:00 UTC"
        " (3 h ago); "
    )
    assert " ago)" not in text.removeprefix(first)
    assert re.search(r"\[E\d+\]", first)
    assert "sdc has 24 unreadable sectors (`Current_Pending_Sector`)" in text
    assert "`I/O error, dev sdc, sector 4451359100`" in text
    assert "it explains why jellyfin on media answers slowly" in first
    assert "1. Replace the disk now." in text
    assert text.endswith(SIGNATURE)


def test_every_statement_is_cited() -> None:
    text = answer_now("Why is Jellyfin buffering?", FAILING_DISK)
    for line in text.splitlines():
        if line.startswith("- ") and not line.startswith("- Against it"):
            assert re.search(r"\[E\d+\]", line), line


def test_an_effect_is_not_taken_for_the_cause() -> None:
    text = answer_now("what is wrong with media?", FAILING_DISK)
    assert "Likely cause: disk sdc on nas1" in text or "disk sdc on nas1" in text.splitlines()[0]
    assert "Likely cause: media waits" not in text


def test_trouble_elsewhere_is_no_cause() -> None:
    world = World(
        breaches=(
            series("unit_failed", ago(hours=1), 1.0, name="cups.service", instance="dns1:9100"),
        )
    )
    text = answer_now("why is sonarr slow?", world)
    assert text.startswith("**No confirmed cause**")
    assert "no visible connection" in text
    assert "cups" in text


def test_nothing_wrong_is_said_with_what_was_checked() -> None:
    text = answer_now("is everything ok?")
    assert text.startswith("**Yes, as far as can be seen: nothing is visibly wrong.**")
    assert "No active alerts [E" in text
    assert "All 6 scrape targets up [E" in text
    assert "No metric beyond its threshold [E" in text


def test_an_old_trouble_that_is_over_is_said_to_be_over() -> None:
    world = World(
        breaches=(series("io_pressure", ago(hours=5), 0.6, ago(hours=3), instance="media:9100"),)
    )
    text = answer_now("was something wrong with media?", world)
    assert "over by now" in text


def test_unknown_names_are_said_with_the_nearest() -> None:
    text = answer_now("why is jelfin42 slow?")
    assert "Nothing here is called `jelfin42`" in text
    assert "jellyfin" in text


def test_a_mistyped_name_is_understood() -> None:
    assert "disk sdc on nas1" in answer_now("why is jelyfin so slow?", FAILING_DISK).splitlines()[0]


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
    runner = HandedOut(FAILING_DISK.answer)
    text = asyncio.run(said("and since when is it so?", runner, earlier=(earlier,)))
    assert "jellyfin" in text.split("**Why**")[0]
    alone = asyncio.run(said("and since when is it so?", HandedOut(FAILING_DISK.answer)))
    assert alone != text


def test_piped_text_is_sorted_by_how_bad_it_is() -> None:
    text = answer_now(
        "anything wrong here?",
        FAILING_DISK,
        "eno1: NIC Link is Down\nusb 1-1: new device\n"
        "Out of memory: Killed process 4242 (jellyfin) total-vm:1kB\n",
    )
    assert text.startswith("**Yes: out-of-memory kill (`jellyfin`)** in the piped text.")
    assert "network link down (`eno1`), 1 line" in text
    assert "`jellyfin` was killed for lack of memory" in text.replace("Jellyfin", "jellyfin")


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


def test_without_any_backend_it_says_so() -> None:
    runner = HandedOut(lambda *_: None, tools=["runbook_search"])
    text = asyncio.run(said("anything wrong?", runner, "", "prometheus"))
    assert "Loki is not configured: set LOKI_URL" in text
    assert "could be checked" in text


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
    runner = HandedOut(FAILING_DISK.answer)
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
        return FAILING_DISK.answer(tool, arguments)  # type: ignore[arg-type]

    runner = HandedOut(answerer)  # type: ignore[arg-type]
    text = asyncio.run(said(question, runner))
    assert text.endswith(SIGNATURE)
    assert text.startswith(("**", "Nothing here", "Yes", "No"))
