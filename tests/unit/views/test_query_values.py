"""Values of expressions, as they are read."""

from math import inf, nan

import pytest

from sre_tui.views.units import NO_FIGURE, value_of_query


@pytest.mark.parametrize("value", [inf, -inf, nan])
def test_a_value_of_a_division_by_zero_is_no_figure(value: float) -> None:
    latency = "rate(a_seconds_total[5m]) / rate(b_total[5m]) > 0.06"
    assert value_of_query(value, latency) == NO_FIGURE
    assert value_of_query(0.126, latency) != NO_FIGURE
