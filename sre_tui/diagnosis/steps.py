"""Next steps out of the bundled runbooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from providers.text import one_line
from sre_tui.diagnosis.causes.model import Step

MOST: Final = 4
MOST_COMMANDS: Final = 4
_FRONT_MATTER: Final = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_CASE: Final = re.compile(r"(?P<case>[A-Z][^:.;`]{2,40})(?:: |\. (?=\**Careful))")
_ALWAYS: Final = re.compile(r"\b(first|once|before|always|now)\b")
_STEM: Final = 4
"""Letters by which words are the same: ``lock`` and ``locked``."""
_VAGUE: Final = frozenset({"disk", "with", "from", "that", "when", "high", "pool"})
_EMPHASIS: Final = re.compile(r"\*\*([^*]+)\*\*")


def steps_of(runbook: str, heading: str, most: int = MOST, about: str = "") -> tuple[Step, ...]:
    """The first steps of a section, with their commands; empty if there is no such runbook.

    Args:
        runbook: its id, the file's name without ending.
        heading: ``Checks`` or ``Fix``.
        most: how many steps at most.
        about: what is wrong, in words; steps for another case come last then.
    """
    every = _steps(runbook, heading)
    # A runbook begins with what is safe and urgent in every case.
    rest = sorted(every[1:], key=lambda one: not fits(one.text, about))
    chosen = [*every[:1], *rest][:most]
    return tuple(one for one in every if one in chosen)


def fits(step: str, about: str) -> bool:
    """Whether it is a step for every case, or for this one: ``Failing disk: replace it``."""
    case = _CASE.match(step)
    if not about or case is None or _ALWAYS.search(case["case"]):
        return True
    return bool(_stems(case["case"]) & _stems(about))


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in re.findall(r"[a-z]{4,}", text.casefold())} - _VAGUE


@cache
def _steps(runbook: str, heading: str) -> tuple[Step, ...]:
    if not re.fullmatch(r"[a-z0-9-]+", runbook):
        return ()
    path = resources.files("runbooks") / f"{runbook}.md"
    if not path.is_file():
        return ()
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
                    commands=tuple(_commands(item))[:MOST_COMMANDS],
                    runbook=runbook,
                    heading=heading,
                )


def _sentence(item: SyntaxTreeNode) -> str:
    first = next((child for child in item.children if child.type == "paragraph"), None)
    return one_line(_EMPHASIS.sub(r"\1", _text(first)) if first is not None else "", 400)


def _commands(item: SyntaxTreeNode) -> Iterator[str]:
    for node in item.walk():
        if node.type in ("fence", "code_block"):
            for line in node.content.splitlines():
                if line.strip() and not line.lstrip().startswith("#"):
                    yield line.strip()


def _text(node: SyntaxTreeNode) -> str:
    inline = next((child for child in node.children if child.type == "inline"), None)
    return inline.content if inline is not None else ""
