"""The garbage collector is held off only while rows are made."""

import gc

import pytest

from providers import collector
from providers.collector import SELDOM, seldom_collected


def test_it_collects_seldom_until_the_last_reader_is_done() -> None:
    usual = gc.get_threshold()
    first, second = seldom_collected(), seldom_collected()
    first.__enter__()
    second.__enter__()
    assert gc.get_threshold() == (max(SELDOM, usual[0]), *usual[1:])
    first.__exit__(None, None, None)
    assert gc.get_threshold()[0] >= SELDOM
    second.__exit__(None, None, None)
    assert gc.get_threshold() == usual


def test_what_is_read_first_is_old_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "_put_aside", [])
    for walked in (False, True):
        with seldom_collected():
            rows = [[number] for number in range(10)]
        young = {id(one) for one in gc.get_objects(generation=0)}
        assert (id(rows) in young) is walked
