from __future__ import annotations

from itertools import cycle, repeat

from providers.alerting import Alert, Silence
from providers.reading import State
from sre_tui.agent.events import Answered, Degradation, Degraded, Failed, Started, ToolFinished
from sre_tui.live.answers import SavedSession
from sre_tui.screens.choice import ChoiceScreen
from sre_tui.screens.detail import DetailScreen
from sre_tui.screens.evidence import EvidenceScreen
from tests.screens.homelab import GRAFANA, NOW, alert, answer, evidence, flag, snapshot, status
from tests.screens.hostile import FEW, MIXED
from tests.screens.stage import on_stage
from tests.unit.widgets.hostile import EXAMPLES


def _alert(number: int, text: str) -> Alert:
    return alert(
        text,
        text or None,
        fingerprint=str(number),
        severity=text or None,
        reason=text,
        summary=text,
        query=text,
        folder=text,
        labels={"alertname": text, text: text},
        annotations={"summary": text, "runbook_url": text, text: text},
        silences=(Silence(source=GRAFANA, id="s", state="active", created_by=text, comment=text),)
        if number % 2
        else (),
        receivers=(text,),
    )


HOSTILE = [_alert(number, text) for number, text in enumerate(EXAMPLES)]


async def test_every_text_of_an_alert_is_only_text() -> None:
    async with on_stage() as scene:
        await scene.arrive(snapshot(*HOSTILE))
        await scene.settle(lambda: scene.table.has_focus)
        assert scene.table.total == len(EXAMPLES)
        assert scene.says("x [/] y", "disk [critical]", "[@click=app")
        assert scene.is_clean
        await scene.arrive(snapshot(*(_alert(number, text) for number, text in enumerate(FEW))))
        await scene.press("g")
        for number in range(len(FEW)):
            assert scene.table.cursor_row == number
            await scene.press("enter")
            await scene.settle(lambda: isinstance(scene.app.screen, DetailScreen))
            await scene.press("y", "escape")
            await scene.settle(lambda: scene.app.screen is scene.main)
            assert scene.is_clean
            assert len(scene.table.shown_keys) == len(FEW)
            await scene.press("j")
        assert scene.table.cursor_row == len(FEW) - 1
    assert scene.app.broken is None


async def test_questions_about_hostile_alerts() -> None:
    async with on_stage() as scene:
        for number, text in enumerate(FEW):
            await scene.arrive(snapshot(_alert(number, text)))
            await scene.settle(lambda: scene.table.has_focus)
            await scene.press("e")
            question = scene.answers.asked[number]
            assert "\n" not in question
            assert len(question) < 400
            said = text or "so"
            found = evidence(number + 1, text, arguments={text: text}, text=text)
            scene.answers.runs[number].send(
                Started(question=text, session=text, mode="model", model=text),
                ToolFinished(evidence=found),
                Degraded(degradation=Degradation(what=text, detail=text)),
                Answered(
                    answer=answer(
                        said, model=text, mode="model", evidence=(), unsupported=(flag(said, said),)
                    )
                ),
            )
            await scene.settle(lambda: not scene.chat.busy)
            assert scene.is_clean
        scene.main.action_show_pane("chat")
        await scene.settle(lambda: scene.chat.has_focus_within)
        await scene.press("ctrl+o")
        await scene.settle(lambda: isinstance(scene.app.screen, ChoiceScreen))
        assert scene.is_clean
        await scene.press("enter")
        await scene.settle(lambda: isinstance(scene.app.screen, EvidenceScreen))
        for number in range(len(FEW)):
            assert scene.says(f"Evidence E{number + 1}")
            assert scene.is_clean
            await scene.press("n")
    assert scene.app.broken is None


async def test_hostile_names_in_the_palette_and_the_filter() -> None:
    async with on_stage() as scene:
        await scene.arrive(snapshot(*HOSTILE))
        await scene.settle(lambda: scene.table.has_focus)
        await scene.press("ctrl+p", *"[/]")
        await scene.settle(lambda: scene.says("Alert x [/] y x [/] y"))
        await scene.press("escape", "escape", "slash", *"[/]", "enter")
        await scene.settle(lambda: scene.says("Alerts 2 of"))


async def test_hostile_causes_sessions_and_failures() -> None:
    async with on_stage() as scene:
        states = (State.UNREACHABLE, State.UNAUTHORIZED, State.STALE, State.PARTIAL)
        others = zip(FEW[1:], cycle(states), strict=False)
        for text, state in (*zip(repeat(MIXED), states, strict=False), *others):
            await scene.arrive(snapshot(sources=(status(text, state, text),)))
            assert scene.is_clean
            scene.answers.sessions = [
                SavedSession("s1", text, NOW, 1),
                SavedSession("s2", text, None, 0, text),
            ]
            scene.chat.prompt.focus()
            scene.chat.prompt.text = "/sessions"
            await scene.press("enter")
            await scene.settle(lambda: isinstance(scene.app.screen, ChoiceScreen))
            assert scene.is_clean
            await scene.press("escape")
            scene.chat.prompt.text = "hello"
            await scene.press("enter")
            scene.answers.runs[-1].send(Failed(code=text, detail=text))
            await scene.settle(lambda: not scene.chat.busy)
            assert scene.is_clean
            await scene.chat.begin()
    assert scene.app.broken is None


async def test_pasted_escape_sequences_stay_out_of_the_filter() -> None:
    async with on_stage() as scene:
        await scene.arrive(snapshot(*HOSTILE))
        await scene.settle(lambda: scene.table.has_focus)
        await scene.press("slash")
        field = scene.main.query_one("FilterLine Input")
        field.value = "\x1b[31mred\x07"  # type: ignore[attr-defined]
        await scene.settle()
        assert field.value == "red"  # type: ignore[attr-defined]
        assert scene.is_clean
