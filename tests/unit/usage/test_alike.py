"""Which questions are taken for one another, and what is learned from that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sre_tui.usage.alike import ALIKE, alikeness, gist_of, patterns, tools_before
from sre_tui.usage.records import AskedQuestion

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


def asked(question: str, *tools: str, ago: int = 0) -> AskedQuestion:
    at = NOW - timedelta(minutes=ago)
    return AskedQuestion(asked=at, question=question, tools=tools, answered_by="analyst")


def are_alike(one: str, other: str, *names: str) -> bool:
    return alikeness(gist_of(one, names), gist_of(other, names)) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Why is Jellyfin buffering?", "why is immich buffering"),
        ("Is 85% CPU normal for media?", "is 70% cpu normal for nas1?"),
        ("Why does SmartDiskFailing fire?", "why does TargetDown fire?"),
        ("What changed today?", "what changed yesterday?"),
        ("is everything ok?", "Is everything OK?"),
    ],
)
def test_names_and_figures_make_no_other_question(one: str, other: str) -> None:
    assert are_alike(one, other)
    assert are_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("show open incidents", "show open alerts"),
        ("which backups failed?", "which disks failed?"),
        ("what is wrong?", "who pulled the plug?"),
        ("", "what is wrong?"),
        ("", ""),
        ("85%?", "12 GB?"),
    ],
)
def test_others_are_not_alike(one: str, other: str) -> None:
    assert not are_alike(one, other)


def test_a_known_name_is_none_of_the_words() -> None:
    one, other = "what is the uptime of media?", "what is the version of media?"
    assert are_alike(one, other)
    assert not are_alike(one, other, "media")


def test_patterns_are_told_the_most_asked_first() -> None:
    found = patterns(
        [
            asked("how full is tank?", "pools", ago=1),
            asked("why is immich buffering?", "investigate", "logs", ago=2),
            asked("why is jellyfin buffering?", "logs", ago=3),
        ]
    )
    assert [(each.times, each.question, each.tools) for each in found] == [
        (2, "why is immich buffering?", ("logs", "investigate")),
        (1, "how full is tank?", ("pools",)),
    ]
    assert [found[0].last, found[0].first] == [NOW - timedelta(minutes=n) for n in (2, 3)]
    assert patterns([]) == ()


def test_tools_of_alike_questions_are_told_but_not_what_is_called_for_anything() -> None:
    earlier = [
        asked("why is jellyfin buffering?", "names", "logs"),
        *(asked(f"how full is {pool}?", "names", "pools") for pool in ("tank", "fast", "rust")),
    ]
    told = tools_before("Why is immich buffering?", earlier, {"immich", "jellyfin"})
    assert list(told) == ["logs", "names"]
    assert told["logs"] == 1
    assert told["names"] < 0.5
    assert tools_before("which certificates end soon?", earlier) == {}
    assert tools_before("Why is immich buffering?", []) == {}


def test_a_question_of_words_that_any_may_have_learns_nothing() -> None:
    assert tools_before("and why?", [asked("and why?", "logs")]) == {}


def test_no_more_than_a_few_tools_are_told() -> None:
    many = asked("why is it buffering?", *(f"tool_{n}" for n in range(9)))
    assert list(tools_before("why is it buffering?", [many])) == [f"tool_{n}" for n in range(4)]
