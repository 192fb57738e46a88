from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion
from textual.app import App, ComposeResult

from tests.screens.svg import SvgSnapshot, text_of
from tests.screens.widgets.rows import COLUMNS, DISPLAY, FLEET, Machine, rows_of
from tests.screens.widgets.stage import SIZES, shown
from widgets.cell import Cell, Display, Tone, keyed_rows
from widgets.table import KeyedTable, RowHighlighted, RowSelected


@pytest.mark.parametrize("size", SIZES)
async def test_table_shows_columns_that_fit(size: str, snapshot: SnapshotAssertion) -> None:
    table = KeyedTable(COLUMNS, sort_key="load", reverse=True)
    async with shown(table, size=SIZES[size]) as scene:
        table.set_rows(rows_of(FLEET))
        await scene.settle()
        assert table.shown_keys == ["db", "backup", "web", "cache"]
        lines = scene.text.splitlines()
        assert "Load▼" in lines[0]
        assert "[critical] disk full" in lines[1]
        assert "◆ down" in lines[4]
        assert "not reported" in lines[4]
        assert scene.svg == snapshot(extension_class=SvgSnapshot)


async def test_narrow_table_drops_columns_by_priority() -> None:
    table = KeyedTable(COLUMNS)
    async with shown(table, size=(36, 10)) as scene:
        table.set_rows(rows_of(FLEET))
        await scene.settle()
        assert "State" in scene.text
        assert "Note" not in scene.text
        await scene.pilot.resize_terminal(100, 10)
        await scene.settle(lambda: "Note" in scene.text)
        assert "x [/] y" in scene.text
        await scene.pilot.resize_terminal(16, 10)
        await scene.settle(lambda: "State" not in scene.text)
        assert "cache" in scene.text


async def test_column_that_all_rows_agree_in_is_left_out_until_they_differ() -> None:
    table = KeyedTable([replace(one, differing=one.key == "state") for one in COLUMNS])
    async with shown(table, size=(36, 10)) as scene:
        up, down = rows_of([one for one in FLEET if one.up]), rows_of(FLEET)
        table.set_rows(up)
        await scene.settle(lambda: "Load" in scene.text)
        assert "State" not in scene.text
        table.set_rows(down)
        await scene.settle(lambda: "◆ down" in scene.text)
        assert "State" in scene.text
        table.set_rows(up)
        await scene.settle(lambda: "State" not in scene.text)
        # The order would have no reason that one could see.
        table.sort_by("state")
        await scene.settle(lambda: "State▲" in scene.text)


async def test_cursor_stays_on_its_key() -> None:
    table = KeyedTable(COLUMNS)
    async with shown(table) as scene:
        table.set_rows(rows_of(FLEET))
        table.move_to_key("cache")
        table.set_rows(rows_of([Machine("new", 1.0), *FLEET]))
        assert table.cursor_key == "cache"
        table.sort_by("load", reverse=True)
        assert table.cursor_key == "cache"
        table.set_rows(rows_of([m for m in FLEET if m.key != "db"]))
        assert table.cursor_key == "cache"
        table.set_filter("!web")
        assert table.cursor_key == "cache"
        await scene.settle()
        assert [message.key for message in scene.posted(RowHighlighted)] == ["db", "cache"]


async def test_cursor_comes_back_when_the_filter_is_cleared() -> None:
    table = KeyedTable(COLUMNS)
    async with shown(table) as scene:
        table.set_rows(rows_of(FLEET))
        table.move_to_key("cache")
        table.set_filter("WEB")
        assert table.shown_keys == ["web"]
        assert table.cursor_key == "web"
        table.set_filter("no such row")
        assert table.cursor_key is None
        table.set_filter("")
        assert table.cursor_key == "cache"
        table.set_filter("!cache")
        await scene.pilot.press("k")
        stayed = table.cursor_key
        table.set_filter("")
        assert table.cursor_key == stayed != "cache"


async def test_removed_row_leaves_the_cursor_on_its_neighbour() -> None:
    table = KeyedTable(COLUMNS)
    async with shown(table) as scene:
        table.set_rows(rows_of(FLEET))
        table.move_to_key("web")
        table.set_rows(rows_of([FLEET[0], *FLEET[2:]]))
        assert table.cursor_key == "cache"
        table.set_rows([])
        await scene.settle()
        assert table.cursor_key is None
        assert scene.posted(RowHighlighted)[-1].key == ""


async def test_keys_and_mouse() -> None:
    table = KeyedTable(COLUMNS)
    async with shown(table) as scene:
        table.set_rows(rows_of(FLEET))
        table.focus()
        await scene.pilot.press("j", "enter")
        assert [message.key for message in scene.posted(RowSelected)] == ["web"]
        assert scene.posted(RowSelected)[0].control is table
        await scene.pilot.press("G")
        assert table.cursor_key == "backup"
        await scene.pilot.press("g")
        assert table.cursor_key == "db"
        await scene.pilot.click(table, offset=(3, 0))
        assert table.sorting == ("name", False)
        await scene.pilot.click(table, offset=(3, 0))
        assert table.sorting == ("name", True)
        await scene.pilot.click(table, offset=(3, 1))
        await scene.settle()
        assert table.cursor_key == "web"


async def test_rolled_away_view_is_not_pulled_back_by_a_refresh() -> None:
    machines = [Machine(f"m{number:03}", float(number)) for number in range(200)]
    table = KeyedTable(COLUMNS)
    async with shown(table) as scene:
        table.set_rows(rows_of(machines))
        await scene.settle()
        table.scroll_to(y=100, animate=False)
        await scene.settle(lambda: table.scroll_offset.y == 100)
        table.set_rows(rows_of(list(reversed(machines))))
        await scene.settle()
        assert table.scroll_offset.y == 100
        assert table.cursor_key == "m000"


async def test_view_moves_with_the_cursor_row() -> None:
    machines = [Machine(f"m{number:03}", float(number)) for number in range(200)]
    table = KeyedTable(COLUMNS)
    async with shown(table) as scene:
        table.set_rows(rows_of(machines))
        table.move_to_key("m150")
        await scene.settle(lambda: "m150" in scene.text)
        line = next(i for i, text in enumerate(scene.text.splitlines()) if "m150" in text)
        table.set_rows(rows_of(machines[50:]))
        await scene.settle()
        assert "m150" in scene.text.splitlines()[line]


async def test_row_keys_must_be_unique() -> None:
    table = KeyedTable(COLUMNS)
    async with shown(table):
        with pytest.raises(ValueError, match="two rows have the key 'db'"):
            table.set_rows(rows_of([FLEET[0], FLEET[0]]))


class _Watched(KeyedTable):
    """Counts the rows it draws."""

    def __init__(self) -> None:
        super().__init__(COLUMNS)
        self.drawn: list[int] = []

    def line_of(self, row: int) -> Iterator[tuple[str, Tone]]:
        self.drawn.append(row)
        return super().line_of(row)


async def test_only_rows_that_changed_are_drawn() -> None:
    table = _Watched()
    async with shown(table) as scene:
        table.set_rows(rows_of(FLEET))
        await scene.settle()
        table.drawn.clear()
        table.set_rows(rows_of(FLEET))
        await scene.settle()
        assert table.drawn == []
        table.set_rows(rows_of([Machine("db", 1.5), *FLEET[1:]]))
        await scene.settle()
        assert table.drawn == [0]
        assert "1.5" in scene.text.splitlines()[1]


async def test_cells_out_of_view_are_not_made() -> None:
    made: list[str] = []

    def name(machine: Machine, display: Display) -> Cell:
        made.append(machine.key)
        return COLUMNS[0].cell(machine, display)

    columns = [replace(COLUMNS[0], cell=name), *COLUMNS[1:]]
    machines = [Machine(f"m{number:03}", float(number)) for number in range(200)]
    table = KeyedTable(columns, sort_key="load")
    async with shown(table, size=(80, 10)) as scene:
        table.set_rows(keyed_rows(machines, columns, DISPLAY, lambda machine: machine.key))
        await scene.settle(lambda: "m000" in scene.text)
        assert set(made) == {f"m{number:03}" for number in range(9)}
        await scene.pilot.press("G")
        await scene.settle(lambda: "m199" in scene.text)
        table.set_filter("m15")
        assert len(table.shown_keys) == 10


_NAMES = st.sampled_from(["a", "b", "c", "d", "e", "f"])
_STEP = st.one_of(
    st.tuples(
        st.just("rows"), st.lists(st.tuples(_NAMES, st.floats(0, 9)), unique_by=lambda r: r[0])
    ),
    st.tuples(st.just("sort"), st.sampled_from(["name", "load", "state", None])),
    st.tuples(st.just("move"), _NAMES),
    st.tuples(st.just("filter"), st.sampled_from(["", "a", "!b", "zzz"])),
)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(_STEP, max_size=12))
async def test_cursor_never_leaves_a_row_that_is_still_there(
    steps: list[tuple[str, object]],
) -> None:
    table = KeyedTable(COLUMNS)
    async with shown(table) as scene:
        for name, value in steps:
            before = table.cursor_key
            if name == "rows":
                assert isinstance(value, list)
                table.set_rows(rows_of([Machine(key, load) for key, load in value]))
            elif name == "sort":
                table.sort_by(None if value is None else str(value), reverse=True)
            elif name == "move":
                if table.move_to_key(str(value)):
                    before = str(value)
            else:
                table.set_filter(str(value))
            came_back = table.cursor_key != before and table._wanted == table.cursor_key
            if before in table.shown_keys and not came_back:
                assert table.cursor_key == before
            assert (table.cursor_key is None) == (not table.shown_keys)
            assert table.row_count == len(table.shown_keys)
        await scene.settle()


async def test_rows_given_before_the_first_layout_are_shown() -> None:
    table = KeyedTable(COLUMNS, sort_key="name")
    table.set_class(True, "-hidden")

    class Early(App[None]):
        CSS = ".-hidden { display: none; }"

        def compose(self) -> ComposeResult:
            yield table

        def on_mount(self) -> None:
            table.set_rows(rows_of(FLEET))
            table.move_to_key("web")

    app = Early()
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        table.remove_class("-hidden")
        await pilot.pause()
        await pilot.pause()
        assert table.cursor_key == "web"
        assert [line.split()[0] for line in text_of(app).splitlines() if line.strip()] == [
            "Name▲",
            "backup",
            "cache",
            "db",
            "web",
        ]
