"""A folder of scenario files: all of them, or every mistake of every file."""

from pathlib import Path

import pytest

from sre_tui.demo.scenario_load import ScenarioError, load_folder


def scenario(name: str, extra: str = "") -> str:
    return f"id: {name}\ntitle: Something happens\n{extra}"


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_folder(folder)
    return list(caught.value.problems)


def test_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(scenario("second"))
    (tmp_path / "a.yml").write_text(scenario("first"))
    (tmp_path / "notes.txt").write_text("no scenario")
    assert [one.id for one in load_folder(tmp_path)] == ["first", "second"]


def test_mistakes_of_all_files_are_told_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(scenario("first", "colour: red\n"))
    (tmp_path / "b.yaml").write_text(scenario("second"))
    (tmp_path / "c.yaml").write_text(
        scenario("third", "faults:\n  - {kind: disc_failing, target: nas1/sdc, at: -3h}\n")
    )
    first, second = mistakes(tmp_path)
    assert first.startswith(f"{tmp_path / 'a.yaml'}:3: unknown key 'colour'")
    assert second.startswith(f"{tmp_path / 'c.yaml'}:4: unknown fault kind 'disc_failing'")


def test_an_id_may_stand_in_one_file_only(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(scenario("same"))
    (tmp_path / "b.yaml").write_text("# a comment\n" + scenario("same"))
    (found,) = mistakes(tmp_path)
    assert found == (
        f"{tmp_path / 'b.yaml'}:2: id 'same' stands in {tmp_path / 'a.yaml'} too; "
        "allowed: each once"
    )


def test_a_folder_without_scenarios_is_told(tmp_path: Path) -> None:
    assert mistakes(tmp_path) == [f"{tmp_path}: there is no scenario file; allowed: files *.yaml"]
