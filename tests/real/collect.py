"""Every PromQL expression that the project ships, for the differential test.

Expressions come from the collection beside this file, from ```` ```promql ```` blocks in runbooks
and documentation, and from ``PRODUCERS``: functions of code that builds queries.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from sre_tui.agent.analyst import promql_templates
from sre_tui.demo.world import rules
from sre_tui.demo.world.exporters import recording

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


PRODUCERS: list[Producer] = [demo_rules, promql_templates]
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
