"""What systemd and cron are given."""

import configparser

from sre_tui.schedule.units import crontab_line, systemd_unit


def test_a_unit_runs_the_command_and_starts_it_again() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(
        systemd_unit(["/opt/my apps/sre", "schedule", "run"], {"SRE_CONFIG": "/etc/100%/sre.toml"})
    )
    service = unit["Service"]
    assert service["ExecStart"] == '"/opt/my apps/sre" schedule run'
    assert service["Environment"] == '"SRE_CONFIG=/etc/100%%/sre.toml"'
    assert service["Restart"] == "on-failure"
    # Wrong settings do not mend themselves.
    assert service["RestartPreventExitStatus"] == "2"
    assert unit["Install"]["WantedBy"] == "default.target"


def test_a_line_for_cron_keeps_words_together_and_its_zone() -> None:
    line = crontab_line("0 7 * * 1", "Europe/Berlin", ["/opt/my apps/sre", "report", "--email"])
    assert line == "CRON_TZ=Europe/Berlin\n0 7 * * 1 '/opt/my apps/sre' report --email\n"


def test_a_percent_sign_ends_no_command_of_cron() -> None:
    assert r"\%" in crontab_line("0 7 * * 1", None, ["/srv/50%/sre", "report"])
