"""Functions that rewrite labels: ``label_replace`` and ``label_join``, and those of ``absent``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sre_tui.demo.promql.errors import ExecutionError
from sre_tui.demo.promql.values import NAME, Labels, Vector, merge_duplicates
from sre_tui.demo.telemetry import Matcher

_LABEL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})", re.ASCII)


def _expand(template: str, found: re.Match[str]) -> str:
    """Fill in ``$1``, ``${1}`` and ``$name``; a group that does not exist is empty."""

    def group(reference: re.Match[str]) -> str:
        dollar, bare, braced = reference.groups()
        if dollar:
            return "$"
        name = bare or braced
        try:
            value = found.group(int(name) if name.isdecimal() else name)
        except IndexError:
            return ""
        return value or ""

    return _REFERENCE.sub(group, template)


def _with(labels: Labels, name: str, value: str) -> Labels:
    changed = {key: kept for key, kept in labels.items() if key != name}
    return {**changed, name: value} if value else changed


def label_replace(vector: Vector, target: str, template: str, source: str, pattern: str) -> Vector:
    """Set a label from the groups of a pattern that fits the whole of another label."""
    try:
        compiled = re.compile(pattern, re.DOTALL)
    except re.error as error:
        raise ExecutionError(f"invalid regular expression in label_replace(): {pattern}") from error
    if not _LABEL_NAME.fullmatch(target):
        raise ExecutionError(f"invalid destination label name in label_replace(): {target}")
    rewritten: list[Labels] = []
    for labels in vector.labels:
        found = compiled.fullmatch(labels.get(source, ""))
        rewritten.append(
            labels if found is None else _with(labels, target, _expand(template, found))
        )
    return merge_duplicates(Vector(rewritten, vector.values, vector.present))


def label_join(vector: Vector, target: str, separator: str, sources: Sequence[str]) -> Vector:
    """Set a label to other labels' values joined by a separator."""
    for name in sources:
        if not _LABEL_NAME.fullmatch(name):
            raise ExecutionError(f"invalid source label name in label_join(): {name}")
    if not _LABEL_NAME.fullmatch(target):
        raise ExecutionError(f"invalid destination label name in label_join(): {target}")
    rewritten = [
        _with(labels, target, separator.join(labels.get(name, "") for name in sources))
        for labels in vector.labels
    ]
    return merge_duplicates(Vector(rewritten, vector.values, vector.present))


def labels_of_absence(matchers: Sequence[Matcher]) -> Labels:
    """The labels that ``absent`` can tell from the selector: those with one plain equality."""
    labels: dict[str, str] = {}
    seen: set[str] = set()
    for matcher in matchers:
        if matcher.name == NAME:
            continue
        if matcher.op == "=" and matcher.name not in seen:
            seen.add(matcher.name)
            if matcher.value:
                labels[matcher.name] = matcher.value
        else:
            labels.pop(matcher.name, None)
    return labels
