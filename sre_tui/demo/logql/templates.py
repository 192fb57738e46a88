"""The part of Go's text templates that line_format and label_format are written in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sre_tui.demo.logql.template_functions import FUNCTIONS, Value, is_true, to_text

_ACTION = re.compile(r"\{\{(-\s)?(.*?)(\s-)?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|`[^`]*`)|(?P<number>-?\d+(?:\.\d+)?)"""
    r"""|(?P<field>\.[A-Za-z_][A-Za-z0-9_]*)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"""
    r"""|(?P<symbol>[|().$:=]))"""
)
_UNSUPPORTED_KEYWORDS = {"range", "with", "define", "template", "block", "break", "continue"}


class TemplateError(ValueError):
    """A template that does not parse, or fails on a line."""


@dataclass(frozen=True)
class _Call:
    function: str
    arguments: tuple[_Operand, ...]


@dataclass(frozen=True)
class _Field:
    name: str


@dataclass(frozen=True)
class _Constant:
    value: Value


@dataclass(frozen=True)
class _Pipeline:
    commands: tuple[_Operand, ...]


@dataclass(frozen=True)
class _Branch:
    condition: _Pipeline
    then: tuple[_Node, ...]
    otherwise: tuple[_Node, ...]


_Operand: TypeAlias = _Call | _Field | _Constant | _Pipeline
_Node: TypeAlias = str | _Pipeline | _Branch


class Template:
    """A parsed template; raises ``TemplateError`` naming what it does not know."""

    def __init__(self, text: str) -> None:
        pieces = _split(text)
        nodes, end, rest = _parse_nodes(pieces, 0)
        if end is not None:
            raise TemplateError(f"unexpected {{{{{end}}}}}")
        if rest != len(pieces):
            raise TemplateError("unexpected end of template")
        self._nodes = nodes

    def render(self, labels: Mapping[str, str], line: str, time_ns: int) -> str:
        """The text for one line; a label that is not there is empty."""
        return "".join(_render(self._nodes, _Scope(labels, line, time_ns)))


@dataclass(frozen=True)
class _Scope:
    labels: Mapping[str, str]
    line: str
    time_ns: int


def _split(text: str) -> list[tuple[bool, str]]:
    pieces: list[tuple[bool, str]] = []
    position = 0
    trim_next = False
    for found in _ACTION.finditer(text):
        literal = text[position : found.start()]
        literal = literal.lstrip() if trim_next else literal
        literal = literal.rstrip() if found[1] else literal
        if literal:
            pieces.append((False, literal))
        if not found[2].strip().startswith("/*"):
            pieces.append((True, found[2].strip()))
        trim_next = bool(found[3])
        position = found.end()
    tail = text[position:]
    if "{{" in tail:
        raise TemplateError("unclosed action")
    if tail := tail.lstrip() if trim_next else tail:
        pieces.append((False, tail))
    return pieces


def _parse_nodes(
    pieces: Sequence[tuple[bool, str]], index: int
) -> tuple[tuple[_Node, ...], str | None, int]:
    nodes: list[_Node] = []
    while index < len(pieces):
        is_action, text = pieces[index]
        index += 1
        if not is_action:
            nodes.append(text)
            continue
        keyword, _, rest = text.partition(" ")
        if keyword in _UNSUPPORTED_KEYWORDS:
            raise TemplateError(f'the action "{keyword}" is not supported by this server')
        if keyword == "if":
            branch, index = _parse_branch(pieces, index, rest)
            nodes.append(branch)
        elif keyword in ("else", "end"):
            return tuple(nodes), text, index
        else:
            nodes.append(_parse_pipeline(text))
    return tuple(nodes), None, index


def _parse_branch(
    pieces: Sequence[tuple[bool, str]], index: int, condition: str
) -> tuple[_Branch, int]:
    then, end, index = _parse_nodes(pieces, index)
    otherwise: tuple[_Node, ...] = ()
    if end is not None and end.startswith("else if "):
        nested, index = _parse_branch(pieces, index, end.removeprefix("else if "))
        return _Branch(_parse_pipeline(condition), then, (nested,)), index
    if end == "else":
        otherwise, end, index = _parse_nodes(pieces, index)
    if end != "end":
        raise TemplateError("unexpected EOF")
    return _Branch(_parse_pipeline(condition), then, otherwise), index


def _parse_pipeline(text: str) -> _Pipeline:
    tokens: list[tuple[str, str]] = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise TemplateError(f"unexpected {text[position:].strip()[:1]!r} in command")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    pipeline, rest = _pipeline(tokens, 0, 0)
    if rest != len(tokens):
        raise TemplateError(f'unexpected "{tokens[rest][1]}" in command')
    return pipeline


def _pipeline(tokens: Sequence[tuple[str, str]], index: int, depth: int) -> tuple[_Pipeline, int]:
    if depth > 50:
        raise TemplateError("template is nested too deeply")
    commands: list[_Operand] = []
    while True:
        command, index = _command(tokens, index, depth, piped=bool(commands))
        commands.append(command)
        if index < len(tokens) and tokens[index][1] == "|" and tokens[index][0] == "symbol":
            index += 1
            continue
        return _Pipeline(tuple(commands)), index


def _command(
    tokens: Sequence[tuple[str, str]], index: int, depth: int, *, piped: bool
) -> tuple[_Operand, int]:
    operands: list[_Operand] = []
    function = ""
    while index < len(tokens):
        kind, text = tokens[index]
        if kind == "symbol" and text in "|)":
            break
        index += 1
        if kind == "symbol" and text == "(":
            inner, index = _pipeline(tokens, index, depth + 1)
            if index >= len(tokens) or tokens[index][1] != ")":
                raise TemplateError("unclosed left paren")
            operands.append(inner)
            index += 1
        elif kind == "symbol":
            raise TemplateError(f'"{text}" is not supported by this server')
        elif kind == "word" and text not in ("true", "false"):
            if text not in FUNCTIONS:
                raise TemplateError(f'function "{text}" not defined')
            if function or operands:
                operands.append(_Call(text, ()))
            else:
                function = text
        else:
            operands.append(_operand(kind, text))
    if function:
        return _Call(function, tuple(operands)), index
    if not operands:
        raise TemplateError("missing value for command")
    if piped or len(operands) > 1:
        raise TemplateError("can't give argument to non-function")
    return operands[0], index


def _operand(kind: str, text: str) -> _Operand:
    if kind == "field":
        return _Field(text[1:])
    if kind == "number":
        return _Constant(float(text) if "." in text else int(text))
    if kind == "word":
        return _Constant(text == "true")
    if text[0] == "`":
        return _Constant(text[1:-1])
    try:
        return _Constant(str(json.loads(text, strict=False)))
    except ValueError as error:
        raise TemplateError(f"invalid syntax: {text}") from error


def _render(nodes: Sequence[_Node], scope: _Scope) -> list[str]:
    parts: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, _Branch):
            chosen = node.then if is_true(_evaluate(node.condition, scope)) else node.otherwise
            parts.extend(_render(chosen, scope))
        else:
            parts.append(to_text(_evaluate(node, scope)))
    return parts


def _evaluate(operand: _Operand, scope: _Scope, piped: tuple[Value, ...] = ()) -> Value:
    match operand:
        case _Constant(value):
            return value
        case _Field(name):
            return scope.labels.get(name, "")
        case _Pipeline(commands):
            result: tuple[Value, ...] = ()
            for command in commands:
                result = (_evaluate(command, scope, result),)
            return result[0]
        case _Call("__line__", _):
            return scope.line
        case _Call("__timestamp__", _):
            return scope.time_ns
        case _Call(function, arguments):
            values = [_evaluate(argument, scope) for argument in arguments]
            try:
                return FUNCTIONS[function](*values, *piped)
            except (TypeError, ValueError, IndexError, ArithmeticError) as error:
                raise TemplateError(f"error calling {function}: {error}") from error
