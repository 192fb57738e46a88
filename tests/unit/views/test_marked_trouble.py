"""What is not in order does not look as if it were."""

from __future__ import annotations

from typing import Any

from providers.truenas import Vdev
from sre_tui.views.findings import FINDINGS
from sre_tui.views.pools import DISKS_TOO, member_state
from sre_tui.views.table import TableView
from sre_tui.views.units import query_unit
from widgets.cell import Tone
from widgets.layout import layout


def test_a_disk_with_errors_is_no_healthy_disk() -> None:
    disk = {"name": "sdc", "type": "DISK", "role": "data", "state": "ONLINE"}
    assert member_state(Vdev.model_validate(disk)).tone is Tone.OK
    failing = member_state(Vdev.model_validate(disk | {"read_errors": 77}))
    assert (failing.text, failing.tone) == ("▲ online, errors", Tone.WARNING)


def test_a_narrow_terminal_shows_where_and_which() -> None:
    def kept(view: TableView[Any], **natural: int) -> list[str]:
        columns = view.columns
        widths = {c.key: natural.get(c.key, c.width) for c in columns}
        return [column.key for column, _ in layout(columns, widths, 80)]

    assert kept(FINDINGS, text=90) == ["severity", "subject", "text", "since", "advice"]
    shown = kept(DISKS_TOO, layout=30, scan=40)
    assert {"size", "errors", "layout"} <= set(shown)


def test_seconds_for_each_of_them_are_seconds() -> None:
    time, count = "rate(node_disk_read_time_seconds_total[5m])", "rate(reads_total[5m])"
    assert query_unit(f"{time} / {count} > 0.06") == "s"
    assert query_unit(f"{count} / rate(writes_total[5m])") == "ratio"
