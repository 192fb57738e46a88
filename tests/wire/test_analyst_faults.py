"""The built-in analyst in front of faults that no bundled scenario has."""

from pathlib import Path
from textwrap import dedent

import pytest

from sre_tui.agent.analyst.calls import MAX_CALLS
from tests.evals.analyst_lab import lab_of

CASES = {
    "a clock that runs away": (
        "{kind: clock_skew, target: gitea, at: -3h, severity: 0.5}",
        "Why does gitea reject my tokens?",
        "Likely cause: the clock of gitea is wrong",
    ),
    "a bad link": (
        "{kind: network_loss, target: nas1, at: -1h, severity: 0.5}",
        "Why is nas1 so flaky?",
        "Likely cause: the network link of eno1 on nas1 is bad",
    ),
    "a lossy internet": (
        '{kind: network_loss, target: "1.1.1.1", at: -1h, severity: 0.9}',
        "is the internet down?",
        "Likely cause: packets to 1.1.1.1 are lost",
    ),
    "a disk that vanished": (
        "{kind: pool_degraded, target: nas1/tank, at: -2h, severity: 0.6}",
        "why is immich slow",
        "Likely cause: disk sdf on nas1, a member of pool tank, loses its connection",
    ),
    "a single kill": (
        "{kind: oom_kill, target: nextcloud, at: -50m}",
        "why did nextcloud crash an hour ago?",
        "nextcloud was killed for lack of memory",
    ),
    "a backup that fails": (
        "{kind: backup_failing, target: gitea, at: -3d}",
        "is gitea backed up?",
        "**No: gitea missed its last backup",
    ),
    "a flood of logs": (
        "{kind: log_flood, target: mealie, at: -2h, severity: 0.8}",
        "why are log lines missing in loki?",
        "Most of the lines come from mealie",
    ),
    "disks that never sleep": (
        "{kind: disk_spun_up, target: nas1/tank, at: -20h}",
        "why do my disks not spin down?",
        "never goes to standby",
    ),
    "an update of a service": (
        "{kind: bad_update, target: paperless, at: -40m, severity: 0.7, version: 2.19.1}",
        "paperless shows errors since this afternoon",
        "Likely cause: an update of paperless broke it",
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


@pytest.mark.parametrize("name", CASES)
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
    async with lab_of(str(file), tmp_path, guests=27) as lab:
        answer = await lab.ask(question)
    assert expected in answer.text, answer.text
    assert answer.unsupported == (), answer.unsupported
    assert len(answer.evidence) <= MAX_CALLS


@pytest.mark.parametrize("question", ["anything wrong?", "why is nextcloud slow?"])
async def test_a_quiet_homelab_has_no_cause(question: str, tmp_path: Path) -> None:
    file = tmp_path / "quiet.yaml"
    file.write_text("id: made-here\ntitle: quiet\nseed: 77\n", encoding="utf-8")
    async with lab_of(str(file), tmp_path, guests=27) as lab:
        answer = await lab.ask(question)
    assert "Likely cause" not in answer.text
    assert "nothing is visibly wrong" in answer.text.casefold()


async def test_a_backend_that_fails_is_named_and_the_rest_is_answered(tmp_path: Path) -> None:
    async with lab_of("nas-disk-failing", tmp_path, guests=12) as lab:
        await lab.break_backend("loki", "refuse")
        answer = await lab.ask("Why is Jellyfin buffering?")
    assert "disk sdc on nas1" in answer.text.splitlines()[0]
    assert "loki" in answer.text.partition("**Not checked**")[2].casefold()
    assert answer.unsupported == ()
