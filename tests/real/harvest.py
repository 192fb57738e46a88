"""Finds PromQL in source, data and prose, whoever uses it and however it is passed.

Every text of a file is tried: literals of Python (f-strings with their placeholders filled in),
scalars of YAML and JSON, code between backticks, and what ``sre metrics`` is given. What parses and
selects series by a metric's name counts; a name that stands alone only if such a series is known.
Text that happens to parse does no harm: two engines agree about it too.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import yaml

_CODE = re.compile(r"`([^`\n]+)`")
_ARGUMENT = re.compile(r"\bmetrics (?:query|range)(?: -\S+)* (?:'([^'\n]+)'|\"([^\"\n]+)\")")
_FILLINGS = ("x", "5m", "1", "up")
"""What a placeholder may stand for; the first that makes an expression is taken."""
_LONGEST = 2000
_ENDLESS = re.compile(r"\d{16}|\de\d{2,}")


def harvest(path: Path, names: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Line numbers and expressions of a file, by its suffix.

    Args:
        path: of a Python, YAML, JSON or text file.
        names: metrics whose bare names count.
    """
    text = path.read_text(encoding="utf-8")
    for line, candidate in _texts(path.suffix, text):
        if is_expression(candidate, names):
            yield line, candidate
        for match in _CODE.finditer(candidate) if "`" in candidate else ():
            if is_expression(match[1], names):
                yield line, match[1]
        for match in _ARGUMENT.finditer(candidate):
            given = match[1] or match[2]
            if is_expression(given, names):
                yield line, given


def is_expression(text: str, names: frozenset[str]) -> bool:
    """Whether a text is PromQL that selects series by name."""
    text = text.strip()
    # Over durations beyond all bounds the parser panics, which is no Exception.
    if len(text) > _LONGEST or not text or _ENDLESS.search(text):
        return False
    if text.isidentifier():
        return text in names
    try:
        tree = promql_parser.parse(text)
    except ValueError:
        return False
    nodes = list(_nodes(tree))
    selectors = [node for node in nodes if isinstance(node, promql_parser.VectorSelector)]
    named = [node for node in selectors if _name(node)]
    told = any(
        isinstance(node, promql_parser.Call | promql_parser.AggregateExpr)
        or (isinstance(node, promql_parser.VectorSelector) and node.matchers.matchers)
        for node in nodes
    )
    return bool(named) and (told or any(_is_metric(_name(node), names) for node in named))


def _is_metric(name: str, names: frozenset[str]) -> bool:
    """Words with hyphens and slashes between them parse as well, but metrics have longer names."""
    return name in names or "_" in name.strip("_")


def _texts(suffix: str, text: str) -> Iterator[tuple[int, str]]:
    if suffix == ".py":
        yield from _literals(ast.parse(text))
    elif suffix in (".yaml", ".yml"):
        for document in yaml.compose_all(text, Loader=yaml.CSafeLoader):
            yield from _scalars(document)
    elif suffix == ".json":
        yield from ((1, value) for value in _strings(json.loads(text)))
    else:
        yield from enumerate(text.splitlines(), start=1)


def _literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield node.lineno, node.value
            continue
        if isinstance(node, ast.JoinedStr):
            for filling in _FILLINGS:
                filled = "".join(
                    str(part.value) if isinstance(part, ast.Constant) else filling
                    for part in node.values
                )
                if is_expression(filled, frozenset()):
                    yield node.lineno, filled
                    break
            waiting += [one for one in node.values if not isinstance(one, ast.Constant)][::-1]
            continue
        # Not ``ast.iter_child_nodes``: there are a million, and most have no child.
        inner: list[ast.AST] = []
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                inner += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST) and value._fields:
                inner.append(value)
        waiting += inner[::-1]


def _scalars(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.ScalarNode):
        yield node.start_mark.line + 1, node.value
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key)
            yield from _scalars(value)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for name in ("expr", "lhs", "rhs", "param", "vector_selector"):
        child = getattr(node, name, None)
        if child is not None:
            yield from _nodes(child)
    for child in getattr(node, "args", None) or ():
        yield from _nodes(child)


def _name(selector: Any) -> str:
    matchers = selector.matchers.matchers
    return selector.name or next((one.value for one in matchers if one.name == "__name__"), "")
