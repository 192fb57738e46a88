"""What streams has its secrets taken out, wherever it is cut."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sre_tui.agent.redacted_stream import RedactedStream
from sre_tui.agent.redaction import Redactor

PASSPHRASE = "correct horse battery"
REDACTOR = Redactor(["swordfish-9", PASSPHRASE])
BEFORE = "The disk sdc [E1] fails, 97% worn.\n\n- replace it\n"
BEHIND = "\nThen scrub the pool tank."
KEY = (
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\nAAAAB3Nz\n-----END OPENSSH PRIVATE KEY-----"
)
SECRETS = (
    ("the value is swordfish-9 there", "swordfish-9"),
    (f"it reads {PASSPHRASE}, too", "horse"),
    ("correct horse is no secret", ""),
    (KEY, "b3Blbn"),
    (KEY, "AAAAB3"),
    ("password: hunter2x", "hunter2x"),
    ("password:\n  hunter2x", "hunter2x"),
    ("password =\nhunter2x", "hunter2x"),
    ('"db_password": "my own phrase"', "own phrase"),
    ("mysql --password hunter2x -h db", "hunter2x"),
    (f"{PASSPHRASE} {PASSPHRASE}", "battery"),
    ("sshpass -p hunter2x ssh nas1", "hunter2x"),
    ("Authorization: Bearer\n abcDEF123456.xyz", "abcDEF123456"),
    ("authorization: basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("curl -s http://nas1/ -u admin:hunter2x", "hunter2x"),
    ("postgres://app:sw0rdx@db:5432/app", "sw0rdx"),
    ("bot 123456789:" + "d" * 35 + " writes", "dddd"),
    ("the key ghp_" + "a" * 36, "aaaa"),
    ("run PVEAPIToken=root@pam!mon=0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b"),
)


def pieces(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


def shown(stream: RedactedStream, parts: list[str]) -> list[str]:
    """What can be read after each piece."""
    return list(accumulate([*map(stream.feed, parts), stream.end()]))


@pytest.mark.parametrize(("text", "secret"), SECRETS)
@given(cuts=st.lists(st.integers(0, 200), max_size=25))
@settings(max_examples=8)
def test_no_piece_shows_a_secret(text: str, secret: str, cuts: list[int]) -> None:
    whole = f"{BEFORE}{text}{BEHIND}"
    seen = shown(RedactedStream(REDACTOR), pieces(whole, cuts))
    assert not secret or not any(secret in one for one in seen)
    assert seen[-1] == REDACTOR.text(whole)


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_not_even_letter_by_letter(text: str, secret: str) -> None:
    whole = f"{BEFORE}{text}{BEHIND}"
    seen = shown(RedactedStream(REDACTOR), list(whole))
    clean = REDACTOR.text(whole)
    # What was shown is never taken back, so that not even the beginning of a secret was there.
    assert all(clean.startswith(one) for one in seen)
    assert seen[-1] == clean


def test_ordinary_words_are_shown_one_by_one() -> None:
    stream = RedactedStream(REDACTOR)
    assert stream.feed("The disk") == "The "
    assert stream.feed(" sdc [E") == "disk sdc "
    assert stream.feed("1] passed correct ") == "[E1] passed "
    assert stream.feed("checks,") == "correct "
    assert stream.end() == "checks,"


def test_a_line_that_speaks_of_tokens_is_held_until_its_end_only() -> None:
    stream = RedactedStream(REDACTOR)
    assert stream.feed("It took 12 tokens in ") == "It took 12 "
    assert stream.feed("all.\nNext comes") == "tokens in all.\nNext "


def test_an_unfinished_key_is_not_shown() -> None:
    stream = RedactedStream(REDACTOR)
    assert stream.feed("It holds this: -----BEGIN RSA PRIVATE KEY-----\nMIIE\n\nx y ") == (
        "It holds this: "
    )
    assert "MIIE" not in stream.end()
