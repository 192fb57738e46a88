"""Regular expressions in RE2's dialect, run by Python's engine."""

from __future__ import annotations

import functools
import re

_UNSUPPORTED = re.compile(r"\(\?(?:[=!]|<[=!]|>|\(|#|P=)")
_BACKREFERENCE = re.compile(r"(?<!\\)(?:\\\\)*\\[1-9]")
_POSIX = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z",
    "space": r"\s", "punct": r"!-/:-@\[-`{-~", "word": r"\w", "xdigit": "0-9a-fA-F",
}  # fmt: skip
_POSIX_CLASS = re.compile(r"\[:(\w+):\]")
_LEADING_FLAGS = re.compile(r"\(\?([ims]+)\)")
_NAMED_GROUP = re.compile(r"\(\?<(?=[a-zA-Z_])")


class RegexError(ValueError):
    """An expression that RE2 refuses, in its words."""


@functools.lru_cache(maxsize=512)
def compile_re2(expression: str) -> re.Pattern[str]:
    """The compiled expression, or ``RegexError`` saying what RE2 would."""
    refused = _UNSUPPORTED.search(expression)
    if refused:
        raise RegexError(
            f"error parsing regexp: invalid or unsupported Perl syntax: `{refused[0]}`"
        )
    reference = _BACKREFERENCE.search(expression)
    if reference:
        raise RegexError(f"error parsing regexp: invalid escape sequence: `{reference[0][-2:]}`")
    translated = _POSIX_CLASS.sub(lambda found: _POSIX.get(found[1], found[0]), expression)
    translated = _NAMED_GROUP.sub("(?P<", translated).replace(r"\z", r"\Z")
    # RE2 allows flags anywhere, Python only at the start; for the whole is what people mean.
    flags = "".join(sorted(set("".join(_LEADING_FLAGS.findall(translated)))))
    translated = (f"(?{flags})" if flags else "") + _LEADING_FLAGS.sub("", translated)
    try:
        return re.compile(translated)
    except (re.error, OverflowError, RecursionError) as error:
        raise RegexError(f"error parsing regexp: {_re2_wording(str(error), expression)}") from error


def _re2_wording(reason: str, expression: str) -> str:
    if "missing )" in reason or "unterminated subpattern" in reason:
        return f"missing closing ): `{expression}`"
    if "unterminated character set" in reason:
        return f"missing closing ]: `{expression[expression.rfind('[') :]}`"
    if "unbalanced parenthesis" in reason:
        return f"unexpected ): `{expression}`"
    if "nothing to repeat" in reason:
        return "missing argument to repetition operator: `*`"
    return f"invalid expression: `{expression}`"
