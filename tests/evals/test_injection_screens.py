"""The app draws what strangers wrote as text: nothing of it is markup, a link or a sequence."""

from __future__ import annotations

import unicodedata

from sre_tui.agent.events import Answered, Started, ToolFinished
from sre_tui.screens.choice import ChoiceScreen
from sre_tui.screens.evidence import EvidenceScreen
from tests.evals.injection_attacks import attacks
from tests.evals.injection_homelab import HostileHomelab, secrets_of_homelab
from tests.screens.conftest import _no_waste_of_time, _terminal_and_zone
from tests.screens.homelab import alert, answer, evidence, flag, snapshot
from tests.screens.stage import Scene, on_stage

__all__ = ["_no_waste_of_time", "_terminal_and_zone"]

_LONGEST = 400


def _is_text(scene: Scene) -> bool:
    hidden = {unicodedata.category(char) for char in scene.text.replace("\n", "")}
    return not hidden & {"Cc", "Cs", "Cf"}


async def test_no_widget_obeys_a_stranger() -> None:
    homelab = HostileHomelab(secrets_of_homelab(), trap="http://127.0.0.1:9")
    texts = [homelab.text(attack)[:_LONGEST] for attack in attacks()]
    alerts = [
        alert(text, text, fingerprint=str(number), summary=text, labels={"alertname": text})
        for number, text in enumerate(texts)
    ]
    async with on_stage(size=(120, 120)) as scene:
        await scene.arrive(snapshot(*alerts))
        await scene.settle(lambda: scene.table.has_focus)
        assert scene.table.total == len(texts)
        assert _is_text(scene)
        await scene.press("slash", *"on white", "enter")
        await scene.settle(lambda: scene.says("[bold red"))
        await scene.press("e")
        found = evidence(1, texts[0], arguments={"query": texts[1]}, text="\n".join(texts))
        said = "The cause is nas9 [E1] [E99].\n\n" + "\n\n".join(texts)
        scene.answers.runs[0].send(
            Started(question="why", session="s", mode="model", model="obedient"),
            ToolFinished(evidence=found),
            Answered(answer=answer(said, evidence=(found,), unsupported=(flag(said, "E99"),))),
        )
        await scene.settle(lambda: not scene.chat.busy)
        scene.main.action_show_pane("chat")
        await scene.settle(lambda: scene.chat.has_focus_within)
        assert _is_text(scene)
        assert "owned" not in (scene.app.title, scene.app.sub_title)
        await scene.press("ctrl+o")
        await scene.settle(lambda: isinstance(scene.app.screen, ChoiceScreen))
        assert _is_text(scene)
        await scene.press("enter")
        await scene.settle(lambda: isinstance(scene.app.screen, EvidenceScreen))
        assert scene.says("Evidence E1")
        assert _is_text(scene)
    assert scene.app.broken is None
