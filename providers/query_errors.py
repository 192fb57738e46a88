"""Finds the query in a rejected request, and the place in it that the backend complains about."""

from __future__ import annotations

from urllib.parse import parse_qs

import httpx

from providers.errors import InvalidQuery
from providers.text import clean

QUERY_FIELDS = ("query", "match[]", "match")


def sent_query(request: httpx.Request) -> str:
    """The query text of a request, be it in the URL or in a form; empty if there is none."""
    fields = parse_qs(request.url.query.decode("ascii", "replace"), keep_blank_values=True)
    if request.method == "POST":
        fields |= parse_qs(request.content.decode("utf-8", "replace"), keep_blank_values=True)
    return next((fields[name][0] for name in QUERY_FIELDS if fields.get(name)), "")


def offset_at(query: str, line: int, column: int) -> int | None:
    """Index into ``query`` of a position given as line and column, both from 1, in UTF-8 bytes."""
    lines = query.split("\n")
    if not 1 <= line <= len(lines) or column < 1:
        return None
    before = sum(len(text) + 1 for text in lines[: line - 1])
    head = lines[line - 1].encode()[: column - 1].decode("utf-8", "ignore")
    return before + len(head)


def rejected(request: httpx.Request, message: str, place: tuple[int, int] | None) -> InvalidQuery:
    """The error for a rejected query, with the place as offset where it is known."""
    query = sent_query(request)
    offset = None if place is None else offset_at(query, *place)
    return InvalidQuery(query, clean(message).strip(), offset)
