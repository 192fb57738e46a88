"""The first sentence answers the question: how many, which, since when, by whom."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.evals.analyst_lab import Labs, lab_of, shared_labs
from tests.stubs.sizes import fewest_guests
from tests.stubs.slow import sampled

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def labs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Labs]:
    async with shared_labs(tmp_path_factory.mktemp("labs")) as made:
        yield made


async def first_sentence(labs: Labs, scenario: str, question: str) -> str:
    answer = await (await labs.of(scenario, guests=fewest_guests(scenario))).ask(question)
    assert answer.unsupported == (), (question, answer.unsupported)
    return answer.text.partition("\n\n")[0]


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("how many vms do i have", r"6 virtual machines, 5 of them running\*\*; win10-old on "),
        ("wie viele vms habe ich", r"6 virtual machines, 5 of them running\*\*"),
        ("how many guests run", r"10 of 11 guests run, 5 LXC containers and 5 virtual machines\*"),
        ("how many lxcs are running", r"5 LXC containers run\*\*\. 1 template is not counted"),
        ("how many vitrual machines are there", r"6 virtual machines, 5 of them running\*\*"),
        ("how many templates do i have", r"2 templates\*\*: debian-13-template on pve1 and ubuntu"),
        ("how many vms are on pve1", r"1 virtual machine on pve1, running\*\*"),
        ("welche vms sind aus", r"1 of 6 virtual machines not running\*\*: win10-old on pve2, "),
        ("sind alle vms an", r"Yes, all that should: 5 of 6 virtual machines run\*\*; win10-old"),
        ("which guests are down", r"None: no guest is down that should run\*\*: 10 of 11 "),
        ("is anything off that should run?", r"No: no guest is down that should run\*\*"),
        ("is any vm down", r"No: no virtual machine is down that should run\*\*"),
        ("how mny vms do i hav", r"6 virtual machines, 5 of them running\*\*"),
        ("anzahl container", r"5 LXC containers, all running, and \d+ Docker containers on \d"),
        ("what is not running", r"1 of 11 guests not running\*\*: win10-old on pve2, on purpose"),
        ("how many guests have snapshots", r"The built-in analyst has no answer to this question"),
        ("how many vms are off on purpose", r"1 of 6 virtual machines not running\*\*"),
    ]),
)  # fmt: skip
async def test_guests_are_counted_by_their_kind(labs: Labs, question: str, told: str) -> None:
    said = await first_sentence(labs, "quiet", question)
    assert re.match(rf"\*\*{told}", said), said


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("which smb shares are there", r"3 SMB shares\*\*: media \(read only\), photos and time"),
        ("nfs shares", r"\d NFS shares\*\*: .*media, "),
        ("who mounts the nfs shares", r"\d machines mount shares over NFS\*\*: .*photos by immich"),
        ("who mounts them", r"\d machines mount shares over NFS\*\*: .*photos by immich"),
        ("welche nfs freigaben gibt es", r"\d NFS shares\*\*"),
        ("who is connected over smb", r"The NAS does not tell who is connected over SMB\*\*"),
        ("which shares does immich mount", r"immich mounts 1 share of the NAS\*\*: photos\."),
        ("what does db mount", r"db is not seen to mount a share of the NAS\*\*"),
        ("is there an smb share for media", r"Yes: SMB media .*: read only for everybody\*\*"),
        ("which shares are read only", r"1 share\*\*: media \(read only\)\."),
        ("which clients use nfs", r"\d machines mount shares over NFS\*\*"),
        ("is anyone connected to my nas", r"\d machines mount shares over NFS\*\*"),
        ("wer ist über smb verbunden", r"The NAS does not tell who is connected over SMB\*\*"),
    ]),
)  # fmt: skip
async def test_shares_are_told_by_their_protocol(labs: Labs, question: str, told: str) -> None:
    said = await first_sentence(labs, "quiet", question)
    assert re.match(rf"\*\*{told}", said), said


@pytest.mark.parametrize(
    ("scenario", "question", "told"),
    sampled([
        ("commits-take-seconds", "how long has pool fast run on one disk",
         r"Pool fast has run on 1 of 2 disks for 5 d, since 2026-11-17 15:00 UTC\*\*: disk sdh of"),
        ("commits-take-seconds", "seit wann läuft fast auf einer platte",
         r"Pool fast has run on 1 of 2 disks for 5 d"),
        ("commits-take-seconds", "how long is the mirror running on one leg",
         r"Pool fast has run on 1 of 2 disks for 5 d"),
        ("commits-take-seconds", "wich disk is gone",
         r"Disk sdh of pool fast is removed, gone .*: Samsung .*, serial S6PNNM0T10AAF4, 1\.8 TiB"),
        ("commits-take-seconds", "seriennummer der kaputten platte",
         r"The serial of the removed disk sdh of pool fast is S6PNNM0T10AAF4\*\*"),
        ("commits-take-seconds", "wie lange ist tank schon degraded", r"tank is not degraded\*\*"),
        ("commits-take-seconds", "is a disk missing", r"Yes: disk sdh of pool fast is removed"),
        ("commits-take-seconds", "is the mirror complete", r"No: disk sdh of pool fast is removed"),
        ("commits-take-seconds", "how many disks are missing", r"1 disk missing: disk sdh of pool"),
        ("quiet", "are all disks there", r"Yes: no disk of fast and tank is missing\*\*"),
        ("nas-api-down-disk-dead", "what is the serial of the dead disk",
         r"As far as Prometheus knows, the disk that vanished is sdg .*, serial S6PNNM0T3433A3"),
        ("nas-api-down-disk-dead", "how long has fast run on one disk",
         r"As far as Prometheus knows, pool fast on nas1 has been degraded for 13 h, since about"),
        ("nas-disk-failing", "which disk is missing",
         r"None: no disk of tank and fast is missing\*\*; all 8 .*but disk sdc has \d+ errors"),
        ("nas-disk-failing", "serial of the failed disk", r"sdc in pool tank: TOSHIBA .*, serial "),
        ("quiet", "is any disk missing", r"No: no disk of fast and tank is missing\*\*"),
    ]),
)  # fmt: skip
async def test_a_lost_disk_is_told_with_its_serial_and_time(
    labs: Labs, scenario: str, question: str, told: str
) -> None:
    said = await first_sentence(labs, scenario, question)
    assert re.match(rf"\*\*{told}", said), said


@pytest.mark.parametrize(
    ("scenario", "question", "told"),
    sampled([
        ("login-gone-with-its-node", "wie lange ist pve2 schon weg",
         r"Node pve2 has been away for 28 min, since about 14:32 UTC\*\*: offline"),
        ("login-gone-with-its-node", "since when is media down",
         r"media \(101\) has been away for 28 min, .*\*\*: its node pve2 is offline"),
        ("login-gone-with-its-node", "how long has pve1 been down", r"pve1 is not away\*\*: on"),
        ("login-gone-with-its-node", "since when is plex down", r"Nothing here is called `plex`"),
        ("guest-stopped", "how long has vaultwarden been off",
         r"vaultwarden \(109\) has been off for 51 min, since 14:09 UTC\*\*: stopped by anna@pve"),
        ("guest-stopped", "since when is win10-old stopped",
         r"win10-old \(9010\) has been off for more than 30 days.*\*\*: .* not set to start on "),
        ("guest-stopped", "how long is bitwarden down", r"vaultwarden \(109\) has been off for 51"),
        ("guest-stopped", "seit wann ist das nas weg", r"TrueNAS is not away\*\*: it answers"),
    ]),
)  # fmt: skip
async def test_it_is_told_since_when_something_is_away(
    labs: Labs, scenario: str, question: str, told: str
) -> None:
    said = await first_sentence(labs, scenario, question)
    assert re.match(rf"\*\*{told}", said), said


async def test_a_backend_that_is_away_is_told_apart_from_its_machine(tmp_path: Path) -> None:
    async with lab_of("quiet", tmp_path, guests=10) as lab:
        await lab.break_backend("pbs", "refuse")
        for question in ("since when is the backup server offline", "wie lange ist pbs schon weg"):
            text = (await lab.ask(question)).text
            assert text.startswith("**Proxmox Backup Server is away, since when nothing tells**: ")
            assert "its machine pbs answers, so what is away is the program" in text


@pytest.mark.parametrize(
    ("scenario", "question", "told"),
    sampled([
        ("copying-takes-forever", "how often was bookstack killed",
         r"bookstack was killed once for lack of memory in the last 24 h\*\*: bookstack on .* 14:"),
        ("copying-takes-forever", "was anything killed for lack of memory",
         r"Yes: the kernel killed 1 program for lack of memory in the last 24 h, on bookstack\*\*"),
        ("copying-takes-forever", "was media killed", r"No: no program on media was killed for la"),
        ("guest-memory-leak-oom", "wie oft wurde immich diese woche gekillt",
         r"immich was killed twice for lack of memory since 2026-11-16 00:00 UTC\*\*, the last wa"),
        ("guest-memory-leak-oom", "how many oom kills in the last hour",
         r"The kernel killed 1 program for lack of memory since 14:00 UTC, on immich\*\*: .*; twi"),
        ("guest-memory-leak-oom", "how often was db killed", r"None: no program on db was killed"),
        ("transcoder-will-not-reboot", "who locked tdarr",
         r"tdarr .130. has the lock 'snapshot', held by the task qmsnapshot of root@pam, "),
        ("transcoder-will-not-reboot", "which guests are locked", r"tdarr .130. has the lock "),
        ("transcoder-will-not-reboot", "wer hat tdarr gesperrt", r"tdarr .130. has the lock "),
        ("transcoder-will-not-reboot", "is media locked", r"No: media \(101\) has no lock\*\*"),
        ("transcoder-will-not-reboot", "why is tdarr locked", r"tdarr .130. has the lock "),
        ("transcoder-will-not-reboot", "who locks plex", r"Nothing here is called `plex`\*\*"),
    ]),
)  # fmt: skip
async def test_kills_are_counted_and_locks_told_with_their_task(
    labs: Labs, scenario: str, question: str, told: str
) -> None:
    said = await first_sentence(labs, scenario, question)
    assert re.match(rf"\*\*{told}", said), said


@pytest.mark.parametrize(
    ("scenario", "question", "told"),
    sampled([
        ("quiet", "is tank/photos copied?",
         r"Yes: tank/photos is copied to backup/replica by documents-to-pbs\*\*; its copy is of"),
        ("quiet", "is tank/media copied", r"No: no replication copies tank/media\*\*"),
        ("quiet", "is my films dataset copied", r"Which dataset holds `films` is not"),
        ("quiet", "is tank copied?",
         r"No: no replication copies tank as a whole, only tank/.* below it\*\*"),
        ("quiet", "wohin wird tank/photos kopiert", r"tank/photos is copied to backu"),
        ("quiet", "is everything copied", r"\d of \d+ datasets are copied, none of t"),
        ("quiet", "which datasets are not copied", r"\d of \d datasets are in no replication\*\*"),
        ("quiet", "is tank/nonsense copied", r"Nothing here is called `tank/nonsense"),
        ("nas-replication-stuck", "is fast/vm replicated",
         r"No: fast-to-tank, which copies fast/vm to tank/replica, failed: cannot receive"),
        ("nas-replication-stuck", "is tank/photos copied?", r"Yes: tank/photos is copied to"),
        ("quiet", "how much space do snapshots take",
         r"Snapshots hold [\d.]+ GiB on fast and tank\*\*, the most: tank/media [\d.]+ GiB, "),
        ("quiet", "wie viel platz brauchen snapshots", r"Snapshots hold [\d.]+ GiB o"),
        ("quiet", "how many snapshots are there", r"\d+ snapshots of \d+ datasets\*\*"),
        ("quiet", "how big are the snapshots of immich",
         r"Proxmox VE does not tell how much space the snapshots of immich take\*\*"),
    ]),
)  # fmt: skip
async def test_a_dataset_is_copied_by_its_own_replication_only(
    labs: Labs, scenario: str, question: str, told: str
) -> None:
    said = await first_sentence(labs, scenario, question)
    assert re.match(rf"\*\*{told}", said), said


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("is the usb disk mounted", r"No: the disk of datastore usb of .* is not plugged in"),
        ("is fast-vm mounted", r"Yes: storage fast-vm \(nfs\) is available on pve1, pve2 and pve3"),
        ("ist die usb platte eingehängt", r"No: the disk of datastore usb of pbs:main"),
        ("is tank/photos mounted on immich", r"Yes: tank/photos is mounted on immich\*\*"),
        ("is tank/media mounted on db", r"No: tank/media is not seen to be mounted on db\*\*"),
        ("is fast-vm not mounted", r"No: storage fast-vm \(nfs\) is available"),
    ]),
)  # fmt: skip
async def test_what_is_mounted_is_told(labs: Labs, question: str, told: str) -> None:
    said = await first_sentence(labs, "quiet", question)
    assert re.match(rf"\*\*{told}", said), said


@pytest.mark.parametrize(
    ("question", "begins", "taken"),
    sampled([
        ("wiki", "Nothing wrong was found with bookstack", "“wiki” is taken for bookstack."),
        ("are the videos ok", "Yes: nothing wrong was found with jellyfin", "“videos” is taken "),
        ("is the adblocker up", "Nothing wrong was found with pihole", "; here is also adguard."),
        ("passwords", "Nothing wrong was found with vaultwarden", "“passwords” is taken for vault"),
        ("is the blog up", "Nothing here is called `blog`", ""),
        ("is bookstack ok", "Yes, bookstack is fine", ""),
        ("läuft alles", "Nothing wrong was found with the homelab", ""),
    ]),
)  # fmt: skip
async def test_a_word_taken_for_a_program_is_told(
    labs: Labs, question: str, begins: str, taken: str
) -> None:
    text = (await (await labs.of("quiet", guests=40)).ask(question)).text
    assert text.startswith(f"**{begins}"), text
    assert taken in text
    assert ("is taken for" in text) is bool(taken)


@pytest.mark.parametrize(
    ("scenario", "wrong"), [("transcoder-will-not-reboot", ["tdarr"]), ("control-busy-night", [])]
)
async def test_problems_are_locks_that_no_task_gives_back(
    labs: Labs, scenario: str, wrong: list[str]
) -> None:
    lab = await labs.of(scenario, guests=fewest_guests(scenario))
    tool = next(one for one in lab.tools if one.name == "proxmox_list_guests")
    every = (await tool.run(lab.agent._context, {})).data.items
    assert any(guest.lock for guest in every)
    found = (await tool.run(lab.agent._context, {"problems": True})).data.items
    assert [guest.name for guest in found] == wrong
