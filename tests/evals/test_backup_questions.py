"""Backups that failed are told, though newer ones are good; and what no backup holds."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.evals.analyst_lab import Lab, lab_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCENARIO = """
id: paperless-failed
title: The backups of one guest failed for three days, and succeed again
description: Coverage is good by now; only the lists of tasks remember.
seed: 5
faults:
  - {kind: backup_failing, target: paperless, at: -5d, duration: 3d}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    folder: Path = tmp_path_factory.mktemp("failed")
    file = folder / "paperless-failed.yaml"
    file.write_text(SCENARIO)
    async with lab_of(str(file), folder) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("which backups failed in the last 7 days?",
         r"\*\*3 backups failed since 2026-11-15 .*: paperless 3 times, .* By now all 40 guests"),
        ("did any backups fail this week?", r"\*\*Yes: 3 backups failed since 2026-11-16 00:00"),
        ("did the backup of paperless fail in the last week?", r"\*\*Yes: 3 backups failed since"),
        ("did the backup of immich fail in the last week?",
         r"\*\*No: immich has a good backup\*\*.* No task of a backup failed since 2026-11-15"),
        ("did any backups fail last night?",
         r"\*\*No: all 40 guests have a good backup\*\*.* No task of a backup failed since"),
        ("is there any guest w/o a backup", r"\*\*No: all 40 guests have a good backup\*\*"),
        ("gibt es Gäste ohne Backup?", r"\*\*No: all 40 guests have a good backup\*\*"),
        ("did all backups of last night run without errors", r"\*\*Yes: all 40 guests have a"),
        ("is everything backed up?",
         r"\*\*Yes: all 40 guests have a good backup\*\*.* Not backed up: scsi1 of docker1 and fr"),
    ],
)  # fmt: skip
async def test_failures_of_a_time_are_told_beside_the_state_of_now(
    lab: Lab, question: str, told: str
) -> None:
    answer = await lab.ask(question)
    assert re.match(told, answer.text), answer.text
    assert answer.unsupported == ()
    if "3 backups failed" in told:
        assert "can't freeze guest" in answer.text
        tools = {one.tool for one in answer.evidence}
        assert {"pbs_list_tasks", "proxmox_list_tasks", "backup_coverage"} <= tools


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("which backups are older than a week", r"\*\*2 guests .* older than 7 d: win10-old"),
        ("any backups older than 3 days?", r"\*\*Yes: 2 guests have .* win10-old .* and wiki"),
        ("is there a backup more than two months old", r"\*\*Yes: 1 guest has .* win10-old"),
        ("which backups are older than a year", r"\*\*None: every newest backup is younger than"),
        ("are there backups of guests that no longer exist", r"\*\*Yes: backups of 1 guest"),
        ("is vm 9010 backed up anywhere before i delete it",
         r"\*\*Yes: 2 good backups of win10-old \(9010\) exist in pbs:main/main\*\*: .*verified"),
        ("is the debian template backed up", r"\*\*debian-13-template \(9000\) is not backed up"),
        ("how many backups of vaultwarden do i have",
         r"\*\*35 backups of vaultwarden\*\*: 31 on the backup servers and 4 in local on pve3 of"),
        ("how many backups do i have", r"\*\*[\d,]+ backups in .* Not counted: archives of 5"),
        ("how many backups of the hosts", r"\*\*42 backups in 3 groups\*\*"),
        ("who owns the backups of host pve1", r"\*\*pve1@pbs!etc owns host/pve1\*\*"),
        ("what's the oldest backup i have", r"\*\*The oldest backup on the backup servers is of"),
        ("wie alt ist das neueste backup von db", r"\*\*The newest good backup of db is of 01:4"),
        ("is the usb backup drive pluged in", r"\*\*No: the disk of datastore usb of pbs:main "),
        ("did vzdump of media fail", r"\*\*No: no failed task of media since"),
        ("is there a backup of a deleted vm?", r"\*\*Yes: backups of 1 guest"),
        ("list orphaned backups", r"\*\*Backups of 1 guest that no longer exists: wiki"),
        ("what does the nightly backup job leave out", r"\*\*The backup jobs leave out win10"),
        ("are any disks left out of the backups?", r"\*\*Yes: the backup jobs leave out win10"),
        ("which guests are excluded from the backup jobs?", r"\*\*The backup jobs leave out win"),
        ("is the replication to the backup box current", r"\*\*Yes: replication documents-to-pbs "),
        ("is any replication late?", r"\*\*No: none of 2 replications is late\*\*"),
        ("are all guests on pve3 backed up?", r"\*\*Yes: all 1\d guests have a good backup"),
        ("are the backups encrypted?", r"\*\*No: none of the newest backups is encrypted\*\*"),
        ("can i restore immich from this morning?", r"\*\*Yes: immich to its state of 01:\d\d UTC"),
        ("can i restore immich from an hour ago?", r"\*\*No: immich only to its state of 01:\d\d"),
        ("could i restore immich as of last tuesday?", r"\*\*Yes: there is a backup of immich of"),
        ("immich is broken, can it be restored?", r"\*\*Yes: immich to its state of 01:\d\d UTC"),
        ("how are the backups of immich", r"\*\*immich has a good backup\*\*"),
    ],
)  # fmt: skip
async def test_what_is_asked_of_the_backups_is_what_is_answered(
    lab: Lab, question: str, told: str
) -> None:
    answer = await lab.ask(question)
    assert re.match(told, answer.text), answer.text
    assert answer.unsupported == ()
