"""Questions about updates, backups, alerts and reports are answered by their first sentence."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sre_tui.agent.events import Answer
from tests.evals.analyst_lab import Lab, Labs, shared_labs
from tests.stubs.slow import sampled

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def labs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Labs]:
    async with shared_labs(tmp_path_factory.mktemp("labs")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def quiet(labs: Labs) -> Lab:
    return await labs.of("quiet", guests=12)


async def asked(lab: Lab, question: str) -> Answer:
    answer = await lab.ask(question)
    assert answer.unsupported == (), (question, answer.unsupported)
    return answer


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("what was updated today", r"\*\*No update is known since 00:00 UTC\*\*: no container"),
        ("did anything get updated last night?", r"\*\*No: no update is known between "),
        ("when was media last updated", r"\*\*No update of media is known since "),
        ("when was flurb updated", r"\*\*Nothing here is called `flurb`\*\*"),
        ("which version runs on pve1", r"\*\*pve1 runs Proxmox VE 9\.2\.11, kernel "),
        ("welche version läuft auf pve1", r"\*\*pve1 runs Proxmox VE 9\.2\.11, kernel "),
        ("what version of proxmox am i running", r"\*\*pve1, pve2 and pve3 run Proxmox VE 9"),
        ("what version of truenas do i have", r"\*\*nas1 runs TrueNAS 25\.10\.1\*\*"),
        ("which version of sonarr is running", r"\*\*sonarr on docker1 runs 4\.0\.16\*\*"),
        ("which version of jellyfin runs",
         r"\*\*No backend tells which version of jellyfin runs\*\*: `dpkg .*` on media does"),
        ("are there updates for my nodes", r"\*\*Yes: updates wait for pve1 \(\d+ packages?\)"),
        ("gibt es updates für meine nodes", r"\*\*Yes: updates wait for pve1 \(\d+ packages?\)"),
        ("is pve1 up to date", r"\*\*No: updates wait for pve1 \(\d+ packages\)\*\*"),
        ("is truenas up to date", r"\*\*Yes: TrueNAS is up to date\*\*; updates wait for its app"),
        ("when was truenas last updated", r"\*\*No update of nas1 is known since "),
        ("what is the kernel version of media", r"\*\*media runs kernel \d"),
        ("is my backup server up to date", r"\*\*(?:Yes|No): updates wait for "),
        ("list updates", r"\*\*Updates wait for \d+ of \d+: "),
        ("brauchen meine server updates", r"\*\*Yes: updates wait for \d+ of \d+: "),
        ("is sonarr up to date",
         r"\*\*No backend tells whether there is a newer version of sonarr\*\*: `docker compose"),
    ]),
)  # fmt: skip
async def test_updates_and_versions(quiet: Lab, question: str, told: str) -> None:
    text = (await asked(quiet, question)).text
    assert re.match(told, text), text


@pytest.mark.parametrize(
    "question", sampled(["what was updated today", "wann wurde sonarr zuletzt aktualisiert?"])
)
async def test_an_update_is_told_with_its_time(labs: Labs, question: str) -> None:
    lab = await labs.of("container-restart-loop-after-update", guests=12)
    text = (await asked(lab, question)).text
    assert re.match(r"\*\*sonarr on docker1 was updated at 14:05 UTC \(55 min ago\)\*\*: ", text)
    assert "4.0.17" in text.splitlines()[0]


async def test_what_no_backend_counts_is_looked_up_by_hand(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with shared_labs(tmp_path_factory.mktemp("blind")) as own:
        lab = await own.of("quiet", guests=10)
        await lab.break_backend("prometheus", "refuse")
        await lab.break_backend("pbs", "refuse")
        backups = (await asked(lab, "are my backups ok?")).text
        text = (await asked(lab, "are there updates for my nodes?")).text
        told = (await asked(lab, "what was updated today?")).text
    assert told.startswith("**Cannot tell whether there was an update since 00:00 UTC**"), told
    assert backups.startswith("**Cannot tell: Proxmox Backup Server cannot be reached")
    assert backups.count("Proxmox Backup Server") == 1, "what is wrong with it is told once"
    assert text.startswith("**No backend tells whether updates wait for pve1, pve2 and pve3**")
    assert "`ssh pve1 'apt update && apt list --upgradable'`" in text
    assert "Prometheus (" in text


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("which alerts fired this week",
         r"\*\*5 alerts fired since 2026-11-16 00:00 UTC, 10 times in all: HostHighIoWait \(6 t"),
        ("wie viele alarme gab es heute", r"\*\*5 alerts fired since 00:00 UTC, 10 times in all"),
        ("which alerts fired yesterday", r"\*\*No alert fired between 2026-11-21 00:00 UTC and "),
        ("which alert fired the most often", r"\*\*HostHighIoWait fired most often since .*: 6 t"),
        ("wich alerts went off on nas1 today", r"\*\*4 alerts of nas1 fired since 00:00 UTC: "),
        ("did any alerts fire last night?", r"\*\*No: no alert fired between "),
        ("how often did HostHighIoWait fire today", r"\*\*HostHighIoWait fired 6 times since 00"),
        ("which alerts are firing", r"\*\*10 firing alerts\*\*"),
    ]),
)  # fmt: skip
async def test_alerts_of_a_time_are_counted(labs: Labs, question: str, told: str) -> None:
    text = (await asked(await labs.of("nas-disk-failing", guests=12), question)).text
    assert re.match(told, text), text


async def test_what_is_meant_to_fire_is_told_apart(labs: Labs) -> None:
    lab = await labs.of("control-watchdog", guests=12)
    text = (await asked(lab, "which alerts fired this week?")).text
    assert text.startswith("**HomeAssistantUpdateAvailable fired once since 2026-11-16 00:00 UTC**")
    assert re.search(r"\*\*Meant to fire always\*\*\n- Watchdog", text)


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("which guests have no backup job", r"\*\*Only win10-old, left out on purpose; all other"),
        ("welche gäste haben keinen backup-job", r"\*\*Only win10-old, left out on purpose"),
        ("wich vms are not in any backup job", r"\*\*Only win10-old, left out on purpose"),
        ("is immich in a backup job", r"\*\*Yes: immich is in 1 backup job: 01:30 to pbs-main\*\*"),
        ("which backup job takes longest", r"\*\*Job 01:30 to pbs-main takes longest: \d+ min"),
        ("welches backup dauert am längsten", r"\*\*The backup of \w+ takes longest: 2 min"),
        ("how long does the backup of media take", r"\*\*The last backup of media took 2 min"),
        ("when is the next backup", r"\*\*The next backup begins at 2026-11-23 01:30 UTC\*\*, in"),
        ("wann ist das nächste backup von media", r"\*\*The next backup of media begins at 2026-1"),
        ("when will media be backed up next", r"\*\*The next backup of media begins at 2026-1"),
        ("when was the last verify",
         r"\*\*The last verification of main ended 2026-11-21 11:\d\d UTC \(1 d 3 h ago\)\*\*: OK"),
        ("wann war die letzte verifizierung", r"\*\*The last verification of main ended 2026-1"),
        ("when is the next verify", r"\*\*The next verification begins at 2026-11-28 09:00 UTC"),
        ("how big is the backup of media", r"\*\*The newest backup of media is 18\.\d GiB\*\*"),
        ("wie groß ist das backup von media", r"\*\*The newest backup of media is 18\.\d GiB"),
        ("are my backups encrypted", r"\*\*No: none of the newest backups is encrypted\*\*"),
        ("sind meine backups verschlüsselt?", r"\*\*No: none of the newest backups is encrypted"),
        ("is the backup of media verified", r"\*\*Yes: the newest backup of media, of 01:32 UTC"),
        ("are all backups verified?", r"\*\*Yes: the newest backup of each of 17 guests and hosts"),
        ("which backups are unverified", r"\*\*None: the newest backup of each of 17 guests and"),
        ("any backup job without guests", r"\*\*No: each of 2 backup jobs takes a guest\*\*"),
        ("do my backups run tonight", r"\*\*The next backup begins at 2026-11-23 01:30 UTC"),
        ("what takes most space on main", r"\*\*The largest backup in main is that of win10-old, "),
        ("how much did the datastore grow", r"\*\*datastore archive grows by 1\.\d GiB a day, in"),
        ("are my backups up to date", r"\*\*Yes: all 12 guests have a good backup\*\*"),
        ("who filled the datastore", r"\*\*No single backup filled .*main.*: none grew much"),
        ("wer hat den datastore gefüllt", r"\*\*No single backup filled .*main.*: none grew much"),
    ]),
)  # fmt: skip
async def test_jobs_sizes_and_verifications_of_backups(
    quiet: Lab, question: str, told: str
) -> None:
    text = (await asked(quiet, question)).text
    assert re.match(told, text), text


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("do i have a backup of media as of 3 weeks ago",
         r"\*\*Yes: there is a backup of media of 2026-11-02 01:32 UTC \(20 d 13 h ago\)\*\*"),
        ("can i restore media as of 2 months ago",
         r"\*\*No: there is no good backup of media from 2026-09-19 .*; the oldest that is kept"),
        ("how far back can i restore media", r"\*\*The oldest backup of media is of 2026-10-04 0"),
        ("habe ich ein backup von media von vor 3 wochen",
         r"\*\*Yes: there is a backup of media of 2026-11-02"),
        ("is there a backup of media from yesterday", r"\*\*Yes: .* of media of 2026-11-21 01:3"),
        ("gibt es ein backup von media von letzter woche", r"\*\*Yes: .* of 2026-11-1[0-5] 01:32"),
        ("kann ich media auf den stand von vor 2 wochen zurücksetzen?", r"\*\*Yes: there is a"),
        ("do i have backups from 2 weeks ago", r"\*\*Yes: \d+ of \d+ guests and hosts have a back"),
    ]),
)  # fmt: skip
async def test_a_backup_of_a_time_is_one_of_that_time(quiet: Lab, question: str, told: str) -> None:
    text = (await asked(quiet, question)).text
    assert re.match(told, text), text


async def test_a_guest_without_a_job_is_named(labs: Labs) -> None:
    lab = await labs.of("backup-missing-from-job", guests=12)
    text = (await asked(lab, "which guests have no backup job?")).text
    assert text.startswith("**immich is in no backup job**"), text
    text = (await asked(lab, "when is the next backup of immich?")).text
    assert text.startswith("**No next backup of immich is planned**: immich is in no backup job")


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("when is the next report", r"\*\*The next report is due Mon 2026-11-23 07:00 \w+\*\*, in"),
        ("wann kommt der nächste bericht", r"\*\*The next report is due Mon 2026-11-23 07:00 "),
        ("when was the last report made", r"\*\*No report has been made yet\*\* \[E1\]\. The next"),
        ("what did last week's report say", r"\*\*No report has been made yet\*\*: `sre report`"),
        ("who gets the report", r"\*\*Nobody gets the reports by mail\*\*\. The next report is d"),
    ]),
)  # fmt: skip
async def test_reports_are_told_by_plan_and_archive(quiet: Lab, question: str, told: str) -> None:
    text = (await asked(quiet, question)).text
    assert re.match(told, text), text
    assert "Not checked" not in text


async def test_alerts_that_tell_of_no_trouble_are_none(labs: Labs) -> None:
    lab = await labs.of("control-watchdog", guests=12)
    well = "nothing wrong was found with the homelab; 1 alert is firing that tells of no trouble: "
    assert (await asked(lab, "is anything wrong?")).text.startswith(f"**No: {well}")
    assert (await asked(lab, "is everything ok?")).text.startswith(f"**Yes: {well}")
    first = (await asked(lab, "what should i do first?")).text
    assert first.startswith("**Nothing needs doing**: no trouble was found.")
    of_one = (await asked(lab, "why is the watchdog alert firing?")).text
    assert "Watchdog fires always, as it is meant to" in of_one.splitlines()[0]


async def test_a_backup_that_failed_its_verification_is_named(labs: Labs) -> None:
    lab = await labs.of("backups-unverified", guests=12)
    which = (await asked(lab, "which backups failed verification?")).text
    assert which.startswith("**5 backups failed the verification: paperless**")
    assert "sre runbooks show" in which
    one = (await asked(lab, "is the backup of paperless verified?")).text
    assert one.startswith("**No: the newest backup of paperless, of 01:58 UTC in main, failed its")
    assert "the newest good one is of 2026-11-17 01:58 UTC" in one.splitlines()[0]
