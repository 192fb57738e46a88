"""JSON whose strings need no cleaning is told from its bytes."""

from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.json_answer import decoded
from providers.text import clean_json, is_plain_json

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=8,
)


@given(value=VALUES, ascii_only=st.booleans(), indent=st.sampled_from([None, "\t", 2]))
def test_what_is_decoded_is_always_clean(
    value: object, ascii_only: bool, indent: str | int | None
) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    request = httpx.Request("GET", "https://pbs:8007/")
    answer = httpx.Response(200, content=body, request=request)
    assert decoded(answer) == clean_json(value)


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        (r'{"upid": "UPID:pbs:backup:main\\x3avm-100:"}', True),
        ('{"name": "Büro", \n"n": "line\\n"}', True),
        (r'["\u001b[2J"]', False),
        (r'["a\rb"]', False),
        ('["\u202eevil"]', False),
        ('["\x7f"]', False),
    ],
)
def test_plain_json_is_recognised(body: str, plain: bool) -> None:
    assert is_plain_json(body.encode()) is plain
    assert not is_plain_json(body.encode("utf-16"))
