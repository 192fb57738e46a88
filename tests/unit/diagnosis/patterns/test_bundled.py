"""The bundled patterns hold together, and advise without acting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from sre_tui.demo.truth_kinds import cause_kinds
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.patterns.pattern import Pattern

LARGEST_QUERY = 4000
MOST_QUERIES = 4
LARGEST_REPEAT = 1000
ACTS = re.compile(
    r"(?<![\w-])(restart|reload|rm|set|start|stop|replace|offline|online|detach|attach|clear|reset|"
    r"destroy|delete|drop|kill|reboot|shutdown|poweroff|unlock|prune|rollback|mount|umount|renew|"
    r"apply|truncate|vacuum|chown|chmod|mv|dd|tee|sed|fsck|swapoff|rescan|-f|--force|--fix)(?![\w-])"
)
PATTERNS = list(bundled())


def ids(one: object) -> str:
    return one.id if isinstance(one, Pattern) else ""


def test_every_truth_has_a_pattern() -> None:
    known = {name for one in PATTERNS for name in (one.id, *one.also_called)}
    assert set(cause_kinds()) <= known


@pytest.mark.parametrize("pattern", PATTERNS, ids=ids)
def test_text_is_there_and_reads(pattern: Pattern) -> None:
    assert pattern.why.endswith(".")
    assert pattern.advice.endswith(".")
    assert "{subject}" in pattern.claim or pattern.subject.value == "monitoring"
    assert not pattern.runbook or (resources.files("runbooks") / f"{pattern.runbook}.md").is_file()


@pytest.mark.parametrize("pattern", PATTERNS, ids=ids)
def test_commands_only_look(pattern: Pattern) -> None:
    for template in pattern.confirm:
        command = template.format(
            subject="s1", host="h1", name="n1", interface="eno1", stream='{hostname="h1"}'
        )
        assert not ACTS.search(command), command
        assert ">" not in command.replace("<>", ""), command


def test_deny_list_knows_what_acts() -> None:
    for command in ("systemctl restart x", "zpool replace tank a b", "rm -r /x", "docker rm -f x",
                    "qm unlock 105", "qm set 105"):  # fmt: skip
        assert ACTS.search(command)


@pytest.mark.parametrize("pattern", PATTERNS, ids=ids)
def test_what_it_brings_makes_sense(pattern: Pattern) -> None:
    assert len(set(pattern.brings)) == len(pattern.brings)
    again = {"cpu_saturated"}
    assert pattern.id not in pattern.brings or pattern.id in again
    assert pattern.symptom or pattern.confirm


def test_what_people_only_notice_is_no_cause() -> None:
    noticed = {"web_down", "web_slow", "web_errors", "service_errors", "lookup_errors",
               "storage_wait", "high_load", "tls_errors", "token_errors"}  # fmt: skip
    assert all(bundled()[name].symptom for name in noticed)


def test_search_stays_cheap() -> None:
    expressions = bundled().search().expressions
    assert len(expressions) <= MOST_QUERIES
    for one in expressions:
        assert len(one) + len('{service_name=~".+"} |~ ""') < LARGEST_QUERY
        re.compile(one.removeprefix("(?i)"), re.IGNORECASE)


@pytest.mark.parametrize("pattern", PATTERNS, ids=ids)
def test_expressions_are_plain_enough_for_re2(pattern: Pattern) -> None:
    alerts = [pattern.alerts.match] if pattern.alerts is not None else []
    for expression in (*(sign.match for sign in pattern.lines), *alerts):
        assert list(unknown_to_re2(expression)) == []


def test_what_re2_does_not_know_is_found() -> None:
    for expression in (r"a(?=b)", r"(?<!a)b", r"(a)\1", r"(?P<x>a)(?P=x)", r"a{1,2000}", r"(?>a)"):
        assert list(unknown_to_re2(expression))


def unknown_to_re2(expression: str) -> Iterator[str]:
    yield from _unknown(_parser.parse(expression))


def _unknown(tree: Any) -> Iterator[str]:
    denied = {"ASSERT", "ASSERT_NOT", "GROUPREF", "GROUPREF_EXISTS", "ATOMIC_GROUP",
              "POSSESSIVE_REPEAT"}  # fmt: skip
    for operator, argument in tree:
        if str(operator) in denied:
            yield str(operator)
        if operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            least, most, _ = argument
            if (least if most is _constants.MAXREPEAT else most) > LARGEST_REPEAT:
                yield f"repeat of {most}"
        yield from (found for part in _parts(argument) for found in _unknown(part))


def _parts(argument: Any) -> Iterator[Any]:
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, (list, tuple)):
        for one in argument:
            yield from _parts(one)
