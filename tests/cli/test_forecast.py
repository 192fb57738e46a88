"""`sre forecast` over the demo: documents, filters, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.cli.running import Sre

Breaking = Callable[..., AbstractContextManager[None]]


def test_the_table_says_what_is_full_when(sre: Sre) -> None:
    done = sre("forecast", "tank")
    assert done.code == 0, done.err
    assert "Outlook" in done.lines[0]
    assert "tank on nas1" in done.lines[1]
    assert "full in" in done.lines[1]


def test_the_document_has_subjects_and_base_units(sre: Sre) -> None:
    done = sre("forecast", "--kind", "pool", "--json")
    assert done.code == 0, done.err
    items = json.loads(done.out)["data"]["items"]
    tank = next(each for each in items if each["subject"]["name"] == "nas1/tank")
    assert tank["subject"]["kind"] == "pool"
    assert tank["used"] < tank["size"]
    assert tank["earliest"] <= tank["full_at"] <= tank["latest"]
    assert tank["full_at"].endswith("Z")
    assert {each["kind"] for each in items} == {"pool"}


def test_certificates_are_dates_and_names_are_corrected(sre: Sre) -> None:
    done = sre("forecast", "--kind", "certificate", "--json")
    items = json.loads(done.out)["data"]["items"]
    assert items
    assert {each["outlook"] for each in items} <= {"expires", "expired"}
    wrong = sre("forecast", "tnak")
    assert wrong.code == 2
    assert "did you mean tank" in wrong.err
    assert sre("forecast", "--kind", "car").code == 2


def test_a_dead_prometheus_is_said(sre: Sre, broken: Breaking) -> None:
    with broken("refuse", "prometheus"):
        done = sre("forecast", "--json")
    assert done.code == 5
    assert json.loads(done.out)["state"] == "partial"
    assert "prometheus:main" in done.err


def test_without_backends_it_says_what_is_needed(bare: Sre) -> None:
    done = bare("forecast")
    assert done.code == 2
    assert "PROMETHEUS_URL" in done.err
