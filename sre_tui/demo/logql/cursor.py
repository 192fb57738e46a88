"""A position in the tokens of a query, and the errors that name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sre_tui.demo.logql.errors import ParseError
from sre_tui.demo.logql.lexer import Token, tokenize

_MAX_DEPTH = 100


class Cursor:
    """Reads the tokens of one query from left to right."""

    def __init__(self, query: str) -> None:
        self._tokens = tokenize(query)
        self._index = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._index]

    @property
    def kind(self) -> str:
        """The kind of the token that comes next."""
        return self.token.kind

    @property
    def following(self) -> str:
        """The kind of the token after the next."""
        return self._tokens[min(self._index + 1, len(self._tokens) - 1)].kind

    def take(self) -> Token:
        """The next token, which is passed."""
        token = self.token
        if self._index < len(self._tokens) - 1:
            self._index += 1
        return token

    def accept(self, *kinds: str) -> Token | None:
        """The next token if it is of one of these kinds, else nothing is passed."""
        return self.take() if self.kind in kinds else None

    def expect(self, *kinds: str) -> Token:
        """The next token, which must be of one of these kinds."""
        if self.kind not in kinds:
            raise self.unexpected(*kinds)
        return self.take()

    def unexpected(self, *expected: str) -> ParseError:
        """The error for the next token; like Loki's it names at most four things expected."""
        hint = f", expecting {' or '.join(expected)}" if 0 < len(expected) <= 4 else ""
        return self.error(f"syntax error: unexpected {self.kind}{hint}")

    def error(self, message: str, token: Token | None = None) -> ParseError:
        """An error at a token, by default the next."""
        at = token or self.token
        return ParseError(message, at.line, at.column)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Bounds how deep a query may nest, so that none exhausts the stack."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self.error("query is nested too deeply")
        try:
            yield
        finally:
            self._depth -= 1
