"""Takes the next steps out of the runbook passages that match a trouble."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from providers.text import clean, one_line
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.diagnosis.own_names import commands_with_own, is_for_other_guests, with_own_in_code
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.steps import NOTHING_OWN, as_command, is_bundled, with_places
from sre_tui.tools.runbooks import RunbookMatches, RunbookPassage
from sre_tui.views.human import count

PASSAGES: Final = 6
STEPS: Final = 3
LINES: Final = 7
"""Lines of steps and their commands from which on no further step is told."""
CODE_LINES: Final = 4
"""Lines told of the commands of one step."""
STEP_LENGTH: Final = 260
INLINE: Final = 100
"""Characters of a single command that still stands within the sentence."""
_SECTIONS: Final = {
    "checks": {"check", "checks", "diagnose", "diagnosis", "diagnostics", "investigate",
               "investigation", "triage", "prüfen", "prüfung"},
    "fix": {"fix", "fixes", "repair", "remedy", "remediation", "resolution", "resolve", "solution",
            "mitigation", "mitigate", "recovery", "procedure", "steps", "actions", "behebung",
            "beheben", "lösung", "vorgehen"},
    "verify": {"verify", "verification", "validate", "validation", "confirm", "kontrolle"},
    "causes": {"cause", "causes", "ursache", "ursachen"},
    "prevent": {"prevent", "prevention", "vorbeugen"},
}  # fmt: skip
"""Words of a heading that tell what stands under it."""
_ACTING: Final = ("checks", "fix", "verify")
_NO_STEPS: Final = {
    "symptom", "symptoms", "symptome", "background", "overview", "summary", "impact", "references",
    "links", "history", "changelog", "glossary", *_SECTIONS["causes"], *_SECTIONS["prevent"],
}  # fmt: skip
_QUERIES: Final = ("promql", "logql")
_ITEM = re.compile(r"^(?P<indent>\s*)(?:\d+[.)]|[-*+])\s+(?P<text>.+)$")
_FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})\s*(?P<language>[\w+-]*)")
_CAREFUL = re.compile(r"\*\*Careful:\*\* .+?(?:\.(?=\s|$)|$)")
_PLACEHOLDER = re.compile(r"<[a-zA-Z][a-zA-Z|-]*>")
_CODE = re.compile(r"`([^`]+)`")
_OF_IT = re.compile(r"(?:\b(?:of|on|by|to) )?\{subject\}")
_SPACED = re.compile(r"\s{2,}")


@dataclass(frozen=True)
class Steps:
    """What a runbook says to do.

    Attributes:
        title: of the runbook.
        id: for ``sre runbooks show``.
        heading: the section the steps are from.
        items: the first steps as Markdown for a numbered list: shortened, with their commands.
        cite: citation with a space before it.
    """

    title: str
    id: str
    heading: str
    items: tuple[str, ...]
    cite: str
    bundled: bool = False

    @property
    def note(self) -> str:
        """How the commands in the steps are to be read; empty if there is nothing to say."""
        if not self.bundled and any("`" in item for item in self.items):
            return "; names in its commands are examples"
        return placeholder_note(self.items)


@dataclass
class _Block:
    """A code block of a step."""

    language: str
    lines: list[str] = field(default_factory=list)


@dataclass
class _Item:
    """A step: what it says, and the commands in it."""

    text: str
    blocks: list[_Block] = field(default_factory=list)
    after: str = ""
    """What it says below its commands."""

    def add(self, line: str) -> None:
        if self.blocks:
            self.after = f"{self.after} {line}".strip()
        else:
            self.text = f"{self.text} {line}".strip()

    @property
    def whole(self) -> str:
        return f"{self.text} {self.after}".strip()


def placeholder_note(items: Iterable[str]) -> str:
    """What to do with ``<vmid>`` and the like, if any stands in the commands."""
    return "; fill in what stands in `<…>`" if any(map(_PLACEHOLDER.search, items)) else ""


def runbook_call(query: str, section: str = "fix") -> Call:
    """The search for a runbook, of which that section is wanted whole."""
    asked = {"query": one_line(query, 300) or "?", "limit": PASSAGES, "section": section}
    return Call("runbook_search", asked)


def fix_call(kind: str, words: str = "") -> Call:
    """The search for what to do about a kind of trouble.

    Args:
        kind: the failure pattern.
        words: what is wrong, where that says more than the pattern's claim.
    """
    pattern = bundled()[kind]
    said = words or " ".join(_OF_IT.sub(" ", pattern.claim).split())
    return runbook_call(f"{said}, {pattern.runbook.replace('-', ' ')}: fix")


def steps_of(
    found: Found | None,
    prefer: str = "fix",
    kind: str = "",
    own: Mapping[str, str] = NOTHING_OWN,
) -> Steps | None:
    """The first steps of the best matching runbook, in its order; None if none was found.

    They are taken from the section that is asked for, else from the checks, the fix or how to
    verify it, in this order, and never from a section that only describes.

    Args:
        found: the outcome of the search.
        prefer: the section the steps are taken from.
        kind: the failure pattern that is wrong, which knows what of its runbook helps against it.
        own: names to put where a bundled runbook has examples in its commands.
    """
    data = found.data(RunbookMatches) if found is not None else None
    if found is None or data is None or not data.items:
        return None
    pattern = bundled().get(kind) if kind else None
    best = data.items[0]
    ours = _is_ours(best)
    if ours and pattern is not None:
        # The search goes by words; which of our runbooks is meant is known.
        best = next((one for one in data.items if one.id == pattern.runbook), best)
    fix = pattern.fix if pattern is not None and ours and best.id == pattern.runbook else ()
    chosen = _best_section([one for one in data.items if one.id == best.id], prefer)
    items = () if chosen is None else _items(chosen.passage, best.id, fix, own, ours=ours)
    heading = chosen.heading.split(" > ")[-1] if chosen is not None else ""
    return Steps(
        title=one_line(best.title, 80),
        id=best.id,
        heading=one_line(heading, 60),
        items=items,
        cite=found.cite,
        bundled=ours,
    )


def _is_ours(passage: RunbookPassage) -> bool:
    return passage.kind == "runbook" and is_bundled(passage.id)


def _best_section(own: Sequence[RunbookPassage], prefer: str) -> RunbookPassage | None:
    """The wanted section of a document, else another one with steps."""
    for name in dict.fromkeys((prefer, *_ACTING)):
        for one in own:
            if _section(one.heading) == name:
                return one
    return next((one for one in own if _section(one.heading) == ""), None)


def _section(heading: str) -> str | None:
    """Which section a heading path leads to; empty if it is one of the author's own.

    None if it only describes, so that no steps stand in it.
    """
    for part in reversed(heading.split(" > ")):
        words = set(re.findall(r"\w+", part.casefold()))
        for name, telling in _SECTIONS.items():
            if words & telling:
                return name
        if words & _NO_STEPS:
            return None
    return ""


def _items(
    passage: str, runbook: str, fix: Sequence[str], own: Mapping[str, str], *, ours: bool
) -> tuple[str, ...]:
    """The items of a list that help, or the first ones, as Markdown with their commands.

    Args:
        passage: the section.
        runbook: id of its document.
        fix: how those begin that help, in the order of telling; if none is there, all do.
        own: names to put where one of our own runbooks has examples.
        ours: whether it is one.
    """
    items = list(_parsed(passage))
    helping = [item for begin in fix for item in items if _plain(item.text).startswith(begin)]
    items = helping or items
    if ours:
        items = [_with_own(item, own) for item in items if not _is_for_others(item, own)]
    for block in (block for item in items for block in item.blocks):
        block.lines = [as_command(block.language, line.strip()) if block.language in _QUERIES
                       else line for line in block.lines if line.strip()]  # fmt: skip
        block.language = "sh" if block.language in _QUERIES else block.language
    chosen: list[_Item] = []
    lines = 0
    for item in items[:STEPS]:
        lines += 1 + min(sum(len(block.lines) for block in item.blocks), CODE_LINES)
        if chosen and lines > LINES:
            break
        chosen.append(item)
    return tuple(_markdown(item, runbook) for item in chosen)


def _plain(text: str) -> str:
    return text.replace("**", "")


def _is_for_others(item: _Item, own: Mapping[str, str]) -> bool:
    commands = [line for block in item.blocks for line in block.lines]
    return is_for_other_guests([*commands, *_CODE.findall(item.whole)], own)


def _with_own(item: _Item, own: Mapping[str, str]) -> _Item:
    blocks = [_Block(one.language, commands_with_own(one.lines, own)) for one in item.blocks]
    return _Item(with_own_in_code(item.text, own), blocks, with_own_in_code(item.after, own))


def _parsed(passage: str) -> Iterator[_Item]:
    """The list items of a passage; if it has none, its text as one item."""
    items: list[_Item] = []
    prose = _Item("")
    block: _Block | None = None
    fence = ""
    for line in clean(passage).splitlines():
        marker = _FENCE.match(line)
        if block is not None:
            if marker is not None and marker["fence"].startswith(fence):
                block = None
            elif line.strip():
                block.lines.append(line)
            continue
        if marker is not None:
            fence = marker["fence"]
            block = _Block(marker["language"])
            (items[-1] if items else prose).blocks.append(block)
            continue
        item = _ITEM.match(line)
        if item:
            items.append(_Item(item["text"].strip()))
        elif items and line.startswith(("   ", "\t")) and line.strip():
            items[-1].add(line.strip())
        elif not items and line.strip() and not line.startswith("#"):
            prose.add(line.strip())
    if items:
        yield from items
    elif prose.text or prose.blocks:
        yield prose


def _markdown(item: _Item, runbook: str) -> str:
    """A step for a numbered list: its text, then its commands as code."""
    told = _said(item)
    lines = [line for block in item.blocks for line in block.lines]
    if len(lines) == 1 and len(lines[0].strip()) <= INLINE and "`" not in lines[0]:
        command = _SPACED.sub(" ", lines[0].strip())
        return f"{told} `{command}`".strip()
    return "\n".join([told, *_fenced(item.blocks, runbook)])


def _said(item: _Item) -> str:
    """What a step says, shortened, then its warning, which is never cut."""
    whole = with_places(item.whole)
    warned = _CAREFUL.search(whole)
    careful = one_line(warned.group(), 2 * STEP_LENGTH) if warned is not None else ""
    text = with_places(item.text) if any(one.lines for one in item.blocks) else whole
    return f"{_shortened(text.partition('**Careful:**')[0].strip())} {careful}".strip()


def _fenced(blocks: Sequence[_Block], runbook: str) -> Iterator[str]:
    """Code blocks, indented so that they belong to their list item."""
    room = CODE_LINES
    for block in blocks:
        if not block.lines or room <= 0:
            continue
        indent = min(len(line) - len(line.lstrip()) for line in block.lines)
        longest = max(map(len, re.findall(r"`+", "\n".join(block.lines))), default=0)
        fence = "`" * max(3, longest + 1)
        yield f"   {fence}{block.language}"
        for line in block.lines[:room]:
            yield f"   {line[indent:].rstrip()}"
        yield f"   {fence}"
        room -= len(block.lines)
    more = sum(len(block.lines) for block in blocks) - CODE_LINES
    if more > 0:
        yield f"   and {count(more, 'more line')} in `sre runbooks show {runbook}`"


def _shortened(text: str) -> str:
    """At most two sentences."""
    if len(text) <= STEP_LENGTH:
        return one_line(text, STEP_LENGTH)
    cut = text[:STEP_LENGTH]
    end = max(cut.rfind(". "), cut.rfind(": "), cut.rfind("; "))
    return one_line(cut[: end + 1] if end > 60 else cut + "…", STEP_LENGTH + 1)
