"""How findings are laid out."""

from sre_tui.views.findings import FINDINGS
from widgets.layout import layout

TEXTS = ("subject", "text", "advice", "why")


def test_80_cells_have_room_for_since_when() -> None:
    natural = {column.key: 60 if column.key in TEXTS else 10 for column in FINDINGS.columns}
    natural["since"] = len("1 h 21 min ago")
    shown = {column.title: width for column, width in layout(FINDINGS.columns, natural, 80)}
    assert list(shown) == ["Severity", "What", "Finding", "Since", "First"]
    assert shown["Since"] == natural["since"]
