"""What is an alert's name in a question, and what is a product that is only written like one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from providers.alerting import AlertRule
from sre_tui.agent.analyst.alert_names import is_called_alert
from sre_tui.tools.grafana_data import RuleListing
from sre_tui.tools.memory_incidents import IncidentMatches
from tests.unit.analyst.constructed import NOW, HandedOut, World, alert, answer_now, said
from tests.unit.memory.killing import incident


@pytest.mark.parametrize(
    ("question", "name", "called"),
    [
        ("has PostgreSQL been down before?", "PostgreSQL", False),
        ("has HostDown fired before?", "HostDown", True),
        ("when did HostDown last really fire?", "HostDown", True),
        ("explain the alert 'HostDown'", "HostDown", True),
        ("why is the GitLab alert red?", "GitLab", True),
        ("which alerts fired for GitLab?", "GitLab", False),
        ("who silenced HostDown?", "HostDown", True),
        ("GitLab fires are no HostDown", "HostDown", False),
        ("has the alert GitLabDown to do with GitLab?", "GitLab", False),
    ],
)
def test_a_question_says_of_a_name_that_it_is_an_alerts(
    question: str, name: str, called: bool
) -> None:
    assert is_called_alert(question, name) is called


def rule(name: str) -> AlertRule:
    return AlertRule(source="grafana:main", name=name, query="up == 0")


DATABASE = incident("the database had no room").model_copy(
    update={"services": ("postgresql",), "ended": NOW, "id": "abcd2345"}
)


def homelab(raised: str = "") -> World:
    """A journal with one incident of a database, and those who raise at most one alert."""
    rules = RuleListing(items=(rule(raised),) if raised else ())
    return World(other={"grafana_get_alert_rules": rules})


def history(world: World) -> HandedOut:
    def answer(tool: str, arguments: Mapping[str, Any]) -> BaseModel | None:
        if tool != "memory_search_incidents":
            return world.answer(tool, arguments)
        words = str(arguments.get("words", "")).casefold()
        found = (DATABASE,) if words == "postgresql" else ()
        return IncidentMatches(items=found, total=len(found), words=words)

    return HandedOut(answer)


@pytest.mark.parametrize(
    "question",
    ["has PostgreSQL been down before?", "what helped last time PostgreSQL was slow?",
     "did PostgreSQL have such trouble before?", "was PostgreSQL full before?"],
)  # fmt: skip
async def test_a_product_is_looked_for_by_its_name_in_the_journal(question: str) -> None:
    text = await said(question, history(homelab()))
    assert text.startswith("**The journal has 1 incident of PostgreSQL, the last: the database had")


async def test_what_is_an_alert_is_not_looked_for_as_a_word() -> None:
    for question, world in (
        ("did the alert PostgreSQL happen before?", homelab()),
        ("has PostgreSQL happened before?", homelab(raised="PostgreSQL")),
        ("has PostgreSQL happened before?", World(alerts=(alert("PostgreSQL", NOW),))),
    ):
        text = await said(question, history(world))
        assert text.startswith("**The journal has no incident of PostgreSQL.**"), question


def test_a_product_is_never_told_as_an_alert_that_there_is_not() -> None:
    for question in ("is HomeAssistant up?", "PostgreSQL is down"):
        text = answer_now(question, homelab())
        assert text.startswith("**Nothing here is called `"), text
    text = answer_now("is JellyFin up?", homelab())
    assert "o alert" not in text.partition("\n")[0]
    assert "Nothing here is called" not in text
    text = answer_now("what does the alert PostgreSQL mean?", homelab())
    assert text.startswith("**No alert PostgreSQL is active**, and no rule is called so.")
