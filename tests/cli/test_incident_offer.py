"""What is offered after an investigation that found a cause, and how it gets into the journal."""

from __future__ import annotations

import io
import json
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from commands.consent import consent_of
from commands.diagnostics import Problem
from commands.incident_offer import (
    check_may_record,
    investigated,
    offer_to_record,
    record_command,
)
from commands.invocation import Invocation
from commands.output import OutputOptions
from providers.reading import State
from sre_tui.agent.consent import NobodyAsked
from sre_tui.agent.events import Answer, Evidence
from sre_tui.diagnosis.causes.model import Investigation
from sre_tui.diagnosis.subject import Subject
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.environment import Environment, Folders
from sre_tui.memory.draft import draft_of, recorded_as
from tests.cli.inside import run_inside
from tests.cli.running import Sre
from tests.screens.conclusions import DISK, FAILING, FOUND, MEDIA, event, said
from tests.screens.homelab import NOW
from tests.unit.memory.killing import incident


class Typed(io.StringIO):
    """A terminal, and what somebody typed at it."""

    def isatty(self) -> bool:
        return True


def offered(folder: Path, found: Investigation | None, typed: str | None, **context: Any) -> str:
    """What is told of a find; asked for where something is typed."""
    err = Typed()
    environment = Environment(
        {}, Typed(typed or ""), io.StringIO(), err, lambda: NOW, Folders.under(folder),
        working_folder=folder,
    )  # fmt: skip
    called = typer.Context(typer.core.TyperCommand("investigate", callback=None))
    called.params = context
    invocation = Invocation(environment, color=False)
    offer_to_record(called, invocation, found, wanted=typed is not None, session="s1")
    return err.getvalue()


def kept(folder: Path) -> list[dict[str, Any]]:
    done = run_inside(["incidents", "list", "--json"], folder, now=NOW)
    items: list[dict[str, Any]] = done.document["data"]["items"]
    return items


def test_the_command_that_is_told_records_what_was_found(tmp_path: Path) -> None:
    told = offered(tmp_path, FOUND, None)
    assert told.startswith("to record it: sre incidents record 'Disk sdc on nas1 is failing' ")
    assert told.count("\n") == 1
    assert not (tmp_path / "data").exists()
    program, *arguments = shlex.split(told.partition(": ")[2])
    assert (program, run_inside(arguments, tmp_path, now=NOW).code) == ("sre", 0)
    (row,) = kept(tmp_path)
    names = ("subject", "severity", "session", "state")
    assert [row[name] for name in names] == ["nas1/sdc", "critical", "s1", "open"]
    assert row["cause"].startswith("disk sdc on nas1 is failing: sdc has 45 unreadable sectors; ")
    assert FAILING.since is not None
    began = datetime.fromisoformat(row["started"])
    assert began == FAILING.since.replace(microsecond=0)


def test_a_demo_is_told_of_in_the_command_if_it_outlives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert offered(tmp_path, FOUND, None, demo=True) == ""
    told = offered(tmp_path, FOUND, "y\n", scenario="quiet")
    assert told.startswith("nothing was recorded: this demo ends with the command")
    monkeypatch.setattr("commands.incident_offer.ends_with_command", lambda _: False)
    told = offered(tmp_path, FOUND, None, demo=True, config="a b.toml")
    assert "sre --demo --config 'a b.toml' incidents" in told


@pytest.mark.parametrize(
    "hostile", ["-rf", "$(id)", "a'; id; '", "`id`", "x\n--ended=now", "--json"]
)
def test_names_of_strangers_stay_values(tmp_path: Path, hostile: str) -> None:
    words = shlex.split(record_command({"title": hostile, "alert": hostile, "cause": hostile}))
    assert words[:3] == ["sre", "incidents", "record"]
    assert run_inside(words[1:], tmp_path, now=NOW).code == 0
    (row,) = kept(tmp_path)
    assert (row["title"], row["alert"]) == (" ".join(hostile.split()),) * 2
    assert row["cause"] == hostile


def test_a_person_agrees_to_each_part_and_to_the_whole(tmp_path: Path) -> None:
    answers = "Jellyfin buffers\n\nbad\nwarning\n-\n\n-\ny\n"
    told = offered(tmp_path, FOUND, answers)
    (row,) = kept(tmp_path)
    assert told.endswith(f"[y/N] recorded as {row['id']}: Jellyfin buffers\n")
    for words in (
        *("What was wrong [Disk sdc on nas1 is failing]: ", "[critical]: ", "cannot be 'bad'"),
        *("  What it is about: nas1/sdc\n", "  Began: 20"),
    ):
        assert words in told, told
    names = ("severity", "services", "resolution", "subject")
    assert [row[name] for name in names] == ["warning", [], "", "nas1/sdc"]


@pytest.mark.parametrize("typed", ["", "\n\n\n\n\n\n\n", "\n\n\n\n\n\nn\n", "x\n"])
def test_nothing_is_written_that_nobody_confirmed(tmp_path: Path, typed: str) -> None:
    assert offered(tmp_path, FOUND, typed).endswith("nothing was recorded\n")
    assert not (tmp_path / "data").exists()


def test_nothing_is_offered_without_a_sure_cause_or_twice(tmp_path: Path) -> None:
    unsure = FOUND.model_copy(update={"causes": (), "verdict": "unconfirmed"})
    going_on = incident().model_copy(update={"ended": None, "subject": "NAS1/sdc", "id": "k7m2"})
    known = FOUND.model_copy(update={"recorded": (going_on,)})
    draft = draft_of(FOUND)
    assert draft is not None
    assert recorded_as(known, draft) == going_on
    # One alert fires for many things: the same one about another thing is another incident.
    other = going_on.model_copy(update={"subject": "web", "alert": draft.alert})
    nameless = other.model_copy(update={"subject": ""})
    assert recorded_as(FOUND.model_copy(update={"recorded": (other,)}), draft) is None
    told = recorded_as(FOUND.model_copy(update={"recorded": (nameless,)}), draft)
    assert told == (nameless if draft.alert else None)
    for found, words in (
        (None, "nothing was investigated"),
        (unsure, "none is sure"),
        (known, "in your journal already, as k7m2"),
    ):
        assert offered(tmp_path, found, None) == ""
        assert words in offered(tmp_path, found, "y\n")
    environment = Environment({}, Typed(), io.StringIO(), Typed(), lambda: NOW)
    for output in (OutputOptions(json=True), OutputOptions(watch=2.0)):
        with pytest.raises(Problem, match="nobody is there"):
            check_may_record(Invocation(environment), output)
    with pytest.raises(Problem, match="nobody is there"):
        check_may_record(Invocation(environment, no_input=True), OutputOptions())
    for command in (["ask", "why?"], ["investigate"]):
        done = run_inside([*command, "--record"], tmp_path, {"GRAFANA_URL": "http://127.0.0.1:9"})
        assert (done.code, done.out) == (2, "")


def test_the_alert_is_one_that_tells_of_the_cause_itself() -> None:
    def told(subject: Subject, alert: str) -> Event:
        return event(subject, "x", 9, evidence=(said("x", kind="alert", asked=alert),))

    draft = draft_of(FOUND)
    assert draft is not None
    assert draft.alert == ""
    timeline = (told(MEDIA, "HighReadLatency"), told(DISK, "SmartPendingSectors"))
    draft = draft_of(FOUND.model_copy(update={"timeline": timeline}))
    assert draft is not None
    assert draft.alert == "SmartPendingSectors"
    more = (*timeline, told(DISK, "SmartDiskFailing"))
    asked = {"timeline": more, "asked": "SmartDiskFailing on nas1"}
    draft = draft_of(FOUND.model_copy(update=asked))
    assert draft is not None
    assert draft.alert == "SmartDiskFailing"


def test_an_answer_offers_the_cause_that_it_names() -> None:
    document = json.loads(json.dumps({"data": FOUND.model_dump(mode="json")}))
    evidence = Evidence(
        id="E1", tool="investigate", arguments={}, state=State.OK, observed_at=NOW,
        summary="", text="", document=document, elapsed=1.0,
    )  # fmt: skip
    answer = Answer(text="Disk SDC fails [E1].", evidence=(evidence,), mode="analyst", session="s")
    found = investigated(answer)
    assert found is not None
    assert draft_of(found) == draft_of(FOUND)
    for words in ("disk nas1/sdc is failing", "see /dev/sdc", "(sdc)", "x" * 500 + " sdc"):
        assert investigated(answer.model_copy(update={"text": words})) is not None, words
    for words in ("sdc1 is full", "sdcx", "the box my-sdc", "sdc-old"):
        assert investigated(answer.model_copy(update={"text": words})) is None, words
    for other in ({"text": "All is well."}, {"evidence": ()},
                  {"evidence": (evidence.model_copy(update={"document": None}),)}):  # fmt: skip
        assert investigated(answer.model_copy(update=other)) is None


def test_the_beginning_is_told_where_nobody_knows_it(tmp_path: Path) -> None:
    causes = tuple(one.model_copy(update={"since": None}) for one in FOUND.causes)
    unknown = FOUND.model_copy(update={"causes": causes})
    told = offered(tmp_path, unknown, "\n\n\n\n\n\ny\n")
    assert f"  Began: {FOUND.window_end:%FT%H:%M:%SZ}\n" in told
    (row,) = kept(tmp_path)
    assert datetime.fromisoformat(row["started"]) == FOUND.window_end.replace(microsecond=0)


async def test_a_person_is_asked_where_a_model_wants_to_record() -> None:
    def asking(stdin: io.StringIO, err: io.StringIO, no_input: bool = False) -> Invocation:
        return Invocation(
            Environment({}, stdin, io.StringIO(), err, lambda: NOW), no_input=no_input
        )

    values = {"title": "a\x1b[1m", "cause": "b" * 500}
    for typed, agreed in (("y\n", values), ("JA\n", values), ("n\n", None), ("\n", None)):
        err = Typed()
        ask = consent_of(asking(Typed(typed), err))
        assert ask is not None
        assert await ask(values) == agreed
        assert f"  What was wrong: a\n  Why it happened: {'b' * 500}\nRecord" in err.getvalue()
    err = Typed()
    ask = consent_of(asking(Typed(""), err))
    assert ask is not None
    with pytest.raises(NobodyAsked, match="closed before there was an answer"):
        await ask(values)
    assert err.getvalue().endswith("Record this incident? [y/N] \n")
    assert consent_of(asking(io.StringIO("y\n"), Typed())) is None
    assert consent_of(asking(Typed("y\n"), io.StringIO())) is None
    assert consent_of(asking(Typed("y\n"), Typed(), no_input=True)) is None


def test_where_stdin_is_closed_the_command_is_told_and_nobody_is_asked(sre: Sre) -> None:
    with sre.terminal(shell="sre ask 'why is jellyfin buffering?' <&-") as shown:
        code, said = shown.wait()
    assert code == 0
    assert "to record it: sre incidents record " in said
    assert "[y/N]" not in said
    assert not list(sre.home.rglob("memory.db"))
