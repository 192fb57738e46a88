"""What a pane says of why its data is old: the cause, and not how old it was at first."""

from datetime import UTC, datetime, timedelta

from providers.reading import OLD_DATA, SourceStatus, State
from sre_tui.live.standing import Standing
from sre_tui.screens.pane_states import pane_state

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def test_the_age_is_told_once_where_it_goes_on() -> None:
    then = NOW - timedelta(seconds=31)
    said = "http://p:9090 answered 500 Internal Server Error"
    old = SourceStatus(source="prometheus:main", state=State.STALE, observed_at=then,
                       detail=f"{said}{OLD_DATA}14 s old")  # fmt: skip
    standing = Standing(state=State.STALE, sources=(old,), observed_at=then)
    told = pane_state(standing, NOW, rows=1, nothing="No alert")
    assert (told.detail, told.age_s) == (said, 31.0)
