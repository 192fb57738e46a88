"""A report as HTML: whole in itself, asking nobody for anything, its texts harmless."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings

from sre_tui.memory.report import Report
from sre_tui.report import drawing
from sre_tui.report.drawing import Drawing
from sre_tui.report.html import Html, html_of
from sre_tui.views.report_parts import Chart
from tests.stubs.reports import HOSTILE, full_report, hostile_report, partial_report, quiet_report
from tests.unit.widgets.hostile import hostile
from widgets.text import plain_line

VOID = {"meta", "img", "br"}
ASKING = {"src", "href", "srcset", "action", "background", "poster", "data", "cite"}


class Page(HTMLParser):
    """What a browser would see in a document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def values(self, tag: str, name: str) -> list[str]:
        return [attrs.get(name) or "" for each, attrs in self.tags if each == tag]


@cache
def made(report: Callable[[], Report], pictures: str = "inside") -> Html:
    return html_of(report(), pictures="attached" if pictures == "attached" else "inside")


def test_a_chart_that_cannot_be_drawn_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where Matplotlib finds no folder that it may write to."""

    def broken(chart: Chart) -> Drawing:
        if chart.key == "backups-by-day":
            raise OSError("no writable folder")
        return draw(chart)

    draw = drawing._drawn
    monkeypatch.setattr(drawing, "_drawn", broken)
    page = Page(html_of(full_report()).text)
    assert "Backup runs, per day: Mon 16 Nov" in page.text
    assert page.text.count("The chart could not be drawn.") == 1
    assert len(page.values("img", "src")) == 3


REPORTS = (full_report, quiet_report, partial_report, hostile_report)


@pytest.mark.parametrize("pictures", ["inside", "attached"])
@pytest.mark.parametrize("report", REPORTS)
def test_it_asks_nobody_for_anything(report: Callable[[], Report], pictures: str) -> None:
    document = made(report, pictures)
    page = Page(document.text)
    assert not page.open
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "th", "h1", "h2",
        "h3", "p", "div", "span", "strong", "code", "br", "img",
    }  # fmt: skip
    asked = [
        value or "" for _, attrs in page.tags for name, value in attrs.items() if name in ASKING
    ]
    scheme = "cid:" if pictures == "attached" else "data:image/png;base64,"
    assert all(each.startswith(scheme) for each in asked)
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "url(" not in document.text
    assert "@import" not in document.text


def test_each_picture_that_is_called_is_attached() -> None:
    document = made(full_report, "attached")
    called = [each.removeprefix("cid:") for each in Page(document.text).values("img", "src")]
    assert called == [picture.cid for picture in document.pictures]
    assert [picture.name for picture in document.pictures] == [
        "alerts-per-day.png", "pool-growth.png", "backups-by-day.png", "errors-by-service.png",
    ]  # fmt: skip
    assert all(picture.png.startswith(b"\x89PNG") for picture in document.pictures)
    assert not made(full_report).pictures


def test_whoever_does_not_see_the_charts_is_told_the_figures() -> None:
    alerts, growth, backups, errors = Page(made(full_report).text).values("img", "alt")
    assert "Wed 18 Nov 7" in alerts
    assert "tank 81% to 88%, full in 12 d (8-20 d)" in growth
    assert "Fri 20 Nov 31 ok 1 failed" in backups
    assert "nginx 1,204 (before: 311)" in errors


def test_the_verdict_comes_first_and_nothing_is_missing() -> None:
    text = Page(made(full_report).text).text
    assert text.startswith("Report on homelab: CRITICAL Report on homelab Mon 16 Nov 07:00")
    assert text.index("◆ CRITICAL") < text.index("Summary") < text.index("Replace disk sdc")
    for told in (
        "✗ 31 of 32", "Not borne out", "▲ flapping", "98.21 %", "88% ▲", "ENOSPC", "+893",
        "Connection refused", "41 more changes", "tank degraded, a cable came loose", "$0.4312",
        "sre report show r-20261123-0600",
    ):  # fmt: skip
        assert told in text
    gaps = Page(made(partial_report).text).text
    assert "◌ Not all is known of: Now, Alerts, Backups, Errors in the logs" in gaps


def test_a_quiet_report_shows_that_the_backups_ran_and_no_colour_of_alarm() -> None:
    document = made(quiet_report, "attached").text
    page = Page(document)
    assert len(page.values("img", "src")) == 1
    assert page.values("img", "alt")[0].startswith("Backup runs, per day: Mon 16 Nov 32 ok, ")
    classes = set(" ".join(attrs.get("class") or "" for _, attrs in page.tags).split())
    assert not classes & {"t-error", "t-critical", "t-warning", "t-stale"}
    assert len(document) < 10_000


def test_words_of_strangers_are_words() -> None:
    page = Page(made(hostile_report, "attached").text)
    assert " ".join(plain_line(HOSTILE).split()) in page.text
    assert all(char.isprintable() or char == "\n" for char in made(hostile_report).text)
    assert all(len(cid) < 100 for cid in page.values("img", "src"))


@given(hostile)
@example('"><script>x</script>')
@example("{{ 7 * 7 }}{% raw %}")
@settings(max_examples=15, deadline=None)
def test_any_text_is_shown_as_it_is(words: str) -> None:
    report = quiet_report()
    health = report.health.model_copy(update={"sentence": words})
    page = Page(html_of(report.model_copy(update={"health": health, "homelab": words})).text)
    assert not page.open
    assert {tag for tag, _ in page.tags} == {tag for tag, _ in Page(made(quiet_report).text).tags}
    assert " ".join(plain_line(words).split()) in page.text
