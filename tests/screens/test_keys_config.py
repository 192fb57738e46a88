from __future__ import annotations

import io
from pathlib import Path

import pytest

from commands.main import run
from docs.make_keys import document
from sre_tui.environment import Environment
from sre_tui.screens.actions import PARTS
from sre_tui.screens.help import HelpScreen
from sre_tui.screens.key_names import UnknownKey, key_of
from sre_tui.screens.keymap import all_bound, keymap_of
from sre_tui.screens.look import Look, look_of
from sre_tui.settings import AppSettings, SettingsError
from tests.screens.homelab import ALERTS, snapshot
from tests.screens.stage import SIZES, on_stage

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("x", "x"),
        ("X", "X"),
        ("?", "question_mark"),
        (",", "comma"),
        (" ", "space"),
        ("+", "plus"),
        ("Esc", "escape"),
        ("PgUp", "pageup"),
        ("F5", "f5"),
        ("Ctrl+X", "ctrl+x"),
        ("alt+shift+enter", "alt+shift+enter"),
        ("ctrl++", "ctrl+plus"),
        ("question_mark", "question_mark"),
    ],
)
def test_keys_are_written_as_on_the_keyboard(written: str, key: str) -> None:
    assert key_of(written) == key


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("crtl+x", "'crtl+x' is no key; did you mean ctrl+x?"),
        ("entr", "'entr' is no key; did you mean enter?"),
        ("hyper+x", "'hyper+x' is no key"),
        ("", "'' is no key"),
        ("ctrl+i", "terminals send tab for ctrl+i"),
        ("shift+s", "write S for shift+s"),
    ],
)
def test_keys_that_no_terminal_sends(written: str, said: str) -> None:
    with pytest.raises(UnknownKey) as caught:
        key_of(written)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"rows.explane": ["x"]}, "there is no action 'rows.explane'; did you mean rows.explain?"),
        ({"rows.explain": ["crtl+x"]}, "rows.explain: 'crtl+x' is no key; did you mean ctrl+x?"),
        ({"rows.explain": ["up"]}, "rows.explain: up moves the cursor"),
        ({"app.help": []}, "app.help: no key is given; leave the line out for ? and f1"),
        (
            {"app.palette": ["p"]},
            "app.palette: p is typed as text there; ctrl+p would do",
        ),
        (
            {"rows.explain": ["z"]},
            (
                "rows.explain: z is the key of main.zoom "
                "(One pane on the whole screen, and back) already"
            ),
        ),
        (
            {"app.pause": ["p"]},
            "app.pause: p is the key of logs.patterns (Count the lines by what they say) already",
        ),
    ],
)
def test_each_mistake_is_one_line(keys: dict[str, list[str]], said: str) -> None:
    assert keymap_of(keys)[1] == [said]


def test_keys_may_change_places_and_a_key_may_mean_the_inner_thing() -> None:
    swapped = {"rows.explain": ["c"], "rows.changes": ["e"], "level.back": ["q", "backspace"]}
    keymap, problems = keymap_of(swapped)
    assert problems == []
    assert keymap == {
        "rows.explain": "c",
        "rows.changes": "e",
        "level.back": "q,backspace",
    }


def test_the_keys_of_the_app_itself_have_no_mistake() -> None:
    known = all_bound()
    own = {name: list(bound.keys) for name, bound in known.items() if bound.keys}
    assert keymap_of(own)[1] == []
    assert {bound.part for bound in known.values()} <= PARTS.keys()


def test_all_mistakes_are_told_at_once_by_the_command_line(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[app]\ntheme = "norf"\n[app.keys]\nrows.explane = "x"\n"rows.copy" = "crtl+c"\n',
        encoding="utf-8",
    )
    err = io.StringIO()
    environment = Environment(
        variables={"SRE_CONFIG": str(config), "HOME": str(tmp_path)},
        stdin=io.StringIO(),
        stdout=io.StringIO(),
        stderr=err,
    )
    assert run(["config", "check"], environment) == 2
    for line in (
        "app.theme: there is no theme 'norf'; did you mean nord?",
        f"{config}: app.keys: there is no action 'rows.explane'; did you mean rows.explain?",
        f"{config}: app.keys: rows.copy: 'crtl+c' is no key; did you mean ctrl+c?",
    ):
        assert line in err.getvalue()


def test_keys_in_a_string_a_list_and_tables() -> None:
    settings = AppSettings.model_validate(
        {"keys": {"app": {"refresh": "f5, ctrl+r"}, "timeline.earlier": ",", "rows.copy": ["Y"]}}
    )
    assert settings.keys == {
        "app.refresh": ("f5", "ctrl+r"),
        "timeline.earlier": (",",),
        "rows.copy": ("Y",),
    }
    assert look_of(settings, "here").keymap["app.refresh"] == "f5,ctrl+r"
    with pytest.raises(SettingsError, match="did you mean high-contrast"):
        look_of(AppSettings(theme="hi-contrast"), "here")


async def test_chosen_keys_work_and_are_shown() -> None:
    chosen = {"rows.explain": ("x",), "app.go-to": ("ctrl+g",), "level.back": ("backspace",)}
    look = look_of(AppSettings(keys=chosen), "here")
    async with on_stage(look=look) as scene:
        await scene.arrive(snapshot(*ALERTS))
        await scene.settle(lambda: scene.table.has_focus)
        assert scene.says("x Explain")
        await scene.press("e")
        assert scene.answers.asked == []
        await scene.press("question_mark")
        assert isinstance(scene.app.screen, HelpScreen)
        assert scene.says("x               Explain it in the chat", "rows.explain")
        await scene.press("escape", "enter")
        assert scene.says("⌫ Back", "attic › Alerts")
        await scene.press("escape")
        assert not scene.at_main
        await scene.press("backspace")
        assert scene.at_main
        await scene.press("x")
        assert len(scene.answers.asked) == 1


async def test_one_theme_for_few_colours_and_any_that_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with on_stage(look=Look(theme="high-contrast")) as scene:
        assert scene.app.theme == "high-contrast"
        scene.app._started = True
        scene.app.theme = "nord"
        await scene.settle(lambda: scene.says('nord; to keep it: theme = "nord"'))
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "standard")
    async with on_stage() as scene:
        assert scene.app.theme == "ansi-dark"


async def test_no_color_leaves_the_colours_of_the_terminal_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with on_stage(size=SIZES["80x24"], look=Look(theme="nord")) as scene:
        await scene.arrive(snapshot(*ALERTS))
        assert scene.app.theme == "ansi-dark"
        drawn = scene.app.screen._compositor.render_strips()
        styles = {part.style for strip in drawn for part in strip if part.style}
        colours = {one.color for one in styles} | {one.bgcolor for one in styles}
        assert all(one is None or one.is_default for one in colours)
        assert any(one.reverse for one in styles)
        await scene.press("t")
        assert scene.says("There are no colours to choose")


def test_the_page_of_keys_is_the_one_that_is_made() -> None:
    assert (ROOT / "docs" / "keys.md").read_text(encoding="utf-8") == document()
