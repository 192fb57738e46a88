"""Every PromQL expression of the project, for the differential test.

Expressions come from the collection beside this file, from ```` ```promql ```` blocks in runbooks
and documentation, from ``PRODUCERS``: functions of code that builds queries, and from every text in
source, tests, data and prose that is one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from sre_tui.agent.analyst import promql_templates
from sre_tui.demo.world import rules
from sre_tui.demo.world.exporters import recording
from sre_tui.diagnosis.checks.registry import all_queries
from sre_tui.diagnosis.picture.metrics import identity_query, sweeps_of
from sre_tui.diagnosis.signals.measures import MEASURES
from tests.real.harvest import harvest
from tests.real.homelab_series import homelab_series

ROOT = Path(__file__).parents[2]
COLLECTION = Path(__file__).with_name("promql_expressions.yaml")

_BLOCK = re.compile(
    r"^(?P<indent>[ \t]*)```promql[^\n]*\n(?P<body>.*?)^[ \t]*```", re.MULTILINE | re.DOTALL
)


_CONTINUES = re.compile(r"\s|[)\]}+*/%^=!<>-]|(and|or|unless|by|without|offset)\b")
_OPEN_ENDED = re.compile(r"([+*/%^=<>({,-]|\b(and|or|unless|bool)|(on|ignoring|by)\s*\([^)]*\))$")


@dataclass(frozen=True)
class Expression:
    """An expression and where it stands, such as ``runbooks/disk.md:14``."""

    query: str
    origin: str


Producer = Callable[[], Iterable[str]]


def demo_rules() -> list[str]:
    """The expressions of the demo homelab's alerting and recording rules."""
    alerting = [rule.expr for rule in rules.alert_rules()]
    return [*alerting, *(rule.expr for rule in recording.RULES)]


def check_values() -> list[str]:
    """The values of the checks, alone and as they are asked for together."""
    queries = all_queries()
    together = (one.expression for one in sweeps_of(queries))
    return [*(query.expression for query in queries), *together, identity_query()]


def measures() -> list[str]:
    """What baselines are kept of, in every way it is known."""
    return [text for one in MEASURES for text in (one.gauge.value, *(each for each, _ in one.also))]


PRODUCERS: list[Producer] = [demo_rules, promql_templates, check_values, measures]
"""Functions that give the expressions a part of the product asks Prometheus."""


INSTANTS_ONLY = "instants_only"
"""The group of expressions that Prometheus itself answers wrongly over a range."""


def collection() -> list[Expression]:
    """The test's own expressions; the origin is their group."""
    groups: dict[str, list[str | float]] = yaml.load(
        COLLECTION.read_text(encoding="utf-8"), Loader=yaml.BaseLoader
    )
    return [Expression(str(query), group) for group, queries in groups.items() for query in queries]


def blocks(text: str) -> Iterator[tuple[int, str]]:
    """Line number and text of every expression in the blocks of a document.

    A block may hold several: each line starts one, unless it is indented deeper, begins with an
    operator or a closing bracket, or the line before it is plainly not complete.
    """
    for block in _BLOCK.finditer(text):
        first = text.count("\n", 0, block.start("body")) + 1
        expressions: list[tuple[int, list[str]]] = []
        open_ended = False
        for number, whole in enumerate(block["body"].splitlines(), start=first):
            line = whole.removeprefix(block["indent"]).rstrip()
            if not line or line.lstrip().startswith("#"):
                open_ended = False
                continue
            if expressions and (open_ended or _CONTINUES.match(line)):
                expressions[-1][1].append(line)
            else:
                expressions.append((number, [line]))
            so_far = "\n".join(expressions[-1][1])
            open_ended = bool(_OPEN_ENDED.search(so_far)) or so_far.count("(") > so_far.count(")")
        yield from ((number, "\n".join(lines)) for number, lines in expressions)


def documents() -> list[Path]:
    """Every Markdown file that may hold an expression."""
    folders = [ROOT / "runbooks", ROOT / "docs"]
    return [ROOT / "README.md", *(path for one in folders for path in sorted(one.rglob("*.md")))]


def shipped(producers: Sequence[Producer] = ()) -> list[Expression]:
    """The expressions of documents and of the product's own queries."""
    found = [
        Expression(query, f"{path.relative_to(ROOT)}:{line}")
        for path in documents()
        if path.exists()
        for line, query in blocks(path.read_text(encoding="utf-8"))
    ]
    for producer in (*PRODUCERS, *producers):
        found.extend(Expression(query, producer.__qualname__) for query in producer())
    return found


PLACES = (
    "README.md",
    "benchmarks",
    "commands",
    "dashboards",
    "docs",
    "runbooks",
    "sre_tui",
    "tests",
)
"""Files and folders in which expressions are used."""

REFUSED = frozenset(
    {
        "sum by (nothing) (histogram_count(up))",
        "histogram_fraction(0, 1, load)",
        "histogram_count(load)",
        "histogram_count(up)",
    }
)
"""Expressions of tests that the demo refuses by name: it has no native histograms."""

_SUFFIXES = frozenset({".json", ".md", ".py", ".yaml", ".yml"})
_OWN_FILES = frozenset({COLLECTION.name, "promql_malformed.yaml"})


@cache
def used() -> tuple[Expression, ...]:
    """The expressions in any text of the project, each once, at the first place it stands."""
    names = frozenset(series.labels["__name__"] for series in homelab_series())
    found: dict[str, Expression] = {}
    for path in _files():
        for line, query in harvest(path, names):
            origin = f"{path.relative_to(ROOT)}:{line}"
            found.setdefault(query.strip(), Expression(query.strip(), origin))
    return tuple(expression for query, expression in found.items() if query not in REFUSED)


def _files() -> Iterator[Path]:
    for place in PLACES:
        path = ROOT / place
        for one in [path] if path.is_file() else sorted(path.rglob("*")):
            if one.suffix in _SUFFIXES and one.is_file() and one.name not in _OWN_FILES:
                yield one
