"""Values as people write them."""

from __future__ import annotations

import re

import pytest

from sre_tui.tools.value_text import value_of


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("85%", "ratio", 0.85),
        ("85 %", "ratio", 0.85),
        ("0.85", "ratio", 0.85),
        ("85", "ratio", 0.85),
        ("1", "ratio", 1.0),
        ("0,85", "ratio", 0.85),
        ("85 percent", "%", 85.0),
        ("150%", "s/s", 1.5),
        ("1.5", "s/s", 1.5),
        ("1.5GiB", "B", 1.5 * 1024**3),
        ("1.5G", "B", 1.5 * 1024**3),
        ("1.5 GB", "B", 1.5e9),
        ("4096", "B", 4096.0),
        ("100Mbit/s", "B/s", 12.5e6),
        ("100Mbps", "B/s", 12.5e6),
        ("100MB/s", "B/s", 1e8),
        ("12 MiB/s", "B/s", 12 * 1024.0**2),
        ("20ms", "s", 0.02),
        ("250 µs", "s", 0.00025),
        ("2h", "s", 7200.0),
        ("45", "°C", 45.0),
        ("45°C", "°C", 45.0),
        ("104 F", "°C", 40.0),
        ("1,234.5", "", 1234.5),
        ("-3e2", "", -300.0),
        ("900 rpm", "rpm", 900.0),
    ],
)
def test_a_value_is_taken_in_the_base_unit(text: str, unit: str, value: float) -> None:
    assert value_of(text, unit) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "unit", "told"),
    [
        ("much", "ratio", "'much' is no value: write it as 85% or 0.85"),
        ("85%", "", "'85%' does not fit: it has no unit, so write it as 3.5"),
        ("85%", "B", "'85%' does not fit: write it as 1.5GiB"),
        ("5 apples", "rpm", "'5 apples' does not fit: write it as 3.5 or 3.5rpm"),
        ("1e999", "s", "'1e999' is no value: write it as 20ms or 1.5"),
        ("", "°C", "'' is no value: write it as 45 or 45C"),
        ("1.2.3", "", "'1.2.3' is no value: it has no unit, so write it as 3.5"),
        ("5 iB", "B", "'5 iB' does not fit: write it as 1.5GiB"),
    ],
)
def test_another_is_refused_with_one_that_would_do(text: str, unit: str, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        value_of(text, unit)
