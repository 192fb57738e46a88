"""The bundled runbooks keep their form, and the search questions point at runbooks that exist."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import promql_parser
import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "runbooks").glob("*.md"))
QUESTIONS = ROOT / "tests" / "evals" / "runbook_questions.yaml"

HEADINGS = ["Symptoms", "Checks", "Causes", "Fix", "Verify", "Prevent"]
FENCE_LANGUAGES = {"sh", "promql", "logql", "text"}
LOG_LABELS = {"hostname", "service_name", "level"}
LOG_LEVELS = {"error", "warning", "info"}
METRIC_PREFIXES = (
    "node_",
    "pve_",
    "probe_",
    "smartctl_",
    "network_ups_tools_",
    "container_",
    "loki_",
    "prometheus_",
    "scrape_",
)
METRICS = {"up", "disk_power_state"}
VERSIONS = {
    "Proxmox VE": {"8", "8.1", "9"},
    "PBS": {"3", "3.4", "4"},
    "TrueNAS": {"25.04", "25.10", "26"},
}
DESTRUCTIVE = re.compile(
    r"zfs destroy|zfs rollback|zpool (replace|destroy)|sgdisk|(qm|pct) destroy|--force 1|pct fsck"
    r"|proxmox-backup-client prune|prune -a|prune-job run|rm -r|umount -f|chown -R|gc-atime-cutoff"
    r"|pvecm (expected|delnode)|(qm|pct) unlock|lvextend"
)
PLACEHOLDER = re.compile(r"<[a-z][a-z|-]*>")

CamelCase = Annotated[str, StringConstraints(pattern=r"^[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+$")]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
Saying = Annotated[str, StringConstraints(min_length=6, max_length=100)]
Stem = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]


class FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=8, max_length=80)
    tags: list[Tag] = Field(min_length=3)
    alerts: list[CamelCase] = Field(min_length=2)
    people_say: list[Saying] = Field(min_length=20, max_length=80)
    programs_say: list[Saying] = Field(min_length=5, max_length=40)
    summary: str = Field(min_length=40, max_length=200, pattern=r"^[^.]+(?:\.[^. ][^.]*)*\.$")


class Question(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: str = Field(min_length=8)
    kind: Literal["alert", "plain"]
    runbook: list[Stem] = Field(min_length=1, max_length=3)


@dataclass(frozen=True)
class Fence:
    line: int
    language: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Runbook:
    path: Path
    front: dict[str, Any]
    body: str
    prose: str
    fences: tuple[Fence, ...]
    unclosed: int | None


def read(path: Path) -> Runbook:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("---\n"), f"{path.name}: no front matter"
    head, separator, body = text[4:].partition("\n---\n")
    assert separator, f"{path.name}: front matter is not closed"
    offset = head.count("\n") + 3
    prose: list[str] = []
    fences: list[Fence] = []
    opened: tuple[int, str] | None = None
    content: list[str] = []
    for number, line in enumerate(body.splitlines(), start=offset + 1):
        if line.strip().startswith("```"):
            language = line.strip().removeprefix("```")
            if opened is None:
                opened, content = (number, language), []
            else:
                assert not language, f"{path.name}:{number}: a fence opens inside a fence"
                fences.append(Fence(opened[0], opened[1], tuple(content)))
                opened = None
        elif opened is None:
            prose.append(line)
        else:
            content.append(line.strip())
    front = yaml.load(head, Loader=yaml.CSafeLoader)
    assert isinstance(front, dict), f"{path.name}: front matter is not a mapping"
    return Runbook(
        path, front, body, "\n".join(prose), tuple(fences), opened[0] if opened else None
    )


def section(book: Runbook, heading: str) -> str:
    return book.body.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def queries(book: Runbook, language: str) -> list[tuple[int, str]]:
    return [
        (fence.line + index, line)
        for fence in book.fences
        if fence.language == language
        for index, line in enumerate(fence.lines, start=1)
        if line
    ]


def metric_names(query: str) -> list[str]:
    names: list[str] = []

    def visit(expression: Any) -> bool:
        if isinstance(expression, promql_parser.VectorSelector):
            names.append(expression.name or "")
        return True

    promql_parser.walk(promql_parser.parse(query), pre_visit=visit)
    return names


BOOKS = {path.stem: read(path) for path in PATHS}
every_runbook = pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS.keys())


def test_the_set_covers_a_homelab() -> None:
    assert len(BOOKS) >= 19


@every_runbook
def test_front_matter(book: Runbook) -> None:
    front = FrontMatter.model_validate(book.front)
    assert len(set(front.tags)) == len(front.tags)
    assert re.findall(r"^# (.+)$", book.prose, re.MULTILINE) == [front.title]


@every_runbook
def test_headings_in_order_and_filled(book: Runbook) -> None:
    assert re.findall(r"^## (.+)$", book.prose, re.MULTILINE) == HEADINGS
    for heading in HEADINGS:
        assert len(section(book, heading).split()) >= 20, f"{heading} is thin"
    for heading in ("Checks", "Causes", "Fix"):
        numbers = re.findall(r"^(\d+)\. ", section(book, heading), re.MULTILINE)
        assert numbers == [str(n) for n in range(1, len(numbers) + 1)], heading
        assert len(numbers) >= 3, heading


@every_runbook
def test_length_fits_one_page(book: Runbook) -> None:
    assert 55 <= len(book.body.splitlines()) <= 135


@every_runbook
def test_fences_are_closed_and_known(book: Runbook) -> None:
    assert book.unclosed is None, f"fence of line {book.unclosed} is not closed"
    assert {fence.language for fence in book.fences} <= FENCE_LANGUAGES
    assert all(fence.lines for fence in book.fences)
    assert {"sh", "promql", "logql"} <= {fence.language for fence in book.fences}


@every_runbook
def test_promql_parses_and_uses_real_exporters(book: Runbook) -> None:
    for line, query in queries(book, "promql"):
        try:
            names = metric_names(query)
        except ValueError as error:
            pytest.fail(f"{book.path.name}:{line}: {query}: {error}")
        assert names, f"{book.path.name}:{line}: no metric in {query}"
        assert not PLACEHOLDER.search(query), f"{book.path.name}:{line}: cannot be run: {query}"
        for name in names:
            assert name in METRICS or name.startswith(METRIC_PREFIXES), f"line {line}: {name}"


@every_runbook
def test_logql_selects_by_known_labels(book: Runbook) -> None:
    for line, query in queries(book, "logql"):
        selectors = re.findall(r"\{([^}]*)\}", query)
        assert selectors, f"{book.path.name}:{line}: no stream selector"
        for matchers in selectors:
            pairs = re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', matchers)
            assert {name for name, _, _ in pairs} <= LOG_LABELS, f"line {line}"
            assert not PLACEHOLDER.search(re.sub(r'="<[a-z]+>"', "", query)), f"line {line}"
            assert any(op in {"=", "=~"} and value not in {"", ".*"} for _, op, value in pairs)
            assert all(
                value in LOG_LEVELS for name, op, value in pairs if (name, op) == ("level", "=")
            )
        assert query.count('"') % 2 == 0, f"{book.path.name}:{line}: open quote"
        assert query.count("(") == query.count(")"), f"{book.path.name}:{line}: open parenthesis"


@every_runbook
def test_steps_that_destroy_say_careful(book: Runbook) -> None:
    fix = section(book, "Fix")
    assert "**Careful:**" in fix
    for step in re.split(r"^(?=\d+\. )", fix, flags=re.MULTILINE):
        found = DESTRUCTIVE.search(step)
        assert not found or "**Careful:**" in step, f"{found and found.group()} in: {step[:80]}"


@every_runbook
def test_checks_only_read(book: Runbook) -> None:
    assert "**Careful:**" not in section(book, "Checks")
    found = DESTRUCTIVE.search(section(book, "Checks"))
    assert not found, found and found.group()


@every_runbook
def test_versions_exist(book: Runbook) -> None:
    for product, known in VERSIONS.items():
        for version in re.findall(rf"{product} (?:SCALE )?(\d+(?:\.\d+)?)", book.body):
            assert version in known, f"{product} {version}"
    for version in re.findall(r"\b2\d\.(?:04|10)\b", book.body):
        assert version in VERSIONS["TrueNAS"], version


@every_runbook
def test_links_resolve(book: Runbook) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", book.prose):
        assert (book.path.parent / target).is_file(), target
        assert Path(target).stem != book.path.stem, "links to itself"


def test_titles_alerts_and_sayings_are_unique() -> None:
    titles = Counter(book.front["title"].casefold() for book in BOOKS.values())
    alerts = Counter(alert.casefold() for book in BOOKS.values() for alert in book.front["alerts"])
    sayings = Counter(
        said.casefold()
        for book in BOOKS.values()
        for said in book.front["people_say"] + book.front["programs_say"]
    )
    assert [title for title, count in titles.items() if count > 1] == []
    assert [said for said, count in sayings.items() if count > 1] == []
    assert [alert for alert, count in alerts.items() if count > 1] == []


def test_the_folder_holds_runbooks_only() -> None:
    names = [path.name for path in (ROOT / "runbooks").iterdir() if path.name != "__pycache__"]
    assert sorted(names) == [path.name for path in PATHS]
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.md", name) for name in names)


def questions() -> list[Question]:
    document = yaml.load(QUESTIONS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return [Question.model_validate(entry) for entry in document["questions"]]


def test_questions_point_at_runbooks() -> None:
    asked = questions()
    assert len(asked) >= 80
    assert {stem for question in asked for stem in question.runbook} <= set(BOOKS)
    assert len({question.ask.casefold() for question in asked}) == len(asked)


def test_questions_cover_both_kinds_and_every_runbook_evenly() -> None:
    asked = questions()
    for kind in ("alert", "plain"):
        first = Counter(question.runbook[0] for question in asked if question.kind == kind)
        assert set(first) == set(BOOKS), f"{kind}: without a question: {set(BOOKS) - set(first)}"
        assert max(first.values()) - min(first.values()) <= 2, first
    kinds = Counter(question.kind for question in asked)
    assert abs(kinds["alert"] - kinds["plain"]) <= 2


def test_questions_are_not_copied_from_the_runbooks() -> None:
    """No run of four words of a plain question stands in a runbook that it should find."""
    for question in questions():
        if question.kind == "alert":
            continue
        words = re.findall(r"\w+", question.ask.casefold())
        runs = {" ".join(words[i : i + 4]) for i in range(len(words) - 3)}
        for stem in question.runbook:
            text = " ".join(re.findall(r"\w+", BOOKS[stem].body.casefold()))
            assert not [run for run in runs if f" {run} " in text], question.ask


@every_runbook
def test_no_step_points_to_the_number_of_another(book: Runbook) -> None:
    # Steps are told one by one and numbered anew where they are.
    told = section(book, "Checks") + section(book, "Fix")
    assert not re.search(r"\b(step|cause|check) \d", told, re.IGNORECASE)
