"""Runs a log query's stages over entries."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sre_tui.demo.logql.extraction import (
    JsonNumber,
    flatten_json,
    json_text,
    load_json_object,
    match_pattern,
    match_regexp,
    parse_logfmt,
    parse_path,
    safe_name,
    walk_json,
)
from sre_tui.demo.logql.filters import Step, label_filter, line_test
from sre_tui.demo.logql.record import ERROR, ERROR_DETAILS, Record
from sre_tui.demo.logql.syntax import (
    Decolorize,
    LabelFormat,
    LabelSelection,
    LineFilter,
    LineFormat,
    Parser,
    Stage,
)
from sre_tui.demo.logql.templates import Template, TemplateError
from sre_tui.demo.telemetry import LogEntry

_COLOR = re.compile("\x1b\\[[0-9;]*m")


class Pipeline:
    """The stages of one query, ready to run."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        first = list(itertools.takewhile(lambda stage: isinstance(stage, LineFilter), stages))
        # Most lines end at the filters in front, which need nothing but the line.
        self._line_tests = [line_test(stage) for stage in first if isinstance(stage, LineFilter)]
        self._steps = [_step(stage) for stage in stages[len(first) :]]

    @property
    def only_filters(self) -> bool:
        """Whether it takes lines as they are or not at all, by nothing but their text."""
        return not self._steps

    def keeps(self, line: str) -> bool:
        """Whether a line passes the filters in front."""
        return all(test(line) for test in self._line_tests)

    def run(self, labels: Mapping[str, str], entries: Iterable[LogEntry]) -> Iterator[Record]:
        """A record for every entry that passes all stages, in the order given."""
        tests, steps = self._line_tests, self._steps
        for entry in entries:
            line = entry.line
            for test in tests:
                if not test(line):
                    break
            else:
                record = Record(entry.time_ns, line, dict(labels), dict(entry.metadata))
                if all(step(record) for step in steps):
                    yield record


def _step(stage: Stage) -> Step:
    match stage:
        case LineFilter():
            test = line_test(stage)
            return lambda record: test(record.line)
        case Parser():
            return _parser(stage)
        case LineFormat(text):
            return _line_format(Template(text))
        case LabelFormat():
            return _label_format(stage)
        case Decolorize():
            return _decolorize
        case LabelSelection():
            return _keep(stage) if stage.keep else _drop(stage)
        case _:
            return label_filter(stage)


def _parser(stage: Parser) -> Step:
    match stage.kind:
        case "json":
            return _json_paths(stage) if stage.extract else _json
        case "logfmt":
            return _logfmt(stage)
        case "unpack":
            return _unpack
        case "pattern":
            return _captures(lambda line: match_pattern(stage.argument, line))
        case "regexp":
            return _captures(lambda line: match_regexp(stage.argument, line))


def _captures(find: Callable[[str], Iterable[tuple[str, str]]]) -> Step:
    def step(record: Record) -> bool:
        for name, value in find(record.line):
            record.extract(name, value)
        return True

    return step


def _json(record: Record) -> bool:
    try:
        for name, value in flatten_json(load_json_object(record.line)):
            record.extract(name, value)
    except (ValueError, RecursionError) as error:
        record.fail("JSONParserErr", str(error))
    return True


def _json_paths(stage: Parser) -> Step:
    paths = [(name, parse_path(expression)) for name, expression in stage.extract]

    def step(record: Record) -> bool:
        try:
            value = load_json_object(record.line)
        except (ValueError, RecursionError) as error:
            record.fail("JSONParserErr", str(error))
            return True
        for name, path in paths:
            record.extract(name, json_text(walk_json(value, path)))
        return True

    return step


def _logfmt(stage: Parser) -> Step:
    wanted = {expression: name for name, expression in stage.extract}

    def step(record: Record) -> bool:
        try:
            for key, value in parse_logfmt(record.line, strict=stage.strict):
                name = wanted.get(key, "") if wanted else safe_name(key)
                if name and (value or stage.keep_empty):
                    record.extract(name, value)
        except ValueError as error:
            record.fail("LogfmtParserErr", str(error))
        return True

    return step


def _unpack(record: Record) -> bool:
    try:
        packed = load_json_object(record.line)
    except (ValueError, RecursionError) as error:
        record.fail("JSONParserErr", str(error))
        return True
    for key, value in packed.items():
        if key == "_entry" and isinstance(value, str):
            record.line = value
        elif isinstance(value, str) and not isinstance(value, JsonNumber):
            record.extract(safe_name(key), value)
    return True


def _line_format(template: Template) -> Step:
    def step(record: Record) -> bool:
        try:
            record.line = template.render(record.labels, record.line, record.time_ns)
        except TemplateError as error:
            record.fail("TemplateFormatErr", str(error))
        return True

    return step


def _label_format(stage: LabelFormat) -> Step:
    templates = {a.target: Template(a.value) for a in stage.assignments if a.is_template}

    def step(record: Record) -> bool:
        labels = record.labels
        for assignment in stage.assignments:
            if not assignment.is_template:
                if value := record.get(assignment.value):
                    record.set(assignment.target, value)
                    record.remove(assignment.value)
                continue
            try:
                text = templates[assignment.target].render(labels, record.line, record.time_ns)
                record.set(assignment.target, text)
            except TemplateError as error:
                record.fail("TemplateFormatErr", str(error))
        return True

    return step


def _decolorize(record: Record) -> bool:
    record.line = _COLOR.sub("", record.line)
    return True


def _drop(stage: LabelSelection) -> Step:
    def step(record: Record) -> bool:
        for name, matcher in stage.labels:
            if matcher is None or matcher.matches(record.get(name)):
                record.remove(name)
        return True

    return step


def _keep(stage: LabelSelection) -> Step:
    def step(record: Record) -> bool:
        kept = {
            name
            for name, matcher in stage.labels
            if matcher is None or matcher.matches(record.get(name))
        }
        for name in record.labels:
            if name not in kept and name not in (ERROR, ERROR_DETAILS):
                record.remove(name)
        return True

    return step
