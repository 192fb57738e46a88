"""Next steps out of the bundled runbooks."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from providers.text import one_line
from sre_tui.diagnosis.causes.model import Step
from sre_tui.diagnosis.own_names import (
    commands_with_own,
    is_for_other_guests,
    is_for_other_machines,
    with_own_in_code,
)

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

MOST: Final = 4
MOST_COMMANDS: Final = 4
NOTHING_OWN: Final[Mapping[str, str]] = MappingProxyType({})
_FRONT_MATTER: Final = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_ASKED_BY: Final = {"promql": "sre metrics query", "logql": "sre logs query"}
_LINK: Final = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<place>[^)\s]+)\)")
_CODE: Final = re.compile(r"`([^`]+)`")
_ON_GUEST: Final = re.compile(r"(?:qm|pct) \w")
_STARTS: Final = re.compile(r"(?:qm|pct) start\b")
"""Helps a guest that is off, and none that runs."""
_EMPHASIS: Final = re.compile(r"\*\*([^*]+)\*\*")


def steps_of(
    runbook: str,
    heading: str,
    most: int = MOST,
    beginnings: Sequence[str] | None = None,
    own: Mapping[str, str] = NOTHING_OWN,
) -> tuple[Step, ...]:
    """The first steps of a section, with their commands; empty if there is no such runbook.

    Where a runbook has an example in a command, the name of the incident stands, or what to put
    in, in angle brackets. Steps for another sort of machine than the incident's are left out.

    Args:
        runbook: its id, the file's name without ending.
        heading: ``Checks`` or ``Fix``.
        most: how many steps at most.
        beginnings: how the steps begin that are wanted, in the order of telling; all if None.
        own: the names of the incident, as :func:`own_names` gives them.
    """
    every = _steps(runbook, heading)
    if beginnings is not None:
        every = tuple(one for begin in beginnings for one in every if one.text.startswith(begin))
    fitting = [one for one in every if _fits(one, own)]
    return tuple(_own(one, own) for one in fitting[:most])


def as_command(language: str, line: str) -> str:
    """A line of a code block as it is typed: a query needs the command that asks it."""
    asks = _ASKED_BY.get(language.strip().casefold())
    return line if asks is None else f"{asks} {shlex.quote(line)}"


def is_bundled(runbook: str) -> bool:
    """Whether a runbook of that id comes with the program."""
    named = re.fullmatch(r"[a-z0-9-]+", runbook) is not None
    return named and (resources.files("runbooks") / f"{runbook}.md").is_file()


def _own(step: Step, own: Mapping[str, str]) -> Step:
    commands = commands_with_own(step.commands, own)[:MOST_COMMANDS]
    return step.model_copy(
        update={"text": with_own_in_code(step.text, own), "commands": tuple(commands)}
    )


def _fits(step: Step, own: Mapping[str, str]) -> bool:
    """Whether it is for the sort of guest, and of machine, that the incident is about, and for a
    guest that runs or is off as this one is.
    """
    case = re.split(r"[:.]", step.text, maxsplit=1)[0]
    if "TrueNAS" in case and "node" in own and "nas" not in own:
        return False
    if "Proxmox" in case and "nas" in own and "node" not in own:
        return False
    commands = [*step.commands, *_CODE.findall(step.text)]
    if commands and all(is_for_other_machines(one, own) for one in commands):
        return False
    on_guest = [one for one in commands if _ON_GUEST.match(one)]
    if own.get("status") == "running" and on_guest and all(map(_STARTS.match, on_guest)):
        return False
    return not is_for_other_guests(commands, own)


@cache
def _steps(runbook: str, heading: str) -> tuple[Step, ...]:
    if not is_bundled(runbook):
        return ()
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    path = resources.files("runbooks") / f"{runbook}.md"
    text = _FRONT_MATTER.sub("", path.read_text(encoding="utf-8"))
    tree = SyntaxTreeNode(MarkdownIt().parse(text))
    return tuple(_in_section(tree, runbook, heading))


def _in_section(tree: SyntaxTreeNode, runbook: str, heading: str) -> Iterator[Step]:
    inside = False
    for node in tree.children:
        if node.type == "heading":
            inside = node.tag == "h2" and _text(node).casefold() == heading.casefold()
        elif inside and node.type in ("ordered_list", "bullet_list"):
            for item in node.children:
                yield Step(
                    text=_sentence(item),
                    commands=tuple(_commands(item)),
                    runbook=runbook,
                    heading=heading,
                )


def _sentence(item: SyntaxTreeNode) -> str:
    first = next((child for child in item.children if child.type == "paragraph"), None)
    said = _EMPHASIS.sub(r"\1", _text(first)) if first is not None else ""
    return one_line(with_places(said), 400)


def with_places(text: str) -> str:
    """A text whose Markdown links are told as their words with what shows the place."""
    return _LINK.sub(_place, text)


def _place(match: re.Match[str]) -> str:
    text, place = match["text"], match["place"]
    # Another runbook is shown by its command, wherever its file lies.
    book = place.removesuffix(".md")
    shown = f"`sre runbooks show {book}`" if place.endswith(".md") and is_bundled(book) else place
    if text == place:
        return place
    before = match.string[: match.start()]
    inside = before.count("(") > before.count(")")
    return f"{text}: {shown}" if inside else f"{text} ({shown})"


def _commands(item: SyntaxTreeNode) -> Iterator[str]:
    for node in item.walk():
        if node.type in ("fence", "code_block"):
            for line in node.content.splitlines():
                if line.strip() and not line.lstrip().startswith("#"):
                    yield as_command(node.info, line.strip())


def _text(node: SyntaxTreeNode) -> str:
    inline = next((child for child in node.children if child.type == "inline"), None)
    return inline.content if inline is not None else ""
