"""Settings of mail and of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from sre_tui.agent.redaction import REDACTED, Redactor
from sre_tui.settings import SettingsError
from sre_tui.settings.load import load_with_origins
from sre_tui.settings.mailing import mail_in_words, mail_remarks, mailing_of

from .conftest import Place

HOST = {"SMTP_HOST": "smtp.home.arpa"}
LOGIN = {"SMTP_USERNAME": "sre@home.arpa", "SMTP_PASSWORD": "hunter22"}


def refusal(place: Place, **variables: str) -> str:
    """The one line that whoever uses the section is told."""
    place.variables = variables
    settings = place.load()
    with pytest.raises(SettingsError) as caught:
        _ = (settings.report.days, settings.mail and settings.mail.host)
    (line,) = caught.value.problems
    return line


def test_without_any_a_report_has_defaults_and_mail_is_not_set_up(place: Place) -> None:
    settings = place.load()
    report = settings.report
    assert settings.mail is None
    assert (report.days, report.schedule, report.timezone) == (7, "0 7 * * 1", None)
    assert (report.recipients, report.availability, report.keep) == ((), 0.995, 104)
    assert mail_in_words(settings).startswith("not set up: SMTP_HOST")
    with pytest.raises(SettingsError) as caught:
        mailing_of(settings)
    assert [line.rpartition(" ")[2] for line in caught.value.problems] == [
        "SMTP_HOST", "sre@home.arpa", "REPORT_RECIPIENT_EMAIL",
    ]  # fmt: skip


def test_variables_and_the_file_say_where_mail_goes(place: Place) -> None:
    place.write(
        '[report]\nrecipients = "a@b.c, Ä <ä@bücher.example>"\ntimezone = "Europe/Berlin"\n'
    )
    place.variables = {**HOST, **LOGIN, "REPORT_LOOKBACK_DAYS": "30", "REPORT_LLM": "false"}
    settings = place.load()
    mailing = mailing_of(settings)
    assert mailing.server.name == "smtp.home.arpa:587"
    assert mailing.sender == "sre@home.arpa"
    assert mailing.recipients == ("a@b.c", "Ä <ä@xn--bcher-kva.example>")
    assert (settings.report.days, settings.report.llm) == (30, False)
    place.variables["REPORT_RECIPIENT_EMAIL"] = "x@y, ,X@Y; z@y"
    assert place.load().report.recipients == ("x@y", "z@y")


@pytest.mark.parametrize(
    ("variables", "port", "protection"),
    [
        ({}, 587, "starttls"),
        ({"SMTP_PORT": "465"}, 465, "tls"),
        ({"SMTP_PORT": "25"}, 25, "starttls"),
        ({"SMTP_SECURITY": "tls"}, 465, "tls"),
        ({"SMTP_SECURITY": "none"}, 25, "none"),
        ({"SMTP_SECURITY": "none", "SMTP_PORT": "465"}, 465, "none"),
        ({"SMTP_HOST": "localhost"}, 25, "none"),
        ({"SMTP_HOST": "[::1]", "SMTP_PORT": "2525"}, 2525, "none"),
        ({"SMTP_HOST": "127.0.0.1", **LOGIN}, 587, "starttls"),
        ({"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "25", **LOGIN}, 25, "starttls"),
    ],
)
def test_port_and_security_follow_from_each_other(
    place: Place, variables: dict[str, str], port: int, protection: str
) -> None:
    place.variables = {**HOST, **variables}
    server = place.load().mail
    assert server is not None
    assert (server.address[1], server.protection) == (port, protection)
    assert server.remark == ""


def test_a_password_that_others_can_read_is_told(place: Place) -> None:
    place.variables = {**HOST, **LOGIN, "SMTP_SECURITY": "none", "REPORT_RECIPIENT_EMAIL": "a@b"}
    (line,) = mail_remarks(place.load())
    assert "smtp.home.arpa:25 is sent unencrypted" in line
    assert "hunter22" not in line
    place.variables["SMTP_HOST"] = "127.0.0.1"
    assert list(mail_remarks(place.load())) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SMTP_HOST", "smtp://smtp.home", "write the host alone"),
        ("SMTP_HOST", "smtp.home:587", "neither a scheme nor a port"),
        ("SMTP_HOST", "smtp home", "not a valid host name"),
        ("SMTP_HOST", "10.0.0.300", "not a valid host name"),
        ("SMTP_PORT", "0", "greater than or equal to 1"),
        ("SMTP_PORT", "tcp://172.17.0.2:25", "valid integer"),
        ("SMTP_SECURITY", "ssl", "'starttls', 'tls' or 'none'"),
        ("SMTP_FROM", "homelab", "'homelab' is no mail address: write it as name@host"),
        ("SMTP_FROM", "a@b\r\nBcc: c@d", "a line break"),
        ("SMTP_TIMEOUT", "0", "greater than 0"),
        ("SMTP_USERNAME", "me", "there is no password"),
        ("REPORT_RECIPIENT_EMAIL", "a@b, @c", "'@c' is no mail address"),
        ("REPORT_RECIPIENT_EMAIL", "a@b c", "'b c' is no host name"),
        ("REPORT_RECIPIENT_EMAIL", f"{'a' * 65}@b", "too long"),
        ("REPORT_LOOKBACK_DAYS", "0", "greater than or equal to 1"),
        ("REPORT_SCHEDULE_CRON", "weekly", "five fields"),
        ("REPORT_SCHEDULE_CRON", "60 7 * * 1", "'60' is no minute of a cron expression"),
        ("REPORT_SCHEDULE_CRON", "0 7 * * mo", "'mo' is no day of week"),
        ("REPORT_SCHEDULE_CRON", "0 7 * * 5-1", "runs backwards"),
        ("REPORT_SCHEDULE_CRON", "*/0 7 * * 1", "a step is 1 or more"),
        ("REPORT_SCHEDULE_CRON", "5/10 7 * * 1", "a step wants a range"),
        ("REPORT_SCHEDULE_CRON", "0 7 * * 1,", "'' is no day of week"),
        ("REPORT_TIMEZONE", "Europe/Berln", "did you mean Europe/Berlin?"),
        ("REPORT_TIMEZONE", "Europe", "no such time zone"),
        ("REPORT_TIMEZONE", "../../etc/passwd", "no such time zone"),
        ("REPORT_AVAILABILITY", "99.5", "less than 1"),
        ("REPORT_KEEP", "0", "greater than or equal to 1"),
    ],
)
def test_a_mistake_is_told_by_its_own_section_in_a_line(
    place: Place, name: str, value: str, said: str
) -> None:
    line = refusal(place, **{**HOST, name: value})
    assert name in line
    assert said in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "cron", ["*/15 0-6/2,22 1,15 jan-mar sun", "0 7 * * 7", "59 23 31 12 mon-fri"]
)
def test_cron_expressions_that_are_some(place: Place, cron: str) -> None:
    place.variables = {"REPORT_SCHEDULE_CRON": f" {cron.upper()} "}
    assert place.load().report.schedule == cron


def test_a_mistake_costs_nothing_else(place: Place) -> None:
    place.variables = {"LOKI_URL": "http://l", "SMTP_HOST": "a b", "SMTP_PASSWORD_FILE": "/none/x"}
    loaded = load_with_origins(place.environment())
    assert loaded.settings.configured == {"loki"}
    assert loaded.settings.report.days == 7
    assert Redactor.of(loaded.settings)
    assert loaded.mistakes == (
        "SMTP_PASSWORD_FILE: /none/x cannot be read: No such file or directory",
    )
    place.variables["LOKI_URL"] = "loki"
    assert [line.partition(":")[0] for line in place.problems()] == [
        "SMTP_PASSWORD_FILE", "LOKI_URL",
    ]  # fmt: skip


def test_mistakes_in_the_file_name_it(place: Place) -> None:
    place.write("[mail]\nport = 25\n[report]\nday = 3\n")
    mistakes = load_with_origins(place.environment()).mistakes
    assert [line.partition(":")[0] for line in mistakes] == [str(place.folders.config_file)] * 2
    assert "Field required" in mistakes[0]
    assert "did you mean days?" in mistakes[1]
    place.write('[mail]\nhost = "a"\nusername = "u"\n')
    (line,) = load_with_origins(place.environment()).mistakes
    assert line.startswith(f"{place.folders.config_file}: mail: a login takes username (SMTP_USER")
    for text in ("mail = 3\n", "report = [1]\n"):
        place.write(text)
        place.variables = {"SMTP_PORT": "3", "REPORT_LOOKBACK_DAYS": "3"}
        assert len(load_with_origins(place.environment()).mistakes) == 1, text


def test_a_host_in_the_environment_gets_nothing_that_was_meant_for_another(place: Place) -> None:
    place.write('[mail]\nhost = "a"\nusername = "u"\npassword = "secret"\nport = 2525\n')
    place.variables = HOST
    server = place.load().mail
    assert server is not None
    assert (server.name, server.username, server.password) == ("smtp.home.arpa:587", None, None)


def test_a_password_alone_sets_nothing_up(place: Place) -> None:
    place.variables = LOGIN
    assert place.load().mail is None
    place.write('[mail]\nhost = "a"\n')
    server = place.load().mail
    assert server is not None
    assert server.password is not None
    assert Redactor.of(place.load()).text("said hunter22") == f"said {REDACTED}"


def test_a_folder_does_not_say_where_reports_of_the_operator_go(place: Place) -> None:
    dotenv = place.working / ".env"
    dotenv.write_text(
        "SMTP_PORT=2525\nSMTP_SECURITY=none\nSMTP_USERNAME=u\nSMTP_PASSWORD=p\n"
        "REPORT_RECIPIENT_EMAIL=stranger@evil\nREPORT_LOOKBACK_DAYS=3\n"
    )
    place.variables = HOST
    loaded = load_with_origins(place.environment())
    server = loaded.settings.mail
    assert server is not None
    assert (server.name, server.protection) == ("smtp.home.arpa:587", "starttls")
    assert (server.username, loaded.settings.report.recipients) == (None, ())
    assert loaded.settings.report.days == 3
    assert sorted(line.split()[0] for line in loaded.warnings) == [
        "REPORT_RECIPIENT_EMAIL", "SMTP_PASSWORD", "SMTP_PORT", "SMTP_SECURITY", "SMTP_USERNAME",
    ]  # fmt: skip
    assert any("is not for a folder's .env to say" in line for line in loaded.warnings)
    place.variables = {}
    assert place.load().report.recipients == ("stranger@evil",), "nothing is sent without a server"


def test_a_host_of_a_folder_goes_with_what_the_folder_says_only(place: Place) -> None:
    (place.working / ".env").write_text("SMTP_HOST=h\nREPORT_RECIPIENT_EMAIL=a@b\nSMTP_PORT=26\n")
    place.variables = LOGIN
    loaded = load_with_origins(place.environment())
    server = loaded.settings.mail
    assert server is not None
    assert (server.name, server.password) == ("h:26", None)
    assert loaded.settings.report.recipients == ("a@b",)
    assert len(loaded.warnings) == 2


def test_the_example_has_every_variable_right(place: Place) -> None:
    example = Path(__file__).parents[3] / ".env.example"
    lines = [line.removeprefix("#") for line in example.read_text().splitlines()]
    (place.folders.config / ".env").write_text(
        "\n".join(line for line in lines if line.startswith(("SMTP_", "REPORT_")))
    )
    settings = place.load()
    assert settings.mail is not None
    assert settings.mail.name == "smtp.home.arpa:587"
    assert settings.report.schedule == "0 7 * * 1"
