"""Markdown rules of answers: citations become links, flagged phrases are marked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

EVIDENCE_SCHEME = "evidence:"
FLAG = "⚑"
_CITATION = re.compile(r"\[(E\d+(?:\s*,\s*E\d+)*)\]")
_CITATION_ID = re.compile(r"E\d+")


def answer_parser(flagged: Sequence[str] = ()) -> MarkdownIt:
    """A parser for answers.

    ``[E1]`` and ``[E1, E2]`` become links to ``evidence:E1`` and so on, whatever link the text
    itself declares for them; each flagged phrase gets a flag in front of it and is set bold. HTML
    is shown as the text it is, because dropping it would drop words.

    Args:
        flagged: Phrases to mark, compared exactly.
    """
    parser = MarkdownIt("gfm-like", {"html": False})
    parser.inline.ruler.before("link", "citation", _citation)
    phrases = sorted({phrase for phrase in flagged if phrase.strip()}, key=len, reverse=True)
    if phrases:
        # A bare "9" must not be marked inside "1942".
        pattern = re.compile("|".join(rf"(?<!\w){re.escape(phrase)}(?!\w)" for phrase in phrases))

        def mark(state: StateCore) -> None:
            for token in state.tokens:
                if token.children:
                    token.children = _marked(token.children, pattern)

        parser.core.ruler.push("flag", mark)
    return parser


def _citation(state: StateInline, silent: bool) -> bool:
    found = _CITATION.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("text", "", 0).content = "["
        for index, cited in enumerate(_CITATION_ID.findall(found[1])):
            if index:
                state.push("text", "", 0).content = ", "
            state.push("link_open", "a", 1).attrs = {"href": EVIDENCE_SCHEME + cited}
            state.push("text", "", 0).content = cited
            state.push("link_close", "a", -1)
        state.push("text", "", 0).content = "]"
    state.pos = found.end()
    return True


def _marked(children: list[Token], pattern: re.Pattern[str]) -> list[Token]:
    marked: list[Token] = []
    for child in children:
        if child.type == "code_inline":
            child.content = pattern.sub(lambda found: FLAG + found[0], child.content)
        if child.type != "text":
            marked.append(child)
            continue
        at = 0
        for found in pattern.finditer(child.content):
            marked.append(_text(child.content[at : found.start()]))
            marked.append(Token("strong_open", "strong", 1))
            marked.append(_text(FLAG + found[0]))
            marked.append(Token("strong_close", "strong", -1))
            at = found.end()
        marked.append(_text(child.content[at:]))
    return marked


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
