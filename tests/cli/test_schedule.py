"""`sre schedule`: when reports are due, and what others need to make them."""

from __future__ import annotations

import configparser
import shlex
import signal
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.cli.running import Sre, piped

NOWHERE = "http://127.0.0.1:1"
"""A backend that nobody asks here."""


@pytest.fixture
def planned(bare: Sre) -> Sre:
    return bare.having(REPORT_SCHEDULE_CRON="30 6 * * mon", REPORT_TIMEZONE="Europe/Berlin")


def test_the_next_runs_are_listed_in_the_zone_of_the_plan(planned: Sre) -> None:
    data = planned("schedule", "list", "-n", "3", "--json").document["data"]
    assert (data["schedule"], data["timezone"]) == ("30 6 * * mon", "Europe/Berlin")
    assert all(each["due"].endswith("Z") for each in data["items"])
    zone = ZoneInfo(data["timezone"])
    runs = [datetime.fromisoformat(each["due"]).astimezone(zone) for each in data["items"]]
    assert [datetime.fromisoformat(each["local"]) for each in data["items"]] == runs
    assert [f"{at:%a %H:%M}" for at in runs] == ["Mon 06:30"] * 3
    assert [(later - at).days in (6, 7) for at, later in pairwise(runs)] == [True, True]
    assert data["recipients"] == []
    done = planned("schedule", "-n", "3")
    assert [line.split()[0] for line in done.lines] == ["Due", *["Mon"] * 3]
    assert "mail not set up" in done.err
    table = planned("schedule", "list", "-n", "3", "--fields", "local,in", "--sort", "local").lines
    assert table[0].split() == ["Local", "In"]
    told = {" ".join(line.split()[:3]) for line in table[1:]}
    assert told == {f"{at:%Y-%m-%d %H:%M %Z}" for at in runs}


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"REPORT_SCHEDULE_CRON": "at seven"}, "five fields"),
        ({"REPORT_SCHEDULE_CRON": "0 25 * * *"}, "hour"),
        ({"REPORT_TIMEZONE": "Europe/Berlni"}, "Europe/Berlin"),
    ],
)
def test_a_plan_that_cannot_be_is_told_by_its_own_commands(
    bare: Sre, variables: dict[str, str], complaint: str
) -> None:
    wrong = bare.having(**variables)
    for command in ("list", "run", "cron", "systemd"):
        done = wrong("schedule", command)
        assert (done.code, done.out) == (2, "")
        assert complaint in done.err
    assert wrong("logs-path").code == 0


def test_a_plan_that_is_never_due_is_not_kept(bare: Sre) -> None:
    done = bare.having(REPORT_SCHEDULE_CRON="0 7 31 2 *")("schedule", "run")
    assert done.code == 2
    assert "never due" in done.err


def test_without_a_backend_there_is_nothing_to_make_when_it_is_due(bare: Sre) -> None:
    done = bare("schedule", "run")
    assert (done.code, done.out) == (2, "")
    assert "no backend is configured" in done.err
    assert "sre config init" in done.err


def test_a_line_for_cron_makes_the_report(planned: Sre) -> None:
    zone, line = planned("schedule", "cron").lines
    assert zone == "CRON_TZ=Europe/Berlin"
    assert "Debian and Ubuntu knows no CRON_TZ" in planned("schedule", "cron").err
    minute, hour, day, month, weekday, *command = shlex.split(line)
    assert [minute, hour, day, month, weekday] == ["30", "6", "*", "*", "mon"]
    assert command[-2:] == ["report", "--quiet"]
    assert "so the reports are only archived" in planned("schedule", "cron").err
    assert "`sre report --quiet` by cron" in planned("schedule").err
    mailing = planned.having(SMTP_HOST="mail.home.arpa")("schedule", "cron")
    assert mailing.lines[1].endswith("report --email")
    assert "only archived" not in mailing.err
    assert "mail needs a recipient" in mailing.err
    # What this shell knows cron does not.
    assert "SMTP_HOST" in mailing.err


def test_a_unit_for_systemd_keeps_the_plan(planned: Sre) -> None:
    mine = planned.home / "mine.toml"
    mine.write_text("")
    done = planned.having(SRE_CONFIG=str(mine))("schedule", "systemd")
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.read_string(done.out)
    assert unit["Service"]["ExecStart"].endswith("schedule run")
    assert "mine.toml" in done.out
    assert "systemctl --user enable --now" in done.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_is_kept_until_somebody_ends_it(planned: Sre, number: signal.Signals) -> None:
    told: list[str] = []
    with piped(planned.having(PROMETHEUS_URL=NOWHERE), "schedule", "run") as process:
        assert process.stderr is not None
        while not (told and "next report Mon" in told[-1]):
            told.append(process.stderr.readline())
        process.send_signal(number)
        assert process.wait(30) == 0
    assert "30 6 * * mon in Europe/Berlin" in told[0]


def test_what_stands_in_its_way_is_told_at_once_and_where_to_look(
    planned: Sre, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("no database " * 100, encoding="utf-8")
    wrong = planned.having(PROMETHEUS_URL=NOWHERE, SMTP_HOST="mail.home.arpa")
    told: list[str] = []
    with piped(wrong.having(MEMORY_DB_PATH=str(notes)), "schedule", "run") as process:
        assert process.stderr is not None
        while not (told and "next report Mon" in told[-1]):
            told.append(process.stderr.readline())
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert [line.strip() for line in told[:5]] == [
        "warning: mail needs a sender: set SMTP_FROM, as in sre@home.arpa",
        "warning: mail needs a recipient: set REPORT_RECIPIENT_EMAIL",
        "`sre doctor` tries the mail server, and says what to mend",
        f"warning: {notes} cannot be used: it is not a SQLite database",
        "`sre doctor` looks into it; the address is MEMORY_DB_URL or MEMORY_DB_PATH",
    ]
    listed = wrong("schedule", "list").err.splitlines()
    assert listed.count("  `sre doctor` tries the mail server, and says what to mend") == 1
