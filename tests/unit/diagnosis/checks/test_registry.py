"""Checks are complete, their parts exist, and a new one is one file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

import sre_tui.diagnosis.checks as package
from docs.make_checks import document
from providers.reading import Reading, State
from sre_tui.diagnosis.checks.registry import all_checks, all_queries
from sre_tui.diagnosis.checks.run import run_checks
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.topology.graph import Topology

ROOT = Path(__file__).parents[4]
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture
def own_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    example = re.search(r"no_targets\.py`:\n\n```python\n(.*?)```", page, re.DOTALL)
    assert example is not None
    (tmp_path / "no_targets.py").write_text(example.group(1), encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    all_checks.cache_clear()
    yield
    all_checks.cache_clear()


def test_every_check_says_what_why_and_what_to_do() -> None:
    for check in all_checks():
        assert re.fullmatch(r"[a-z][a-z0-9-]*", check.id)
        assert check.title not in ("", check.id.replace("-", " ")), check.id
        assert check.why, check.id
        assert check.advice, check.id
        assert not check.why.endswith("."), check.id
        assert not check.advice.endswith("."), check.id


def test_ids_of_checks_and_of_queries_are_unique() -> None:
    assert max(Counter(check.id for check in all_checks()).values()) == 1
    assert max(Counter(query.id for query in all_queries()).values()) == 1


def test_patterns_parts_and_runbooks_of_checks_exist() -> None:
    parts = {each.name for each in fields(Picture)}
    for check in all_checks():
        assert check.kind in bundled(), check.id
        assert check.parts <= parts, check.id
        assert check.parts, check.id
        if check.runbook:
            assert (ROOT / "runbooks" / f"{check.runbook}.md").is_file(), check.id


def test_a_picture_without_backends_skips_every_check_and_finds_nothing() -> None:
    report = run_checks(all_checks(), Picture(now=NOW, start=NOW), Topology())
    assert report.findings == ()
    assert report.ran == ()
    assert {one.reason for one in report.skipped} == {"the backend that knows is not configured"}
    assert not any(one.configured for one in report.skipped)


def test_a_part_that_could_not_be_read_is_no_finding() -> None:
    dead = Part(
        (
            Reading[object](
                source="truenas:main", state=State.UNREACHABLE, observed_at=NOW, detail="no answer"
            ),
        )
    )
    names = ("pools", "disks", "protection", "nas", "apps")
    picture = Picture(now=NOW, start=NOW, **dict.fromkeys(names, dead))  # type: ignore[arg-type]
    report = run_checks(all_checks(), picture, Topology())
    assert report.findings == ()
    skipped = {one.check.id: one for one in report.skipped}
    assert skipped["snapshot-count"].reason == "truenas:main: no answer"
    assert skipped["snapshot-count"].configured


@pytest.mark.usefixtures("own_check")
def test_the_documented_check_is_found_by_itself() -> None:
    assert "no-targets" in {check.id for check in all_checks()}
    told: Part[object] = Part(
        (Reading[object](source="prometheus:main", state=State.OK, observed_at=NOW, data=()),)
    )
    picture = Picture(now=NOW, start=NOW, targets=told)  # type: ignore[arg-type]
    report = run_checks(all_checks(), picture, Topology())
    assert [one.text for one in report.findings] == ["Prometheus has no target"]


def test_the_page_of_checks_is_up_to_date() -> None:
    assert (ROOT / "docs" / "checks.md").read_text(encoding="utf-8") == document()
