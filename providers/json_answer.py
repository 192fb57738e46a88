"""The body of an answer as JSON values."""

from __future__ import annotations

import json

import httpx
from pydantic import JsonValue
from pydantic_core import from_json

from providers.collector import uncollected
from providers.errors import BadResponse
from providers.text import clean_json, is_plain_json


def _values(source: bytes) -> JsonValue:
    try:
        value: JsonValue = from_json(source)
    except ValueError:
        # It is stricter: other encodings, halves of a character and deep nests are no mistake.
        value = json.loads(source)
    return value


def decoded(response: httpx.Response) -> JsonValue:
    """The JSON of an answer, its strings cleaned.

    Raises:
        BadResponse: if it is none, such as a web page.
    """
    try:
        with uncollected():
            value = _values(response.content)
            if not is_plain_json(response.content):
                value = clean_json(value)
    except RecursionError as error:
        raise BadResponse(
            f"{response.request.url.copy_with(query=None)} answered JSON that is nested too deeply"
        ) from error
    except ValueError as error:
        start = response.content[:200].lstrip().lower()
        what = "a web page" if start.startswith((b"<!doctype", b"<html", b"<")) else "no valid JSON"
        host = f"{response.request.url.copy_with(query=None)}"
        raise BadResponse(
            f"{host} answered {what} where JSON was expected: is the address right?"
        ) from error
    return value
