"""Incidents are found by what they mean, apart from runbooks, as far as the index has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from index.builder import BuildReport, build
from index.documents import Document
from index.search import Index
from index.sources import Source
from sre_tui.environment import Folders
from sre_tui.memory.incident import Incident
from sre_tui.memory.incidents import Incidents
from sre_tui.memory.sqlite_store import SqliteStore
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.incident_meaning import incident_documents
from sre_tui.tools.memory_incidents import memory_search_incidents
from sre_tui.tools.runbooks import runbook_search
from tests.cli.inside import run_inside
from tests.unit.memory.killing import NOW, incident

RECORDED = (
    {"title": "sdc throws read errors", "subject": "nas1/sdc", "resolution": "replaced it"},
    {"title": "Jellyfin buffers", "cause": "transcoding on the CPU since the GPU driver was lost"},
    {"title": "power cut", "cause": "the battery of the UPS was old"},
)
RUNBOOK = Document(
    source="runbooks/disk.md", kind="runbook", title="A disk is dying",
    text="# A disk is dying\n\nReplace the disk and resilver.",
)  # fmt: skip


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.under(tmp_path)


@pytest.fixture
def journal(folders: Folders) -> Iterator[Incidents]:
    with SqliteStore(folders.data / "memory" / "memory.db") as store:
        kept = Incidents(store)
        for values in RECORDED:
            kept.add(Incident.model_validate(incident().model_dump() | values))
        yield kept


async def test_what_is_alike_in_meaning_is_found_where_no_incident_has_the_words(
    journal: Incidents, folders: Folders, tmp_path: Path, model_cache: Path
) -> None:
    place = tmp_path / "index"

    def opened(settings: Settings) -> ToolContext:
        context = ToolContext(settings, folders, lambda: NOW)
        context.__dict__["index"] = Index.open(place, sources=[], cache_dir=model_cache)
        return context

    async with opened(Settings()) as context:

        async def search(words: str, **wanted: Any) -> tuple[list[str], tuple[str, ...]]:
            data = (await memory_search_incidents.run(context, {"words": words, **wanted})).data
            assert data.total == len(data.items)
            assert data.only_some_words is bool(data.items) or words == "buffers"
            return [one.title for one in data.items], data.hints

        titles, (told,) = await search("disk dying")
        assert not titles
        assert told.startswith(f"searched by words only: there is no index at {place} yet")

        documents, trouble = await incident_documents(context)
        assert not trouble
        report = build([RUNBOOK, *documents], place, cache_dir=model_cache, wait_seconds=60)
        assert (report.added, report.problems) == (4, ())
        alike = "no incident has all of the words: the first are alike in meaning"
        assert await search("disk dying") == (["sdc throws read errors"], (alike,))
        assert await search("video stutters") == (["Jellyfin buffers"], (alike,))
        assert await search("electricity outage") == (["power cut"], (alike,))
        assert await search("weather in paris") == ([], ())
        assert await search("buffers") == (["Jellyfin buffers"], ())
        assert await search("disk dying", subject="media") == ([], ())
        # What has some of the words comes after what means it.
        assert await search("bad disk, old") == (
            ["sdc throws read errors", "power cut"], (alike,)
        )  # fmt: skip

        for kind, sources in ((None, ["runbooks/disk.md"]),
                              ("incident", [f"incident/{journal.all()[0].id}"])):  # fmt: skip
            asked = {"query": "disk dying", "limit": 1, "kind": kind}
            assert [
                one.source for one in (await runbook_search.run(context, asked)).data.items
            ] == (sources)

        later = datetime.now(UTC) + timedelta(days=1)
        journal.add(incident("bad sectors").model_copy(update={"updated": later}))
        titles, hints = await search("drive died")
        assert "bad sectors" not in titles
        assert hints[-1] == (
            "1 incident recorded or changed since the index was built: `sre index build` takes "
            "them in"
        )


def test_the_index_takes_the_incidents_in_or_says_why_not(
    journal: Incidents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Document] = []

    def note(sources: Sequence[Source], *_: object) -> BuildReport:
        taken[:] = [each for each in sources if isinstance(each, Document)]
        return BuildReport(
            added=0, updated=0, removed=0, unchanged=0, chunks=0, embedded=0, seconds=0.0
        )

    monkeypatch.setattr("index.builder.build", note)
    done = run_inside(["index", "build", "-q"], tmp_path)
    assert (done.code, done.err) == (0, "")
    assert {one.source for one in taken} == {f"incident/{one.id}" for one in journal.all()}
    (power,) = (one for one in taken if one.title == "power cut")
    assert power.kind == "incident"
    assert power.text == "# power cut\n\n## Cause\n\nthe battery of the UPS was old"

    broken = tmp_path / "text.db"
    broken.write_text("this is no database " * 100, encoding="utf-8")
    done = run_inside(["index", "build", "-q"], tmp_path, {"MEMORY_DB_PATH": str(broken)})
    assert (done.code, taken) == (0, [])
    assert done.err == (
        f"warning: the journal was not read: {broken} cannot be used: it is not a SQLite database; "
        "its incidents are not in the index\n"
    )
