"""`sre alerts show` and `sre dashboards show`: one thing by its name, and what if there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sre_tui.tools.alert_detail import AlertDetail
from sre_tui.tools.result import ToolResult
from tests.cli.running import Sre


def test_an_alert_is_shown_with_all_that_is_known(sre: Sre) -> None:
    done = sre("alerts", "show", "smartdiskfailing")
    assert (done.code, done.err) == (0, "")
    told = {line.partition("  ")[0]: line.partition("  ")[2].strip() for line in done.lines}
    assert told["Alert"] == "SmartDiskFailing"
    assert told["Host"] == "nas1"
    assert told["Query"] == "smartctl_device_smart_status == 0"
    assert told["Condition"] == "C: A = 0"
    assert told["For"] == "1 min"
    assert told["device"] == "sdc"
    assert told["Summary"] == "SMART says sdc on nas1 is failing"
    assert "sre runbooks show disk-smart-warning" in told["disk-smart-warning"]
    assert sre("runbooks", "show", "disk-smart-warning").code == 0


def test_its_document_fits_its_schema(sre: Sre) -> None:
    done = sre("alerts", "show", "SmartDiskFailing", "--json")
    schema = ToolResult[AlertDetail].model_json_schema(mode="serialization")
    Draft202012Validator(schema).validate(done.document)
    assert done.document["data"]["alert"]["host"] == "nas1"
    assert done.document["data"]["runbooks"][0]["id"] == "disk-smart-warning"
    fingerprint = done.document["data"]["alert"]["fingerprint"]
    assert sre("alerts", "show", fingerprint, "--json").document["data"] == done.document["data"]


def test_several_instances_are_listed_to_choose_from(sre: Sre) -> None:
    several = sre("alerts", "show", "HostHighIoWait")
    assert (several.code, several.out) == (2, "")
    assert "choose one by --host or its fingerprint" in several.err
    fingerprint, host = several.err.splitlines()[1].split()[:2]
    assert f"Host {host}" in " ".join(sre("alerts", "show", fingerprint).out.split())
    chosen = sre("alerts", "show", "HostHighIoWait", "--host", host)
    assert (chosen.code, fingerprint in chosen.out) == (0, True)


def test_a_rule_that_does_not_fire_is_shown_too(sre: Sre) -> None:
    done = sre("alerts", "show", "HostOomKillDetected")
    assert done.code == 0
    assert "✓ inactive" in done.out


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_unknown_names_suggest_the_nearest(sre: Sre, form: list[str]) -> None:
    done = sre("alerts", "show", "SmartDiskFaling", *form)
    assert (done.code, done.out) == (2, "")
    assert "SmartDiskFailing" in done.err
    done = sre("dashboards", "show", "homelab-zsf", *form)
    assert (done.code, done.out) == (2, "")
    assert "uid homelab-zfs" in done.err


def test_what_could_not_be_read_is_told_before_nothing_is_found(
    sre: Sre, broken: Callable[..., Any]
) -> None:
    with broken("503", "grafana"):
        done = sre("alerts", "show", "NoSuchThing")
    assert done.code == 2
    assert done.err.startswith("warning: grafana:main unreachable")


def test_a_narrow_terminal_wraps_and_shows_all(sre: Sre) -> None:
    with sre.terminal("alerts", "show", "DiskLatencyHigh", columns=80) as terminal:
        code, text = terminal.wait()
    assert code == 0
    assert "…" not in text
    assert "Fingerprint" in text


def test_a_dashboard_is_shown_by_uid_or_the_title_of_exactly_one(sre: Sre) -> None:
    by_uid = sre("dashboards", "show", "homelab-zfs")
    assert sre("dashboards", "show", "zfs AND disks").out == by_uid.out
    assert sre("dashboards", "show", "zfs").out == by_uid.out
    several = sre("dashboards", "show", "o", "--json")
    assert (several.code, several.out) == (2, "")
    assert several.error["code"] == "not_found"
    assert (
        "is in several titles: Homelab overview (uid homelab-overview)" in several.error["message"]
    )


def test_dashboards_list_is_search_without_a_text(sre: Sre) -> None:
    assert sre("dashboards", "list").out == sre("dashboards", "search").out == sre("dashboards").out
    assert sre("dashboards", "list", "zfs", "--fields", "uid").lines == ["Uid", "homelab-zfs"]


def test_without_a_backend_it_says_which_setting_enables_it(bare: Sre) -> None:
    done = bare("alerts", "show", "Anything", "--json")
    assert (done.code, done.error["code"]) == (2, "not_configured")
    assert "sre --demo alerts show Anything" in done.error["hint"]


def test_a_guest_is_named_before_its_properties(sre: Sre) -> None:
    done = sre("guests", "show", "immich")
    assert done.lines[0] == "immich (108), VM on pve3, running"
    begun = sre("guests", "show", "immi")
    assert begun.lines[0] == done.lines[0]
    assert "no guest is called 'immi': immich (108) is shown" in begun.err
    other = sre("guests", "show", "jellyfin")
    assert (other.code, other.out) == (2, "")
