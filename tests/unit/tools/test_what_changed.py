"""What is said where nothing changed, by how many could be asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sre_tui.tools.what_changed import ChangeListing
from sre_tui.views.registry import table_view

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def said(*unseen: str, blind: bool = False, routine: int = 0) -> str:
    data = ChangeListing(
        items=(),
        start=NOW - timedelta(hours=1),
        end=NOW,
        unseen=unseen,
        blind=blind,
        routine=routine,
    )
    view = table_view("what_changed")
    words = (view.instead(data) or view).nothing
    assert data.gist() == words.rstrip(".")
    return words


def test_who_did_not_tell_all_is_named_where_nothing_changed() -> None:
    assert said() == "Nothing changed."
    assert said(routine=3) == "Nothing changed but what belongs to every day."
    part = said("loki:main", "pbs:main")
    assert part.startswith("Nothing changed, as far")
    assert "as far as could be asked" in part
    assert "loki:main, pbs:main did not tell all" in part


def test_where_nobody_answered_it_is_not_said_that_nothing_changed() -> None:
    assert "is not known" in said("loki:main", blind=True)
