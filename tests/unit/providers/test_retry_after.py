from datetime import UTC, datetime

import httpx
import pytest

from providers.retry_after import retry_after

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 1.5 ", 1.5),
        ("-3", 0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30),
        ("Sunday, 22-Nov-26 12:00:30 GMT", 30),
        ("Sun Nov 22 12:00:30 2026", 30),
        ("Sun, 22 Nov 2026 13:00:30 +0100", 30),
        ("Sun, 22 Nov 2026 12:00:30 -0000", 30),
        ("Sun, 22 Nov 2026 11:59:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("1e999", None),
        ("Sun, 99 Nov 2026 12:00:30 GMT", None),
        ("Sun, 22 Nov 99999999999999999999 12:00:30 GMT", None),
    ],
)
def test_seconds_and_dates_are_read(value: str, seconds: float | None) -> None:
    assert retry_after(httpx.Headers({"Retry-After": value}), lambda: NOON) == seconds


def test_the_answers_own_date_goes_before_the_clock() -> None:
    headers = httpx.Headers(
        {"Retry-After": "Sun, 22 Nov 2026 15:00:30 GMT", "Date": "Sun, 22 Nov 2026 15:00:00 GMT"}
    )
    assert retry_after(headers, lambda: NOON) == 30
    headers["Date"] = "some time"
    assert retry_after(headers, lambda: NOON) == 3 * 3600 + 30


def test_without_the_header_there_is_no_wish() -> None:
    assert retry_after({}) is None
