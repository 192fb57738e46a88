"""What the journal has of a matter, and what a broken one keeps from an investigation: nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from sre_tui.agent.prompt import system_prompt
from sre_tui.agent.recorded import Remembered, remembered
from sre_tui.agent.untrusted import Fence
from sre_tui.diagnosis.causes.model import Argument
from sre_tui.environment import Folders
from sre_tui.memory.incidents import Incidents, Wanted
from sre_tui.memory.recall import Matter, recall
from sre_tui.memory.sqlite_store import SqliteStore
from sre_tui.settings import Settings
from sre_tui.tools import journal
from sre_tui.tools.context import ToolContext
from sre_tui.tools.investigate_text import render
from sre_tui.tools.journal import with_journal
from sre_tui.tools.memory_incidents import incident_text
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import result
from sre_tui.usage.counter import Counter, spool_of
from sre_tui.views.incidents import incident_sections, recorded_line
from sre_tui.views.investigation import page_of
from tests.screens.conclusions import FOUND, MEDIA
from tests.screens.conclusions import said as evidence_of
from tests.unit.memory.killing import NOW, incident
from widgets.cell import Display

DAY = timedelta(days=1)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.under(tmp_path)


@pytest.fixture
def incidents(folders: Folders) -> Iterator[Incidents]:
    with SqliteStore(folders.data / "memory" / "memory.db") as store:
        kept = Incidents(store)
        for days, values in (
            (9, {"title": "disk died", "alert": "SmartDiskFailing", "subject": "nas1/sdc"}),
            (8, {"title": "buffering", "services": ("Jellyfin",), "cause": "sdc\x1b[1m"}),
            (7, {"title": "names failed", "alert": "DnsDown", "subject": "pihole"}),
            (6, {"title": "Küche ohne Netz", "subject": "KÜCHE/switch"}),
            (5, {"title": "switch off", "services": ("Smart Home",)}),
            (1, {"title": "slow backups"}),
        ):
            ended = None if days == 1 else NOW - days * DAY + DAY / 2
            new = incident().model_dump() | values
            new |= {"started": NOW - days * DAY, "ended": ended}
            kept.add(type(incident()).model_validate(new))
        yield kept


@pytest.mark.parametrize(
    ("matter", "alike"),
    [
        (Matter(), []),
        (Matter(alerts=["smartdiskfailing"]), ["disk died"]),
        (Matter(alerts=["DnsDown"], names=["jellyfin"]), ["names failed", "buffering"]),
        (Matter(names=["nas1/sdc", "sdc"]), ["disk died"]),
        (Matter(names=["nas1"]), []),
        (Matter(text="why is jellyfin slow?"), ["buffering"]),
        (Matter(text="has 'SmartDiskFailing' fired before?"), ["disk died"]),
        (Matter(text="is küche down, or the switch"), ["Küche ohne Netz"]),
        (Matter(text="what is on sdc"), ["disk died"]),
        (Matter(text="why were names lost"), []),
        (Matter(text="what is nas1/sdd"), []),
        (Matter(text="what is nas2/sdc"), []),
        (Matter(text="is sdc1 or my-sdc full? sdc.home.example is"), []),
        (Matter(text="jellyfinder, dnsdowner and the küchenradio"), []),
        (Matter(text="has DnsDownTooLong fired?"), []),
        (
            Matter(text=f"{'so much was said before, ' * 40} then Jellyfin's pages hung"),
            ["buffering"],
        ),
        (Matter(text="smart  home is away"), ["switch off"]),
        (Matter(text="smart people are at home"), []),
        (Matter(names=["smart"]), []),
    ],
)
def test_what_is_open_and_what_was_alike(
    incidents: Incidents, matter: Matter, alike: list[str]
) -> None:
    found = recall(incidents, matter)
    assert [one.title for one in found.going_on] == ["slow backups"]
    assert [one.title for one in found.alike] == alike


def test_what_did_not_end_an_incident_is_not_told_to_have_helped(incidents: Incidents) -> None:
    """One that was reopened keeps its text, as what was tried."""
    (found,) = incidents.find(Wanted(alert="DnsDown")).items
    told = incidents.change(found.id, {"resolution": "restarted pihole"}, lambda: NOW)
    view = ModelView(now=NOW, budget=4000)
    assert "helped: restarted pihole" in recorded_line(told, NOW)
    again = incidents.change(found.id, {"ended": None}, lambda: NOW)
    assert again.resolution == "restarted pihole"
    for text in (recorded_line(again, NOW), incident_text(again, view)):
        assert "tried: restarted pihole" in text
        assert "helped" not in text
    rows = dict(incident_sections(again, Display(now=NOW, utc=None, wide=True))[0].rows)
    assert rows["Tried so far"].text == "restarted pihole"
    assert "Resolution" not in rows


async def test_an_investigation_tells_people_and_models_what_was_recorded(
    incidents: Incidents, folders: Folders
) -> None:
    asked = FOUND.model_copy(update={"asked": "jellyfin"})
    async with ToolContext(Settings(), folders, lambda: NOW) as context:
        found = await with_journal(context, asked, ["DnsDown"])
        known = await remembered(context, "is jellyfin slow?")
    assert not known.trouble
    assert [one.title for one in found.recorded] == ["slow backups", "buffering", "disk died"]
    blocks = {block.title: block for block in page_of(found, Display(now=NOW, utc=None, wide=True))}
    shown = "\n".join(
        "".join(part.text for part in one.pieces) for one in blocks["In your journal"].lines
    )
    assert "buffering: began 2026-11-12 23:00 UTC (8 d ago), lasted 12 h; cause: sdc" in shown
    assert "sre incidents show " in shown
    said = render(result(found, [], now=NOW), ModelView(now=NOW, budget=4000))
    assert "In the operator's journal (incident id " in said
    prompt = system_prompt(Fence.random(), "", {}, (), known.journal)
    assert "buffering (incident id " in prompt
    assert "names failed" not in prompt


async def test_only_the_alerts_that_tell_of_a_cause_are_looked_for(
    incidents: Incidents, folders: Folders
) -> None:
    """Their summary need not name them, and another one's name may be in it."""
    said_by = evidence_of(
        "DnsDown is no cause", "grafana:main", kind="alert", asked="SmartDiskFailing"
    )
    cause = next(one for one in FOUND.causes if one.confirmed)
    told = cause.model_copy(
        update={"subject": MEDIA, "speaks_for": (Argument(text="x", evidence=(said_by,)),)}
    )
    found = FOUND.model_copy(update={"asked": "why?", "causes": (told,), "focus": ()})
    async with ToolContext(Settings(), folders, lambda: NOW) as context:
        for active, alike in (
            (["DnsDown", "SmartDiskFailing"], ["disk died"]),
            (["DnsDown", "SmartDisk"], []),
        ):
            recorded = (await with_journal(context, found, active)).recorded
            assert [one.title for one in recorded] == ["slow backups", *alike]


async def test_a_journal_that_is_not_there_or_broken_keeps_nothing_from_being_told(
    folders: Folders, tmp_path: Path
) -> None:
    wrong = tmp_path / "text.db"
    wrong.write_text("this is no database " * 100, encoding="utf-8")
    for path, said in ((None, ""), (wrong, f"the journal was not read: {wrong} cannot be used")):
        settings = Settings.model_validate({"memory": {"path": path}})
        async with ToolContext(settings, folders, lambda: NOW) as context:
            found = await with_journal(context, FOUND, [])
        assert not found.recorded
        assert [one for one in found.not_checked if "journal" in one] == (
            [f"{said}: it is not a SQLite database"] if said else []
        )
    assert not folders.data.exists()


def test_a_journal_elsewhere_is_not_waited_for_even_at_the_end(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, has_ended = Event(), Event()

    def never(*_: object) -> None:
        # As the system does that looks for a name where no name server answers.
        release.wait(20)
        has_ended.set()

    # What waits on this machine is known all the same.
    counter = Counter(spool_of(folders), lambda: NOW, "ask")
    counter.answered("is jellyfin slow?", NOW, ("investigate",), "analyst")

    async def ask() -> Remembered:
        async with ToolContext(settings, folders, lambda: NOW) as context:
            context.usage = counter
            return await remembered(context, "is jellyfin slow?")

    monkeypatch.setattr(journal, "_read", never)
    monkeypatch.setattr(journal, "PATIENCE", 0.01)
    monkeypatch.setattr(journal, "_TO_SAY_SO", 0.0)
    settings = Settings.model_validate({"memory": {"url": "postgresql://u:p@127.0.0.1:9/d"}})
    try:
        known = asyncio.run(ask())
        assert (known.journal, known.trouble) == ("", "the journal gave no answer within 0 s")
        assert [each.tools for each in known.questions] == [("investigate",)]
        assert not has_ended.is_set()
    finally:
        release.set()
    assert has_ended.wait(20)
