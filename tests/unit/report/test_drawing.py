"""Charts as pictures: they decode, are small, and show something."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from io import BytesIO

import pytest
from PIL import Image

from sre_tui.report.drawing import Drawing, drawn
from sre_tui.views.report import document_of
from sre_tui.views.report_parts import Bars, Chart, Curve, Curves, Stack
from tests.stubs.reports import HOSTILE, MADE, SINCE, full_report, hostile_report, quiet_report
from widgets.cell import Display, Tone

DISPLAY = Display(MADE, None, True)
CHARTS = {chart.key: chart for chart in document_of(full_report(), DISPLAY).charts}


def opened(drawing: Drawing) -> Image.Image:
    return Image.open(BytesIO(drawing.png)).convert("RGB")


def colors(image: Image.Image) -> set[tuple[int, int, int]]:
    found = image.getcolors(image.width * image.height) or []
    total = image.width * image.height
    return {color for amount, color in found if amount > total / 2000}  # type: ignore[misc]


def is_near(color: tuple[int, int, int], hexed: str) -> bool:
    wanted = bytes.fromhex(hexed)
    return all(abs(one - other) < 12 for one, other in zip(color, wanted, strict=True))


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("alerts-per-day", ["b2182b", "e69f00", "56b4e9"]),
        ("pool-growth", ["0072b2", "d55e00"]),
        ("backups-by-day", ["009e73", "d55e00"]),
        ("errors-by-service", ["d55e00", "c3cad1"]),
    ],
)
def test_a_chart_of_a_report(key: str, wanted: list[str]) -> None:
    drawing = drawn([CHARTS[key]])[key]
    image = opened(drawing)
    assert image.size == (2 * drawing.width, 2 * drawing.height) == (1200, image.height)
    assert len(drawing.png) < 40_000
    seen = colors(image)
    for hexed in wanted:
        assert any(is_near(color, hexed) for color in seen), (hexed, seen)


def test_one_with_nothing_to_show_is_left_out() -> None:
    quiet = quiet_report()
    without = quiet.backups.model_copy(update={"days": ()})
    assert not drawn(document_of(quiet.model_copy(update={"backups": without}), DISPLAY).charts)
    bars, curves = CHARTS["alerts-per-day"], CHARTS["pool-growth"]
    assert isinstance(bars, Bars)
    assert isinstance(curves, Curves)
    nothing: list[Chart] = [
        replace(bars, labels=(), stacks=()),
        replace(bars, stacks=(Stack("x", Tone.OK, (0.0,) * 7),)),
        replace(curves, curves=(Curve("x", ((MADE, 0.5),)),)),
    ]
    assert drawn(nothing) == {}


def test_the_same_chart_is_the_same_picture() -> None:
    chart = [CHARTS["errors-by-service"]]
    assert drawn(chart) == drawn(chart)


def test_names_of_any_kind_are_drawn_without_a_word() -> None:
    names = ("$\\frac{1}{0}$ $", "日本語のホスト", HOSTILE, "x" * 200, "")
    stack = Stack(names[0], Tone.ERROR, tuple(float(each) for each in range(1, 6)))
    bars = Bars("a", names[0], names, (stack,), "", beside=True, days=False)
    curves = Curves(
        "b",
        names[1],
        tuple(Curve(name, ((SINCE, 0.1), (MADE, 1.3))) for name in names),
        0.9,
        MADE,
        UTC,
        "",
    )
    found = drawn([bars, curves, *document_of(hostile_report(), DISPLAY).charts])
    assert len(found) == 6
    assert all(len(colors(opened(one))) > 1 for one in found.values())


def test_a_month_of_days_has_room() -> None:
    days = tuple((SINCE + timedelta(days=each)).strftime("%a %d %b") for each in range(60))
    bars = Bars("a", "Alerts", days, (Stack("ok", Tone.OK, tuple(map(float, range(60)))),), "")
    assert opened(drawn([bars])["a"]).width == 1200
