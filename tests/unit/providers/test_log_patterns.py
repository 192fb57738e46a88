from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from providers.loki import LogEntry
from providers.loki.patterns import WILD, masked, message_of, mine
from providers.loki.wire import time_of

BASE = 1_795_358_400_000_000_000


def entry(line: str, index: int = 0, service: str = "web", level: str = "info") -> LogEntry:
    return LogEntry.model_validate(
        {
            "source": "loki:main",
            "at": time_of(BASE) + timedelta(seconds=index),
            "time_ns": BASE + index * 1_000_000_000,
            "line": line,
            "level": level,
            "labels": {"service_name": service},
            "service": service,
        }
    )


def test_variable_parts_are_masked() -> None:
    line = (
        "2026-11-22T14:00:01.5Z user 42 from 10.0.0.7:5123 took 31ms id "
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301 mac aa:bb:cc:dd:ee:ff hash deadbeef01 0x1f 93%"
    )
    assert " ".join(masked(line)) == (
        f"{WILD} user {WILD} from {WILD} took {WILD} id {WILD} mac {WILD} hash {WILD} {WILD} {WILD}"
    )


def test_words_with_digits_in_names_stay() -> None:
    assert " ".join(masked("nas1: ata3 failed on sda2")) == "nas1: ata3 failed on sda2"


def test_lines_of_one_kind_become_one_template() -> None:
    lines = [f"GET /users/{name} 200 {n}ms" for n, name in enumerate(["ann", "bob", "cy", "dan"])]
    (pattern,) = mine([entry(line, index) for index, line in enumerate(lines)])
    assert pattern.pattern == f"GET {WILD} {WILD} {WILD}"
    assert (pattern.count, pattern.share) == (4, 1.0)
    assert pattern.example == lines[-1]
    assert (pattern.last - pattern.first).total_seconds() == 3


def test_the_most_severe_level_and_all_services_are_told() -> None:
    found = mine(
        [entry("disk 1 full", 0, "a"), entry("disk 2 full", 1, "b", "error"), entry("hello", 2)]
    )
    assert [(each.count, each.level, each.services) for each in found] == [
        (2, "error", ("a", "b")),
        (1, "info", ("web",)),
    ]
    assert round(found[0].share, 2) == 0.67


def test_json_and_logfmt_are_unwrapped() -> None:
    assert message_of('{"level":"info","msg":"started","pid":4}') == "started"
    assert message_of('ts=1 level=info msg="a \\"b\\" c" x=1') == 'a \\"b\\" c'
    assert message_of('{"broken": ') == '{"broken":'
    assert message_of("[1, 2]") == "[1, 2]"


@given(st.lists(st.text(max_size=40), max_size=40))
def test_every_line_counts_exactly_once(lines: list[str]) -> None:
    found = mine([entry(line, index) for index, line in enumerate(lines)])
    assert sum(pattern.count for pattern in found) == len(lines)
    assert len({pattern.key for pattern in found}) == len(found)
    assert [pattern.count for pattern in found] == sorted(
        (pattern.count for pattern in found), reverse=True
    )
