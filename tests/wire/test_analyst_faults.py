"""The built-in analyst in front of faults that no bundled scenario has."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from sre_tui.agent.analyst.calls import MAX_CALLS
from tests.evals.analyst_lab import lab_of
from tests.stubs.sizes import fewest_guests
from tests.stubs.slow import slow_but

CASES = {
    "a clock that runs away": (
        "{kind: clock_skew, target: gitea, at: -3h, severity: 0.5}",
        "Why does gitea reject my tokens?",
        "the clock of gitea is wrong",
    ),
    "a bad link": (
        "{kind: network_loss, target: nas1, at: -1h, severity: 0.5}",
        "Why is nas1 so flaky?",
        "the network link of .*nas1",
    ),
    "a disk that vanished": (
        "{kind: pool_degraded, target: nas1/tank, at: -2h, severity: 0.6}",
        "why is immich slow",
        "disk sdf on nas1 loses its connection",
    ),
    "a single kill": (
        "{kind: oom_kill, target: nextcloud, at: -50m}",
        "why did nextcloud crash an hour ago?",
        "killed a program on nextcloud for lack of memory",
    ),
    "a flood of logs": (
        "{kind: log_flood, target: mealie, at: -2h, severity: 0.8}",
        "why are log lines missing in loki?",
        "mealie",
    ),
    "disks that never sleep": (
        "{kind: disk_spun_up, target: nas1/tank, at: -20h}",
        "why do my disks not spin down?",
        "tank",
    ),
    "an update of a service": (
        "{kind: bad_update, target: paperless, at: -40m, severity: 0.7, version: 2.19.1}",
        "paperless shows errors since this afternoon",
        "an update of paperless",
    ),
    "two at once": (
        (
            "{kind: ups_on_battery, target: ups1, at: -6m, severity: 0.3}\n"
            "  - {kind: datastore_full, target: main, at: -3d, severity: 0.9, within: 1d}"
        ),
        "anything wrong?",
        "UPS ups1 runs on battery",
    ),
}


@pytest.mark.parametrize("name", slow_but(("two at once",), CASES))
async def test_the_cause_is_named(name: str, tmp_path: Path) -> None:
    fault, question, expected = CASES[name]
    file = tmp_path / "scenario.yaml"
    head = dedent("""\
        id: made-here
        title: made for a test
        seed: 21
        faults:
        """)
    file.write_text(f"{head}  - {fault}\n", encoding="utf-8")
    async with lab_of(str(file), tmp_path, guests=fewest_guests(str(file))) as lab:
        answer = await lab.ask(question)
    assert re.search(expected, answer.text.split("**Why**")[0], re.IGNORECASE), answer.text
    assert answer.unsupported == (), answer.unsupported
    assert sum(not one.part_of for one in answer.evidence) <= MAX_CALLS
    for one in answer.evidence:
        if one.part_of:
            assert one.command.startswith("sre "), one
            assert one.command in one.text or "runbooks show" in one.command


async def test_a_quiet_homelab_has_no_cause(tmp_path: Path) -> None:
    file = tmp_path / "quiet.yaml"
    file.write_text("id: made-here\ntitle: quiet\nseed: 77\n", encoding="utf-8")
    async with lab_of(str(file), tmp_path, guests=27) as lab:
        answers = [await lab.ask(each) for each in ("anything wrong?", "why is nextcloud slow?")]
    for answer in answers:
        assert "nothing wrong was found" in answer.text.splitlines()[0].casefold()
        assert "cause 1" not in answer.text.casefold()


async def test_a_backend_that_fails_is_named_and_the_rest_is_answered(tmp_path: Path) -> None:
    async with lab_of("nas-disk-failing", tmp_path, guests=10) as lab:
        await lab.break_backend("loki", "refuse")
        answer = await lab.ask("Why is Jellyfin buffering?")
    assert "disk sdc on nas1" in answer.text.splitlines()[0].casefold()
    assert "loki" in answer.text.partition("**Not checked**")[2].casefold()
    assert answer.unsupported == ()


async def test_an_all_clear_never_stands_where_the_asked_backend_is_away(tmp_path: Path) -> None:
    async with lab_of("quiet", tmp_path, guests=10) as lab:
        await lab.break_backend("truenas", "refuse")
        of_nas = ("is the NAS ok?", "is sdc ok?", "is the nas down?", "is everything ok?")
        told = [(await lab.ask(one)).text for one in of_nas]
        node = (await lab.ask("is pve1 ok?")).text
        await lab.ask("which guests are down?")
        await lab.break_backend("proxmox", "refuse")
        old = (await lab.ask("which guests are down?")).text
    for text in told:
        lead = text.partition("\n\n")[0]
        assert re.match(
            r"\*\*(Cannot tell: )?TrueNAS cannot be reached \(connection refused\)", lead
        )
        assert not re.search(r"\b(yes|no)\b[:,]", text, re.IGNORECASE), text
    assert node.startswith("**Yes, pve1 is fine as far as can be seen**"), node
    assert re.match(r"\*\*Proxmox VE gives no answer now\*\*; as it was \d+ s ago: ", old), old


async def test_guests_of_a_dead_node_come_before_those_stopped_on_purpose(tmp_path: Path) -> None:
    async with lab_of("node-offline", tmp_path, guests=fewest_guests("node-offline")) as lab:
        which = await lab.ask("which guests are down?")
        one = await lab.ask("is immich down?")
    lead, _, rest = which.text.partition("\n\n")
    assert re.match(r"\*\*\d+ of \d+ guests are down or out of reach, their node pve3 is offline",
                    lead)  # fmt: skip
    assert "immich" in lead
    assert "win10-old" not in lead
    assert re.search(r"win10-old on \w+ is off, on purpose as it seems", rest), rest
    assert one.text.startswith(
        "**Yes, guest immich is down or out of reach, its node pve3 is offline"
    )
    assert which.unsupported == one.unsupported == ()
