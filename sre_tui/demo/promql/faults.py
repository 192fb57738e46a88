"""Find the first word that does not fit, for queries the parser only calls invalid."""

from __future__ import annotations

from itertools import pairwise

from sre_tui.demo.promql.tokens import Token, tokenize

COMPARISONS = frozenset({"==", "!=", ">", "<", ">=", "<="})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "^"})
_SET_OPERATORS = frozenset({"and", "or", "unless", "atan2"})
_MATCHING = frozenset({"on", "ignoring", "group_left", "group_right", "bool"})
_GROUPING = frozenset({"by", "without"})
_KEYWORDS = _SET_OPERATORS | _MATCHING | _GROUPING | {"offset"}
_MATCHERS = frozenset({"=", "!=", "=~", "!~"})

Fault = tuple[str, int]


def describe(word: Token) -> str:
    """A word as Prometheus names it in a message."""
    if word.kind == "operator":
        return f'unexpected "{word.text}"'
    if word.kind == "identifier" and word.text in _KEYWORDS:
        return f"unexpected <{word.text}>"
    text = word.text.replace('"', '\\"')
    return f'unexpected {word.kind} "{text}"'


def find_fault(query: str) -> Fault | None:
    """Message and offset of the first word out of place, or None if every word may follow."""
    words = tokenize(query)
    return _in_braces(words) or _in_grouping(words) or _between(words) or _at_the_end(query, words)


def _in_braces(words: list[Token]) -> Fault | None:
    state = ""
    for word in words:
        if not state:
            state = "name" if word.text == "{" else ""
            continue
        wanted = {
            "name": ('identifier or "}"', word.kind == "identifier" or word.text == "}"),
            "operator": ("label matching operator", word.text in _MATCHERS),
            "string": ("string", word.kind == "string"),
            "comma": ('"," or "}"', word.text in {",", "}"}),
        }[state]
        if not wanted[1]:
            return f"{describe(word)} in label matching, expected {wanted[0]}", word.offset
        following = {"name": "operator", "operator": "string", "string": "comma", "comma": "name"}
        state = "" if word.text == "}" else following[state]
    return None


def _in_grouping(words: list[Token]) -> Fault | None:
    inside = False
    for before, word in pairwise(words):
        if before.text in _GROUPING and before.kind == "identifier":
            if before is words[0]:
                return describe(word), word.offset
            if word.text != "(":
                return f'{describe(word)} in grouping opts, expected "("', word.offset
            inside = True
        elif inside:
            if before.kind == "identifier":
                expected = '"," or ")"'
                fits = word.text in {",", ")"}
            else:
                expected = "label"
                fits = word.kind == "identifier" or word.text == ")"
            if not fits:
                return f"{describe(word)} in grouping opts, expected {expected}", word.offset
            inside = word.text != ")"
    return None


def _between(words: list[Token]) -> Fault | None:
    for before, word in pairwise(words):
        if before.text == "offset" and word.kind == "identifier":
            return f"{describe(word)} in offset, expected duration", word.offset
        if before.text == "@" and word.kind == "identifier" and word.text not in {"start", "end"}:
            return f"{describe(word)} in @, expected timestamp", word.offset
        word_before = before.kind != "operator" and before.text not in _KEYWORDS
        # A parenthesis may close a grouping, after which an operand is right.
        complete = word_before or before.text in {"}", "]"}
        operand = word.kind != "operator" and word.text not in _KEYWORDS
        if complete and operand:
            return describe(word), word.offset
        if (complete or before.text == ")") and word.text in _MATCHING:
            return describe(word), word.offset
        if before.text in {"}", "]"} and word.text == "{":
            return describe(word), word.offset
        if before.text in COMPARISONS | _ARITHMETIC and word.text in COMPARISONS | {"=", "*", "/"}:
            return describe(word), word.offset
    depth = 0
    for word in words:
        depth += {"{": 1, "}": -1}.get(word.text, 0)
        if word.text == "=" and not depth:
            return describe(word), word.offset
    return None


def _at_the_end(query: str, words: list[Token]) -> Fault | None:
    open_ended = _ARITHMETIC | COMPARISONS | _SET_OPERATORS | {"bool"}
    if words and words[-1].text in open_ended:
        return "unexpected end of input", len(query)
    return None
