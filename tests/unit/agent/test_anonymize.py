"""Names and addresses leave, and come back exactly."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.agent.anonymize import Anonymizer, StreamRestorer

TEXT = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "nas1", "media:9100", "10.0.0.7", "fe80::1:2", "aa:bb:cc:dd:ee:ff", "a@b.org",
                "HOST-1", "host-2", "ADDR-3", "/home/bob/x", "user=eve", "jelly.home.lan", " ",
                "\n", ",", "14:02:05", "NAS1", "nas10",
            ]
        ),
        st.text(max_size=8),
    ),
    max_size=25,
).map(" ".join)  # fmt: skip


def made() -> Anonymizer:
    return Anonymizer(hosts=["nas1", "media"], users=["alice"])


@given(TEXT)
def test_restoring_is_exact(text: str) -> None:
    anonymizer = made()
    assert anonymizer.restore(anonymizer.hide(text)) == text


@given(TEXT, st.lists(st.integers(0, 400), max_size=30))
def test_a_stream_is_restored_across_the_borders_of_its_pieces(
    text: str, borders: list[int]
) -> None:
    anonymizer = made()
    hidden = anonymizer.hide(text)
    cuts = [0, *sorted(border for border in borders if border < len(hidden)), len(hidden)]
    restorer = StreamRestorer(anonymizer)
    pieces = [hidden[start:end] for start, end in pairwise(cuts)]
    assert "".join(map(restorer.feed, pieces)) + restorer.end() == text


@pytest.mark.parametrize(
    "name",
    [
        "nas1", "NAS1", "192.168.1.7", "fd00::7", "aa:bb:cc:dd:ee:ff", "bob@example.org",
        "jellyfin.home.lan", "alice", "carol", "dave", "vm-media",
    ],
)  # fmt: skip
def test_nothing_known_stays_in_the_text(name: str) -> None:
    anonymizer = made()
    anonymizer.learn_from({"items": [{"guest": "vm-media", "labels": [["user", "dave"]]}]})
    text = (
        "nas1:9100 and NAS1 at 192.168.1.7, fd00::7, aa:bb:cc:dd:ee:ff; bob@example.org on "
        "jellyfin.home.lan; session opened for user carol by alice; vm-media of dave"
    )
    assert name not in anonymizer.hide(text)


def test_the_same_name_has_the_same_placeholder_throughout() -> None:
    anonymizer = made()
    first, second = anonymizer.hide("nas1 and media"), anonymizer.hide("media, then nas1")
    assert first == "HOST-1 and HOST-2"
    assert second == "HOST-2, then HOST-1"


def test_a_model_may_change_the_spelling_of_a_placeholder() -> None:
    anonymizer = made()
    anonymizer.hide("nas1")
    assert (
        anonymizer.restore("`host-1`, HOST_1:9100 and HOST-12") == "`nas1`, nas1:9100 and HOST-12"
    )


@pytest.mark.parametrize("word", ["localhost", "root", "127.0.0.1", "14:02:05", "multimedia", "::"])
def test_what_tells_nothing_stays(word: str) -> None:
    assert made().hide(f"x {word} y") == f"x {word} y"


@pytest.mark.parametrize(
    "document",
    [
        {"items": [{"vmid": 101, "type": "lxc", "name": "annas-box"}]},
        {"items": [{"source": "pbs:main", "type": "host", "id": "annas-box"}]},
        {"items": [{"vmid": 7, "name": None, "former_names": ["annas-box"]}]},
        {"items": [{"node": {"source": "proxmox:main", "name": "annas-box"}, "status": None}]},
        {"clusters": [{"nodes": [{"name": "annas-box", "online": True}]}]},
        {"items": [{"name": "local", "nodes": ["annas-box"]}]},
        {"items": [{"label": "hostname", "value": "annas-box"}]},
        {"items": [{"pattern": "<*>", "hosts": ["annas-box"]}]},
        {"items": [{"subject": {"kind": "guest", "name": "annas-box"}}]},
        {"items": [{"subject": {"kind": "container", "name": "annas-box/jellyfin"}}]},
        {"items": [{"subject": {"kind": "filesystem", "name": "annas-box:/"}}]},
        {"sessions": [{"client": "annas-box"}]},
        {"items": [{"user": "annas-box@pve!tui"}]},
        {"items": [{"owner": "annas-box@pbs"}]},
        {"items": [{"user": "HOME\\annas-box"}]},
    ],
)
def test_names_are_known_by_what_they_are_of(document: object) -> None:
    anonymizer = Anonymizer()
    anonymizer.learn_from(document)
    assert "anna" not in anonymizer.hide("vm annas-box: annas-box@pve!tui and annas-box/jellyfin")


def test_what_tools_are_called_by_is_no_name() -> None:
    anonymizer = Anonymizer()
    anonymizer.learn_from({"user": "backup@pbs", "node": "pve", "owner": "sre@pve!tui"})
    assert anonymizer.hide("sre backups of pve: backup@pbs") == "sre backups of pve: backup@pbs"


@pytest.mark.parametrize("word", ["a.", "a-", "0.", "a@", "a:"])
def test_one_endless_word_does_not_take_forever(word: str) -> None:
    hidden = made().hide(f"{word * 100_000} nas1 bob@example.org")
    assert hidden.endswith("HOST-1 MAIL-1")
