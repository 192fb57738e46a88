"""Builds are incremental, atomic and alone."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from index.builder import BuildReport, build
from index.errors import IndexBuildError, IndexBusyError
from index.manifest import Manifest
from index.sources import Folder
from tests.unit.index.elsewhere import (
    KILLED,
    build_elsewhere,
    die_before_check,
    die_before_switch,
    die_before_sync,
    die_without_index,
    limit_files,
)
from tests.unit.index.homestead import RUNBOOKS, Homestead

NEW = "---\ntitle: DNS is down\nalerts: [DnsDown]\n---\n# DNS is down\n\nNames do not resolve.\n"


def runbook(home: Homestead, stem: str) -> Path:
    return home.sources[0].path / f"{stem}.md"


def update(home: Homestead) -> BuildReport:
    return build(home.sources, home.path, cache_dir=home.cache)


def counts(report: BuildReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.removed, report.unchanged


def tables(home: Homestead) -> set[str]:
    return {path.stem for path in (home.path / "lance").iterdir()}


def manifest(home: Homestead) -> Manifest:
    return Manifest.model_validate_json((home.path / "current.json").read_bytes())


def first_source(home: Homestead, question: str) -> str:
    result = home.index().search(question)
    assert (result.mode, result.degraded) == ("hybrid", None)
    return result.hits[0].source


def test_only_what_changed_is_embedded(home: Homestead) -> None:
    runbook(home, "dns-down").write_text(NEW)
    changed = runbook(home, "pool-degraded")
    changed.write_text(changed.read_text().replace("Offline the", "Take offline the"))
    runbook(home, "ups-on-battery").unlink()
    report = update(home)
    assert counts(report) == (1, 1, 1, len(RUNBOOKS) - 1)
    assert 0 < report.embedded < report.chunks
    assert first_source(home, "DnsDown") == "runbooks/dns-down.md"


def test_an_unchanged_build_writes_nothing(home: Homestead) -> None:
    before = manifest(home)
    report = update(home)
    assert counts(report) == (0, 0, 0, len(RUNBOOKS) + 1)
    assert report.embedded == 0
    assert manifest(home) == before


def test_changed_labels_are_updated_without_embedding(home: Homestead) -> None:
    changed = runbook(home, "ups-on-battery")
    changed.write_text(changed.read_text().replace("UpsOnBattery", "UtilityPowerLost"))
    report = update(home)
    assert (report.updated, report.embedded) == (1, 0)
    assert first_source(home, "UtilityPowerLost") == "runbooks/ups-on-battery.md"


def test_the_table_before_stays_for_running_searches_and_older_ones_go(home: Homestead) -> None:
    running = home.index()
    running.search("disk")
    opened = manifest(home).table
    for number in range(3):
        runbook(home, "dns-down").write_text(f"{NEW}\n{number}\n")
        update(home)
    assert tables(home) == {manifest(home).table, manifest(home).previous}
    assert opened not in tables(home)
    hit = running.search("DnsDown")
    assert (hit.mode, hit.hits[0].source) == ("hybrid", "runbooks/dns-down.md")


def test_no_documents_leave_the_index_alone(home: Homestead, tmp_path: Path) -> None:
    before = manifest(home)
    with pytest.raises(IndexBuildError, match=r"no documents to index.*no such folder"):
        build([Folder(path=tmp_path / "gone")], home.path, cache_dir=home.cache)
    assert manifest(home) == before


def test_unreadable_files_are_reported(home: Homestead) -> None:
    (home.sources[1].path / "bad.md").write_bytes(b"\xff\xfe\x00")
    report = update(home)
    assert len(report.problems) == 1
    assert "bad.md: skipped, not UTF-8 text" in report.problems[0]


def test_a_second_builder_is_refused(home: Homestead) -> None:
    refused: list[IndexBusyError] = []

    def meanwhile(step: str, done: int, total: int) -> None:
        if (step, done) == ("writing", 1):
            with pytest.raises(IndexBusyError, match="another process is building") as caught:
                update(home)
            refused.append(caught.value)

    runbook(home, "ups-on-battery").unlink()
    build(home.sources, home.path, meanwhile, cache_dir=home.cache)
    assert len(refused) == 1


def test_a_second_builder_may_wait(home: Homestead) -> None:
    reports: list[BuildReport] = []

    def wait_for_lock() -> None:
        reports.append(build(home.sources, home.path, cache_dir=home.cache, wait_seconds=60))

    waiting = threading.Thread(target=wait_for_lock)

    def meanwhile(step: str, done: int, total: int) -> None:
        if (step, done) == ("writing", 1):
            waiting.start()

    runbook(home, "ups-on-battery").unlink()
    build(home.sources, home.path, meanwhile, cache_dir=home.cache)
    waiting.join()
    assert counts(reports[0]) == (0, 0, 0, len(RUNBOOKS))


def assert_old_index_works_and_the_next_build_too(home: Homestead, before: Manifest) -> None:
    assert manifest(home) == before
    assert first_source(home, "UpsOnBattery") == "runbooks/ups-on-battery.md"
    assert update(home).removed == 1
    assert tables(home) == {manifest(home).table, before.table}
    assert not list(home.path.glob(".*"))
    assert first_source(home, "HostDiskFull") == "runbooks/host-disk-full.md"


@pytest.mark.parametrize("at", [("reading", 0), ("reading", 1), ("writing", 0), ("writing", 1)])
def test_killed_between_steps(home: Homestead, at: tuple[str, int]) -> None:
    before = manifest(home)
    runbook(home, "ups-on-battery").unlink()
    assert build_elsewhere(home, at=at) == (KILLED, "")
    assert_old_index_works_and_the_next_build_too(home, before)


def test_killed_while_embedding(home: Homestead) -> None:
    before = manifest(home)
    runbook(home, "ups-on-battery").unlink()
    new = runbook(home, "dns-down")
    new.write_text(NEW)
    assert build_elsewhere(home, at=("embedding", 0)) == (KILLED, "")
    new.unlink()
    assert_old_index_works_and_the_next_build_too(home, before)


@pytest.mark.parametrize(
    "prepare",
    [die_without_index, die_before_sync, die_before_check, die_before_switch],
    ids=["table without index", "before sync", "before the check", "before the switch"],
)
def test_killed_while_writing(home: Homestead, prepare: Callable[[], None]) -> None:
    before = manifest(home)
    runbook(home, "ups-on-battery").unlink()
    assert build_elsewhere(home, prepare) == (KILLED, "")
    assert_old_index_works_and_the_next_build_too(home, before)


def test_killed_right_after_the_switch_leaves_the_new_index(home: Homestead) -> None:
    runbook(home, "ups-on-battery").unlink()
    assert build_elsewhere(home, at=("writing", 2)) == (KILLED, "")
    assert first_source(home, "HostDiskFull") == "runbooks/host-disk-full.md"
    assert counts(update(home)) == (0, 0, 0, len(RUNBOOKS))


@pytest.mark.parametrize("size", [200, 2_000, 6_000])
def test_a_full_disk_is_reported_and_harmless(home: Homestead, size: int) -> None:
    before = manifest(home)
    runbook(home, "ups-on-battery").unlink()
    code, told = build_elsewhere(home, partial(limit_files, size))
    assert code == 0
    assert told.startswith("IndexBuildError the index could not be written")
    assert "\n" not in told
    assert_old_index_works_and_the_next_build_too(home, before)
