"""The demo's engine and a real Prometheus 2.42 must answer alike over the same series.

Numbers agree within a relative error of 1e-9 (absolute 1e-12 near zero; 1e-9 of the largest value
of the series where two large numbers cancel); NaN equals NaN and infinities keep their sign. Label
sets and timestamps agree exactly. The order of an instant vector counts after ``sort``, ``topk``
and their opposites. An error must have the same type and, outside of parse errors, the same text
but for the label sets it gives as examples.
"""

import math
import re
from typing import Any

import httpx
import pytest

from sre_tui.demo.promql import (
    PROMETHEUS_2,
    Engine,
    MatrixResult,
    QueryError,
    Result,
    ScalarResult,
    StringResult,
    VectorResult,
)
from tests.real.collect import INSTANTS_ONLY, Expression, collection, shipped, used
from tests.real.homelab_series import START
from tests.real.prometheus import ask

RELATIVE = 1e-9
ABSOLUTE = 1e-12
# One instant falls exactly on samples and one between them.
INSTANTS = (START + 3600, START + 6907.5)
RANGE = (START + 300.25, START + 7000.25, 67.0)

Row = tuple[tuple[tuple[str, str], ...], list[tuple[float, float]]]


def _expected(document: dict[str, Any]) -> tuple[str, list[Row]]:
    data = document["data"]
    kind, result = data["resultType"], data["result"]
    if kind in {"scalar", "string"}:
        value = math.nan if kind == "string" else float(result[1])
        labels = (("text", result[1]),) if kind == "string" else ()
        return kind, [(labels, [(result[0], value)])]
    return kind, [
        (
            tuple(sorted(one["metric"].items())),
            [(time, float(value)) for time, value in one.get("values", [one.get("value")])],
        )
        for one in result
    ]


def _actual(result: Result) -> tuple[str, list[Row]]:
    match result:
        case ScalarResult(time=time, value=value):
            return "scalar", [((), [(time, value)])]
        case StringResult(time=time, value=text):
            return "string", [((("text", text),), [(time, math.nan)])]
        case VectorResult(time=time, samples=samples):
            return "vector", [
                (tuple(sorted(one.labels.items())), [(time, one.value)]) for one in samples
            ]
        case MatrixResult(series=series):
            return "matrix", [
                (
                    tuple(sorted(one.labels.items())),
                    list(zip(one.times.tolist(), one.values.tolist(), strict=True)),
                )
                for one in series
            ]


def _close(expected: float, actual: float, scale: float) -> bool:
    if math.isnan(expected) or math.isnan(actual):
        return math.isnan(expected) and math.isnan(actual)
    if math.isinf(expected) or math.isinf(actual):
        return expected == actual
    return math.isclose(expected, actual, rel_tol=RELATIVE, abs_tol=max(ABSOLUTE, scale * RELATIVE))


def _difference(expected: list[Row], actual: list[Row], *, ordered: bool) -> str:
    if not ordered:
        expected, actual = sorted(expected, key=repr), sorted(actual, key=repr)
        expected.sort(key=lambda row: row[0])
        actual.sort(key=lambda row: row[0])
    if [row[0] for row in expected] != [row[0] for row in actual]:
        return f"label sets {[row[0] for row in actual]}, not {[row[0] for row in expected]}"
    for (labels, theirs), (_labels, ours) in zip(expected, actual, strict=True):
        if [time for time, _value in theirs] != [time for time, _value in ours]:
            return f"{labels}: times {ours}, not {theirs}"
        finite = [abs(value) for _time, value in theirs if math.isfinite(value)]
        # A single value has no series around it to lend a scale.
        scale = max(finite, default=0.0) if len(finite) > 1 else 0.0
        for (time, wanted), (_time, got) in zip(theirs, ours, strict=True):
            if not _close(wanted, got, scale):
                return f"{labels} at {time}: {got!r}, not {wanted!r}"
    return ""


def _template(message: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", message)


def _compare(document: dict[str, Any], run: Any, *, ordered: bool) -> str:
    try:
        kind, rows = _actual(run())
    except QueryError as error:
        if document["status"] == "success":
            return f"error {error}, not an answer"
        theirs = (document["errorType"], document["error"])
        same_text = error.kind == "bad_data" or _template(str(error)) == _template(theirs[1])
        if error.kind != theirs[0] or not same_text:
            return f"error {error.kind} {error}, not {theirs}"
        return ""
    if document["status"] != "success":
        return f"an answer, not the error {document['error']}"
    expected_kind, expected = _expected(document)
    if kind != expected_kind:
        return f"{kind}, not {expected_kind}"
    return _difference(expected, rows, ordered=ordered)


def differences(real: httpx.Client, engine: Engine, expression: Expression) -> list[str]:
    """What differs between the two answers to an expression, at each instant and over the range."""
    query = expression.query
    found = []
    ordered = query.startswith(("sort", "topk(", "bottomk("))
    for time in INSTANTS:
        document = ask(real, "/api/v1/query", {"query": query, "time": f"{time}"})
        problem = _compare(document, lambda t=time: engine.instant(query, t), ordered=ordered)
        if problem:
            found.append(f"at {time}: {problem}")
    if expression.origin == INSTANTS_ONLY:
        return found
    start, end, step = RANGE
    window = {"start": f"{start}", "end": f"{end}", "step": f"{step}"}
    document = ask(real, "/api/v1/query_range", {"query": query, **window})
    problem = _compare(document, lambda: engine.range(query, start, end, step), ordered=False)
    if problem:
        found.append(f"over the range: {problem}")
    return found


def _name(expression: Expression) -> str:
    return f"{expression.origin}: {expression.query}"


def test_the_collection_is_large_and_without_repeats() -> None:
    queries = [expression.query for expression in collection()]
    assert len(queries) >= 170
    assert len(queries) == len(set(queries))


def test_every_supported_function_is_in_the_collection() -> None:
    text = "\n".join(expression.query for expression in collection())
    named = set(re.findall(r"\b([a-z_0-9]+)\s*(?=\(|(?:by|without)\b)", text))
    native_histograms = {"histogram_count", "histogram_sum", "histogram_fraction"}
    assert PROMETHEUS_2.functions is not None
    assert PROMETHEUS_2.functions - native_histograms - named == set()


@pytest.mark.parametrize("expression", collection(), ids=_name)
def test_answers_agree(real: httpx.Client, engine: Engine, expression: Expression) -> None:
    assert differences(real, engine, expression) == []


def test_shipped_expressions_agree(real: httpx.Client, engine: Engine) -> None:
    problems = {}
    for expression in shipped():
        found = differences(real, engine, expression)
        checked = ask(real, "/api/v1/query", {"query": expression.query})
        if checked["status"] == "error":
            found.append(checked["error"])
        if found:
            problems[_name(expression)] = found
    assert problems == {}


def test_expressions_used_anywhere_agree(real: httpx.Client, engine: Engine) -> None:
    problems = {
        _name(expression): found
        for expression in used()
        if (found := differences(real, engine, expression))
    }
    assert problems == {}
