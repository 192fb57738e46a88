"""The built-in analyst answers what was asked, and nothing else, over the simulated homelab."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sre_tui.agent.events import Answer
from tests.evals.analyst_lab import Lab, Labs, lab_of, shared_labs
from tests.stubs.slow import sampled

pytestmark = pytest.mark.asyncio(loop_scope="module")

DIAGNOSIS = re.compile(
    r"No confirmed cause|\bcause \d|Trouble elsewhere|[Nn]othing wrong was found|\*\*Why\*\*"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def labs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Labs]:
    async with shared_labs(tmp_path_factory.mktemp("labs")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module", params=["backups-failing-datastore-full"])
async def lab(request: pytest.FixtureRequest, labs: Labs) -> Lab:
    return await labs.of(request.param, guests=10)


@pytest_asyncio.fixture(loop_scope="module")
async def quiet(labs: Labs) -> Lab:
    return await labs.of("quiet", guests=40)


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """What the examples brought: most of them are given to everybody who asks nothing."""
    return {}


async def asked(lab: Lab, question: str) -> Answer:
    answer = await lab.ask(question)
    assert answer.unsupported == (), (question, answer.unsupported)
    return answer


@pytest.mark.parametrize(
    "words",
    sampled(
        ["asdf", "thanks!", "hello", "what can you do?", "tell me a joke", "what is love", "help"]
    ),
)
async def test_what_is_no_question_gets_examples_and_no_diagnosis(
    lab: Lab, told: dict[str, str], words: str
) -> None:
    answer = await asked(lab, words)
    assert not DIAGNOSIS.search(answer.text)
    assert "Nothing was checked" in answer.text or "nothing was checked" in answer.text
    examples = re.findall(r"^- `(.+)`$", answer.text, re.MULTILINE)
    assert 3 <= len(examples) <= 4
    assert re.search("tank|fast", answer.text)
    for example in examples:
        if example not in told:
            told[example] = (await lab.ask(example)).text
        assert "not understood" not in told[example], example
        assert "Nothing here is called" not in told[example], example


@pytest.mark.parametrize(
    ("request_to_act", "told"),
    sampled(
        [
            ("restart jellyfin", "`systemctl restart jellyfin` on media"),
            ("can you restart sonarr please", "`docker restart sonarr` on docker1"),
            ("reboot pve2", "`systemctl reboot` on pve2"),
            ("stop immich", "`qm shutdown 108` on pve3"),
            ("scrub tank now", "`zpool scrub tank` on nas1"),
            ("delete all snapshots", "sre runbooks show snapshot"),
        ]
    ),
)
async def test_a_request_to_act_is_declined(lab: Lab, request_to_act: str, told: str) -> None:
    answer = await asked(lab, request_to_act)
    assert answer.text.startswith("**sre only reads and never changes anything**")
    assert told in answer.text
    assert not DIAGNOSIS.search(answer.text)


@pytest.mark.parametrize(
    "question",
    sampled([
        "is plex down?", "plex is slow", "why is plex down", "logs of plex", "cant watch plex",
        "how much memory does plex use", "when did plex last restart?", "what changed on plex",
    ]),
)  # fmt: skip
async def test_an_unknown_name_ends_the_answer(lab: Lab, question: str) -> None:
    text = (await asked(lab, question)).text
    assert text.startswith("**Nothing here is called `plex`**")
    assert not DIAGNOSIS.search(text)
    assert "Yes" not in text


@pytest.mark.parametrize(
    "question",
    sampled([
        "is pool flurb ok?", "is the pool flurb on nas1 healthy?", "who mounts the share flurb?",
        "list tasks of flurb", "what failed on flurb last night", "what did flurb do yesterday?",
        "how full is datastore flurb?", "list backups of flurb", "is node flurb online?",
        "is the app flurb running on truenas?", "snapshots of dataset flurb",
        "is replication flurb ok?", "when was the last scrub of flurb?",
    ]),
)  # fmt: skip
async def test_an_unknown_name_gets_no_answer_about_everything(quiet: Lab, question: str) -> None:
    text = (await asked(quiet, question)).text
    assert text.startswith("**Nothing here is called `flurb`**"), text


@pytest.mark.parametrize(
    ("question", "told"),
    sampled(
        [
            ("list tasks of mail", r"\*\*no task of mail since"),
            ("tasks on pve3 in the last hour", r"\*\*no task of pve3 since"),
            ("snapshots of tank/media", r"\*\*The newest snapshot of tank/media is of"),
            ("who mounts the photos share?", r"\*\*photos is mounted by immich"),
        ]
    ),
)
async def test_a_known_name_is_answered_of_alone(quiet: Lab, question: str, told: str) -> None:
    assert re.match(told, (await asked(quiet, question)).text)


async def test_the_nearest_names_are_suggested(lab: Lab) -> None:
    text = (await asked(lab, "is jelfin42 down?")).text
    assert text.startswith("**Nothing here is called `jelfin42`**")
    assert re.search(r"Close to it: .*jellyfin", text)


@pytest.mark.parametrize(
    "question", sampled(["is the internet down", "my server is slow", "movies are buffering",
                 "is everything ok?", "is my homelab healthy", "the wifi is slow"]),
)  # fmt: skip
async def test_everyday_words_are_no_names(lab: Lab, question: str) -> None:
    assert "Nothing here is called" not in (await asked(lab, question)).text


@pytest.mark.parametrize(
    ("question", "first", "row"),
    sampled([
        ("which container uses the most memory?", r"uses the most memory",
         r"uses [\d.]+ (MiB|GiB) of memory"),
        ("which guest uses most cpu", r"uses the most processor time", r"uses [\d.]+ %"),
        ("wich disk is the hotest?", r"is the hottest", r"on \w+ is at [\d.]+ °C"),
        ("top 5 guests by memory", r"uses the most memory", r"of [\d.]+ GiB \([\d.]+ %\)"),
        ("what is filling up fastest?", r"fills up fastest", r"grows by [\d.]+ \w+ a day"),
        ("which cert expires first", r"expires first", r"expires in \d+ d"),
        ("wer frisst den ganzen speicher", r"uses the most memory", r"uses [\d.]+ GiB"),
        ("which service logs the most", r"wrote the most log lines in the last hour",
         r"wrote \d+ log lines"),
        ("which host needs updates", r"waits for the most updates", r"waits for \d+ updates"),
    ]),
)  # fmt: skip
async def test_a_ranking_is_a_list_with_figures_and_a_time(
    lab: Lab, question: str, first: str, row: str
) -> None:
    text = (await asked(lab, question)).text
    assert re.match(rf"\*\*.* {first}\*\*: it .*\(as of 15:00 UTC\)\. \[E\d+\]", text), text
    rows = re.findall(r"^\d+\. (.+)$", text, re.MULTILINE)
    assert 2 <= len(rows) <= 5
    assert all(re.search(row, one) for one in rows), rows
    assert not DIAGNOSIS.search(text)


async def test_the_number_asked_for_is_the_number_listed(lab: Lab) -> None:
    text = (await asked(lab, "top 3 containers by cpu")).text
    assert len(re.findall(r"^\d+\. ", text, re.MULTILINE)) == 3
    shares = [float(one) for one in re.findall(r"^\d+\. .* uses ([\d.]+) %", text, re.MULTILINE)]
    assert shares == sorted(shares, reverse=True)


async def test_a_ranking_over_a_past_window_names_it(lab: Lab) -> None:
    text = (await asked(lab, "which container used the most cpu last night")).text
    assert "the most between 2026-11-21 22:00 UTC and 06:00 UTC" in text


@pytest.mark.parametrize(
    ("question", "told"),
    sampled(
        [
            (
                "how full is tank?",
                r"^\*\*tank on nas1 is [\d.]+ % full, [\d.]+ TiB of [\d.]+ TiB is",
            ),
            (
                "how much disk space is left on nas1?",
                r"^\*\*tank on nas1 .* fast on nas1 .* is left",
            ),
            (
                "how much memory does immich use?",
                r"^\*\*immich uses [\d.]+ GiB of memory of 8.0 GiB",
            ),
            (
                "how much memory does sonarr use",
                r"^\*\*sonarr on docker1 uses [\d.]+ MiB of memory",
            ),
            (
                "how much memory is free on db",
                r"^\*\*db has [\d.]+ GiB of 8.0 GiB of memory available",
            ),
            ("how hot is sdc", r"^\*\*sdc on nas1 is at \d+ °C"),
            ("cpu of docker1", r"^\*\*docker1 uses [\d.]+ % of its processors"),
            (
                "when does the certificate of jellyfin expire",
                r"^\*\*jellyfin.home.example has a cert",
            ),
        ]
    ),
)
async def test_a_quantity_is_told_with_its_unit(lab: Lab, question: str, told: str) -> None:
    text = (await asked(lab, question)).text
    assert re.search(told, text), text
    assert "(as of 15:00 UTC)" in text.splitlines()[0]


async def test_when_something_started_is_told_with_its_age(lab: Lab) -> None:
    text = (await asked(lab, "when did immich last restart?")).text
    assert re.match(r"\*\*immich last started at 2026-\d\d-\d\d \d\d:\d\d UTC, \d+ d", text)
    assert "- immich-server last started at" in text
    own = (await asked(lab, "when did jellyfin last restart")).text
    assert own.startswith("**That is not recorded of jellyfin itself.**")
    assert "- media last started at" in own


@pytest.mark.parametrize(
    ("question", "told"),
    sampled(
        [
            ("how many docker containers are running?", "**17 containers on docker1, "),
            ("how many containers run?", "**5 LXC containers run, and 17 Docker containers on "),
            ("what vms do i have", "**6 virtual machines, 5 of them running**; win10-old on pve2 "),
            ("are all my vms running?", "**Yes, all that should: 5 of 6 virtual machines run**"),
            ("list containers on docker1", "**6 containers on docker1**"),
            ("how many disks does nas1 have", "**8 disks on nas1**"),
            ("which guests are stopped?", "**1 of 11 guests not running**: win10-old on pve2"),
        ]
    ),
)
async def test_things_are_counted_and_named(lab: Lab, question: str, told: str) -> None:
    assert (await asked(lab, question)).text.startswith(told)


async def test_a_stopped_guest_is_named(labs: Labs) -> None:
    lab = await labs.of("guest-stopped", guests=10)
    text = (await asked(lab, "which guests are stopped?")).text
    assert re.match(r"\*\*2 of 11 guests not running\*\*: vaultwarden on pve3, though it", text), (
        text
    )
    assert (await asked(lab, "do all guests run?")).text.startswith("**No: 9 of 11 guests run**")
    assert (await asked(lab, "which vms are down?")).text.startswith("**None: no virtual machine")
    text = (await asked(lab, "which guests are down?")).text
    said = (
        "**1 of 11 guests is down though it should run**: vaultwarden on pve3, stopped by anna@pve"
    )
    assert text.startswith(said), text
    assert "9 of 11 guests run; win10-old on pve2 is off, on purpose as it seems: not set" in text


async def test_a_trouble_elsewhere_does_not_answer_for_this_part(labs: Labs) -> None:
    lab = await labs.of("nas-disk-failing", guests=10)
    for question, about in (("is the internet down", "network"), ("is the power on", "power")):
        text = (await asked(lab, question)).text
        lead = text.splitlines()[0]
        found = rf"\*\*(\w+: n|N)othing wrong was found with the {about}; elsewhere: "
        assert re.match(found, lead), text
        assert "disk sdc on nas1 is failing" in lead
    disks = (await asked(lab, "Is one of my disks dying?")).text
    assert disks.startswith("**Yes: disk sdc on nas1 is failing")
    safe = (await asked(lab, "is my data safe?")).text
    assert safe.startswith("**No data is known to be lost, but it is at risk: pool tank is online")
    assert "its SMART self-check failed" in safe
    assert "1. Check that backups" in safe
    assert "2. Failing or self-test failed: replace now" in safe


async def test_the_container_that_restarts_is_named(labs: Labs) -> None:
    lab = await labs.of("container-restart-loop-after-update", guests=10)
    text = (await asked(lab, "which container restarts the most")).text
    assert text.startswith("**sonarr on docker1 was restarted most often**")
    often = (await asked(lab, "how often did sonarr restart?")).text
    assert re.match(r"\*\*sonarr on docker1 was restarted \d+ times in the last 24 h", often)


BACKUPS = ("is the backup from last night ok?", "did the backups run?", "sind alle backups ok")


@pytest.mark.parametrize("question", BACKUPS)
async def test_backups_that_ran(labs: Labs, question: str) -> None:
    lab = await labs.of("quiet", guests=10)
    text = (await asked(lab, question)).text
    assert text.startswith("**Yes: all 10 guests have a good backup**, made between 01:30 UTC")


@pytest.mark.parametrize("question", BACKUPS)
async def test_backups_that_failed(labs: Labs, question: str) -> None:
    lab = await labs.of("backups-failing-datastore-full", guests=10)
    text = (await asked(lab, question)).text
    assert text.startswith("**No: all 10 guests missed the last backup: "), text
    assert re.search(r"- immich \(108\): .* of 2026-11-20 01:52 UTC", text)
    assert re.search(r"datastore main is 98\.\d % full", text)
    assert "ENOSPC" in text
    assert "sre runbooks show" in text
    bad = (await asked(lab, "did any backups fail?")).text
    assert bad.startswith("**Yes: all 10 guests missed the last backup")
    one = (await asked(lab, "when was the last backup of immich")).text
    assert one.startswith("**The newest good backup of immich is of 2026-11-20 01:52 UTC**")


@pytest.mark.parametrize(
    ("question", "told"),
    sampled(
        [
            (
                "is win11 on?",
                r"\*\*No: win11 \(134\) is stopped on pve2\*\*; it is not set to start",
            ),
            ("is win11 running?", r"\*\*No: win11 \(134\) is stopped on pve2\*\*"),
            ("is vm 134 stopped?", r"\*\*Yes: win11 \(134\) is stopped"),
            ("is win11 not running", r"\*\*Yes: win11 \(134\) is stopped"),
            ("why is win11 off", r"\*\*win11 \(134\) is stopped on pve2\*\*"),
            ("is media on?", r"\*\*Yes: media \(101\) is running on pve2, up "),
            ("is nextcloud on pve1", r"\*\*No: nextcloud \(103\) is running on pve2"),
            ("is nextcloud running on pve2?", r"\*\*Yes: nextcloud \(103\) is running on pve2"),
            ("what is vm 107", r"\*\*docker1 \(107\) is a virtual machine with 8 cores"),
        ]
    ),
)
async def test_the_state_of_a_guest_is_what_proxmox_says(
    quiet: Lab, question: str, told: str
) -> None:
    answer = await asked(quiet, question)
    assert re.match(told, answer.text), answer.text
    assert answer.evidence[0].tool == "proxmox_list_guests"


async def test_a_kind_of_thing_is_no_name(quiet: Lab) -> None:
    crashed = (await asked(quiet, "Did a VM crash today?")).text
    assert crashed.startswith("**Nothing wrong was found with the guests**")


async def test_a_named_window_counts_for_a_backup(quiet: Lab) -> None:
    text = (await asked(quiet, "did the backup of media run in the last hour?")).text
    assert re.match(r"\*\*No: the newest good backup of media is of 01:\d\d UTC\*\*", text), text


@pytest.mark.parametrize(
    ("question", "told"),
    sampled(
        [
            ("what are my disks temps", r"\*\*\w+ on \w+ is the hottest\*\*: it is at [\d.]+ °C"),
            (
                "are my certs about to expire",
                r"\*\*[\w.]+ has the certificate that expires first\*\*",
            ),
            (
                "are my drives worn",
                r"\*\*\w+ on \w+ is worn the most\*\*: it has used \d+ % of its",
            ),
            ("is the ups ok", r"\*\*Yes, UPS ups1 is fine\*\*: on line power, battery "),
        ]
    ),
)
async def test_no_all_clear_for_what_was_not_looked_at(
    quiet: Lab, question: str, told: str
) -> None:
    text = (await asked(quiet, question)).text
    assert re.match(told, text), text
    assert "visibly wrong" not in text


@pytest.mark.parametrize(
    ("question", "told"),
    sampled([
        ("which guest writes the most", r"^\*\*\S+ writes the most\*\*: it writes [\d.]+ [KM]iB/s"),
        ("which guest downloads the most", r"receives the most over the network\*\*: it receives"),
        ("which disk is busiest", r"^\*\*\w+ on \w+ is busy most of the time"),
        ("how many cores does pve1 have", r"^\*\*pve1 has \d+ processor cores\*\*"),
        ("what cpu does pve2 have", r"^\*\*pve2 has \d+ processor threads of 1 socket, AMD"),
        ("which container is the hottest", r"^\*\*That is not recorded of containers\*\*"),
        ("which files are damaged", r"^\*\*No file on \w+ and \w+ is known to be damaged"),
        ("who spams my logs", r"^\*\*\w+ wrote the most log lines in the last hour\*\*"),
        ("can I reboot nas1", r"(?s)^\*\*Nothing that runs on nas1 .*machines mount shares"),
        ("what depends on nas1", r"^\*\*Depending on nas1: \d+ machines mount shares of it\*\*"),
        ("is it safe to shut down pve1", r"(?s)speaks against it now.*running guests: "),
    ]),
)  # fmt: skip
async def test_what_is_asked_is_answered_and_nothing_else(
    quiet: Lab, question: str, told: str
) -> None:
    text = (await asked(quiet, question)).text
    assert re.search(told, text), text
    assert not DIAGNOSIS.search(text)


@pytest.mark.parametrize(
    ("piped", "told"),
    sampled([
        ("java.lang.OutOfMemoryError: Java heap space", "out of memory (`Java heap space`)"),
        ("nginx: [emerg] bind() to 0.0.0.0:443 failed (98: Unknown error)", "`ss -ltnp"),
        ("  pool: tank\n state: DEGRADED\n\tdisk-7  FAULTED  1  2  0  too many errors\n",
         "`disk-7` is FAULTED: 1 read, 2 write errors, too many errors"),
        ("worker died: ValueError: bad port number", "`ValueError: bad port number`"),
    ]),
)  # fmt: skip
async def test_the_thing_in_a_piped_text_is_named(quiet: Lab, piped: str, told: str) -> None:
    answer = await quiet.ask("what is wrong here?", piped)
    assert answer.unsupported == ()
    assert told in answer.text


async def test_what_only_prometheus_knows_is_told_as_such(tmp_path: Path) -> None:
    async with lab_of("quiet", tmp_path, guests=10) as lab:
        whole = (await asked(lab, "which guests are stopped?")).text
        await lab.break_backend("proxmox", "401")
        for question in ("which guests are stopped?", "which guest uses the most memory?"):
            text = (await asked(lab, question)).text
            assert text.startswith("**As far as Prometheus knows, "), text
            assert "Proxmox VE (unauthorized" in text
    assert "As far as" not in whole
