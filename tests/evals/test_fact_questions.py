"""A question for a fact is answered by the fact, or by saying that there is no answer."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sre_tui.agent.events import Answered
from sre_tui.agent.session import Session
from tests.evals.analyst_lab import Lab, shared_labs
from tests.stubs.slow import sampled

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOOT = """\
[    0.000000] Command line: console=ttyS0 quiet reboot=k panic=1 pci=off
[    1.234567] page_reporting_drain_all: err=0
"""
SEGFAULT = "[    2.345678] foo[123]: segfault at 0 ip 0 sp 0 error 4 in libc.so.6"
NO_ANSWER = r"\*\*The built-in analyst has no answer to this question\*\*"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    async with shared_labs(tmp_path_factory.mktemp("labs")) as labs:
        yield await labs.of("nas-disk-failing", guests=40)


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("which node has the highest load?", r"\*\*pve\d has the highest load\*\*: it has a load"),
        ("node with the highest load", r"\*\*pve\d has the highest load\*\*"),
        ("how many sectors are pending on sdc?", r"\*\*sdc on nas1 has \d+ pending sectors\*\*"),
        ("which disk has the most reallocated sectors?", r"\*\*sdc on nas1 has the most replaced"),
        ("does pve2 run any containers that restart?", r"\*\*No: no container on pve2 restarted"),
        ("which containers restarted today?", r"\*\*None: no container restarted since 00:00 UTC"),
        ("what is on pve2?", r"\*\*\d+ guests on pve2, \d+ of them running: \d+ LXC containers "),
        ("what's on docker1?", r"\*\*6 containers on docker1\*\*"),
        ("does any site return errors?", r"\*\*None\*\*: all of \d+ sites are answering"),
        ("is frigate backed up completely?", r"\*\*No, not completely: scsi1 of frigate is in no"),
        ("is frigate backed up?", r"\*\*Yes: frigate has a good backup\*\*"),
        ("is swap used on pve1?", r"\*\*Yes: pve1 uses [\d.]+ MiB of 16.0 GiB of swap\*\*"),
        ("is anything using swap?", r"\*\*Yes: \d+ of \d+ machines use swap\*\*; most of it "),
        ("is the UPS on battery?", r"\*\*No, UPS ups1 is on line power\*\*: battery charged"),
        ("is the UPS on line power?", r"\*\*Yes, UPS ups1 is on line power\*\*"),
        ("is dns1 in HA?", r"\*\*No: dns1 \(\d+\) is not managed by high availability\*\*"),
        ("are all DNS servers up?", r"\*\*Yes: all of 2 name servers run\*\*: dns1 and dns2"),
        ("who is logging the most?", r"\*\*\w+ wrote the most log lines in the last hour\*\*"),
        ("what is the biggest dataset on tank?", r"\*\*tank/\w+ is the biggest dataset of tank"),
        ("which disks are asleep?", r"(?s).* Not counted: sdg on nas1 and sdh on nas1; they do"),
        ("how many guests are stopped?", r"\*\*2 of 41 guests not running\*\*: .* 2 templates are"),
        ("which service logged the most errors in the last hour?",
         r"\*\*\w+ logged the most errors in the last hour\*\*.*\(as of 15:00 UTC\)"),
        ("what storage does pve3 have", r"\*\*pve3 has 5 storages: .*local-zfs"),
        ("which storages are on pve1?", r"\*\*pve1 has 5 storages: "),
        ("list the storages of pve2", r"\*\*pve2 has 5 storages: "),
        ("which containers have the tag core", r"\*\*5 containers have the tag `core`\*\*: db, dn"),
        ("what tags does immich have?", r"\*\*immich \(108\) has no tag\*\*"),
        ("which tags are in use", r"\*\*Tags in use: core and no-backup\*\*"),
        ("is anything tagged frobnicate?", r"\*\*No: no guest has the tag `frobnicate`\*\*"),
        ("which guests replicate to pve2", r"\*\*dns1 \(102\), .* are replicated to pve2\*\*"),
        ("does pve3 replicate any guests?", r"\*\*Yes: vaultwarden .* is replicated from pve3\*\*"),
        ("is any vm replicated from pve1", r"\*\*No: no virtual machine is replicated from pve1"),
        ("is replication between the nodes ok?", r"\*\*Yes: dns1 .* are replicated\*\*"),
        ("is my data safe?", r"\*\*No data is known to be lost, but .* 1 more disk of tank"),
        ("how many disks may still fail?", r"\*\*1 more disk of tank .*until the resilver"),
        ("can another disk fail?", r"\*\*Yes: 1 more disk of tank .*; sdc is counted as gone\*\*"),
        ("wich disk shoud i replace", r"\*\*sdc in pool tank: TOSHIBA"),
        ("which disk sholud I replace?", r"\*\*sdc in pool tank: TOSHIBA"),
        ("is plex down", r"(?s)\*\*Nothing here is called `plex`.*Close to it: jellyfin\."),
        ("can i lose data?", r"\*\*1 more disk of tank \(raidz2\) and 1 more disk of fast"),
        ("is dns1 in the dmz?", NO_ANSWER + r"(?s:.*)`sre guests show dns1`(?s:.*)- dns1: running"),
        ("which node has a gpu?", NO_ANSWER + ".*`sre nodes`"),
        ("is tank encrypted?", NO_ANSWER + ".*tank is its state"),
        ("which lxc uses the most memory", r"\*\*(?!docker1|immich|tdarr)\w+ uses the most memory"),
        ("top 3 vms by cpu", r"(?s)\*\*frigate uses .*(?!.*\bmedia\b)1[0-9] others not shown"),
        ("which container uses the least cpu", r"(?s).*Of LXC containers \w+ uses the least"),
        ("which vm has been running the longest", r"\*\*\w+ has been running longest\*\*"),
        ("which lxc has the biggest disk", r"\*\*\w+ has the biggest disk\*\*: it has a disk of"),
        ("wich kernel is pve1 on", r"\*\*pve1 runs Proxmox VE [\d.]+, kernel 6\.\d+"),
        ("kernel version of pve1", r"\*\*pve1 runs Proxmox VE [\d.]+, kernel 6\.\d+"),
        ("io wait pve2", r"\*\*pve2 waits for storage [\d.]+ % of the time"),
        ("whats the io wait on pve2", r"\*\*pve2 waits for storage [\d.]+ % of the time"),
        ("pve2 uptime", r"\*\*pve2 last started at "),
        ("whats the cpu model of pve1", r"\*\*pve1 has 16 processor threads of 1 socket, Intel"),
        ("timezone of pve1", NO_ANSWER),
        ("hwo many cores did i give immich", r"\*\*immich \(108\) has 4 cores"),
        ("whcih guests are stopped", r"\*\*2 of 41 guests not running"),
        ("how full is local-zfs on pve2", r"\*\*local-zfs on pve2 is [^;]+\*\* \(as of"),
        ("what raid is tank", r"\*\*tank is raidz2 of 6\*\*"),
        ("is tank a mirror", r"\*\*No: tank is raidz2 of 6\*\*"),
        ("is fast mirrored", r"\*\*Yes: fast is mirror of 2\*\*"),
        ("does tank have a spare", r"\*\*No: tank is raidz2 of 6; tank has no spare\*\*"),
        ("how old is the newest snapshot of fast/appdata",
         r"\*\*The newest snapshot of fast/appdata is of 00:00 UTC \(15 h ago\)"),
        ("wann war der letzte snapshot von fast/vm", r"\*\*The newest snapshot of fast/vm is of"),
        ("how many disks are in tank", r"\*\*tank has 6 disks: "),
        ("how many disks does docker1 have", r"\*\*docker1 \(107\) has 2 disks\*\*: scsi0"),
        ("is sdg an ssd", r"\*\*Yes: sdg on nas1 is an SSD\*\*"),
        ("what is the ups load", r"\*\*ups1 carries a load of \d+ %\*\*"),
        ("how many watts does the ups draw", r"\*\*That is not recorded\*\*"),
        ("how many datastores do i have", r"\*\*3 datastores: archive, main and usb\*\*"),
        ("when does gc run next on main", r"(?i)\*\*garbage collection runs next: of main at "),
        ("pbs uptime", r"\*\*pbs:main runs Proxmox Backup Server .*, up \d+ d"),
        ("how full is usb", NO_ANSWER + ".*datastore usb is not plugged in"),
        ("whats the compression ratio of tank/media", NO_ANSWER + ".*tank/media is a data set"),
        ("does pbs have a tape drive", NO_ANSWER),
        ("is dedup on for tank", NO_ANSWER),
        ("free space on pbs-main", r"\*\*datastore main is [\d.]+ % full"),
        ("wie heiß ist sda", r"\*\*sda on nas1 is at \d+"),
        ("wie groß ist tank", r"\*\*tank on nas1 is [\d.]+ % full"),
        ("pve2 load", r"\*\*pve2 has a load of "),
        ("what is pve1 running on", NO_ANSWER),
        ("does pve1 need a reboot", NO_ANSWER),
        ("is frigate a vm or a container", r"\*\*frigate \(112\) is a virtual machine with"),
        ("which vm has the least memory", r"\*\*(?!win1)\w+ uses the least memory\*\*"),
        ("when was archive last verified", r"\*\*No job verifies archive\*\*"),
        ("welche gäste sind gestoppt", r"\*\*2 of 41 guests not running\*\*"),
        ("which storage is shared", r"\*\*3 storages of Proxmox VE shared: "),
    ]),
)  # fmt: skip
async def test_the_fact_is_told(lab: Lab, question: str, told: str) -> None:
    answer = await lab.ask(question)
    assert re.match(told, answer.text), answer.text
    assert "is failing" not in answer.text
    assert answer.unsupported == ()


async def test_the_same_is_asked_of_another_thing(lab: Lab) -> None:
    texts = []
    session: Session | None = None
    for question in ("how full is tank?", "and fast?", "what about nas1"):
        async for event in lab.agent.ask(question, session):
            if isinstance(event, Answered):
                texts.append(event.answer.text)
                session = lab.agent.sessions.load(event.answer.session)
    assert re.match(r"\*\*tank on nas1 is [\d.]+ % full", texts[0])
    assert re.match(r"\*\*fast on nas1 is [\d.]+ % full", texts[1]), texts[1]
    assert "tank on nas1 is" in texts[2]


async def test_a_step_names_the_disk_that_fails_and_no_other(lab: Lab) -> None:
    text = (await lab.ask("is sdc dying?")).text
    steps = text.partition("What to do next")[2]
    assert "/dev/sdc" in steps
    assert "nvme" not in steps
    assert "(2 h 58 min ago)" in text
    assert "2 h 57 min" not in text


@pytest.mark.parametrize(
    ("piped", "told", "never"),
    sampled([
        (BOOT, "No sign of trouble", "grave"), (SEGFAULT, "crashed", "docker"),
    ]),
)  # fmt: skip
async def test_what_the_kernel_says_of_itself(lab: Lab, piped: str, told: str, never: str) -> None:
    text = (await lab.ask("anything wrong here?", piped)).text
    assert told in text
    assert never not in text
