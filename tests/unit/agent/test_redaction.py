"""Secrets leave text before a model or a file sees it, and little else does."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from providers.endpoint import Endpoint, ProxmoxEndpoint
from sre_tui.agent import redaction
from sre_tui.agent.redaction import REDACTED, Redactor
from sre_tui.settings import LlmSettings, Settings

REDACTOR = Redactor()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password=swordfish", "swordfish"),
        ("next=%2Flogin%3Fpassword%3Dswordfish%26x", "swordfish"),
        ("body=%7B%22api_key%22%3A%20%22swordfish%22%7D", "swordfish"),
        ('{"db_password": "sword fish", "port": 5432}', "sword fish"),
        ("POSTGRES_PASSWORD: swordfish", "swordfish"),
        ("export API_KEY='swordfish'", "swordfish"),
        ("Authorization: Bearer abcDEF123456.xyz", "abcDEF123456"),
        ("authorization: basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("GET /x?api_key=swordfish&page=2", "swordfish"),
        ("mysql --password swordfish -h db", "swordfish"),
        ("rclone --token=swordfish", "swordfish"),
        ("https://bob:swordfish@nas.lan/share", "swordfish"),
        ("postgres://app:sw0rd@db:5432/app", "sw0rd"),
        ("PVEAPIToken=root@pam!mon=0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b"),
        ("PBSAPIToken=mon@pbs!t:0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b"),
        ("key 3-" + "a1" * 32, "a1a1"),
        ("ghp_" + "a" * 36, "aaaa"),
        ("glsa_" + "b" * 32, "bbbb"),
        ("sk-ant-" + "c" * 40, "cccc"),
        ("AKIAABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNOP"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "c2lnbmF0dXJl"),
        ("root:$6$saltsalt$" + "h" * 60 + ":19000", "hhhh"),
        ("PrivateKey = aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8=", "aGVsbG8"),
        ("hooks.slack.com/services/T000/B000/XXXXXXXX", "B000"),
        ("https://discord.com/api/webhooks/123456/abc-DEF_ghi", "abc-DEF_ghi"),
        ("bot 123456789:" + "d" * 35, "dddd"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----",
            "b3BlbnNzaA",
        ),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEcut", "MIIEcut"),
        ("SMTP_PASS=hunter2x", "hunter2x"),
        ("pass=hunter2x", "hunter2x"),
        ('{"pass": "hunter2x"}', "hunter2x"),
        ("smtp_pass: hunter2x", "hunter2x"),
        ("backup --pass hunter2x", "hunter2x"),
        ("backup --password 'sword fish'", "fish"),
        ("sshpass -p hunter2x ssh nas1", "hunter2x"),
        ("sshpass -phunter2x ssh nas1", "hunter2x"),
        ("curl -s -u admin:hunter2 http://nas1/", "hunter2"),
        ("curl --user 'admin:hunter2' http://nas1/", "hunter2"),
        (r"{\"token\":\"abcdefghij\"}", "abcdefghij"),
        (r"{\\\"token\\\": \\\"abc\\n defghij\\\"}", "defghij"),
        ('token = "12345"', "12345"),
        ("postgres://u:p@ss@h/db", "ss@"),
    ],
)
def test_secrets_are_taken_out(text: str, secret: str) -> None:
    clean = REDACTOR.text(text)
    assert secret not in clean
    assert REDACTED in clean
    assert REDACTOR.text(clean) == clean


@pytest.mark.parametrize(
    "text",
    [
        "Failed password for root from 10.0.0.1 port 22",
        "rate(token_count[5m]) > 3",
        "tokens: 300, prompt_tokens=1200",
        "token: 12",
        "secret_total 5",
        "the passwd command was run",
        "password: null",
        "no credentials: yes",
        "https://nas.lan:8443/share?page=2",
        'node_load1{instance="media:9100"}',
        "sdc: 24 errors, sk-1 is no key, E1-64",
        "disk 3-a1b2",
        "bearer of bad news",
        "PASS: test_disks",
        "pass 3 of 4, bypass=auto, compass=north",
        "pass=ok fail=0",
        "docker run -u app:staff image",
        "curl -u admin http://nas1:8080/",
        "http://nas1:8080/a@b",
        'token = "12"',
    ],
)
def test_other_text_stays(text: str) -> None:
    assert REDACTOR.text(text) == text


@given(st.data())
@settings(max_examples=40)
def test_whatever_a_shape_matches_holds_one_of_its_hints(data: st.DataObject) -> None:
    for shape in redaction.SHAPES:
        text = data.draw(st.from_regex(shape.pattern))
        found = shape.pattern.search(text)
        assert found is not None
        assert any(hint in found.group().casefold() for hint in shape.hints)


def test_secrets_of_the_settings_are_known_by_value() -> None:
    settings = Settings(
        loki=(
            Endpoint(
                url="http://loki:3100",
                token=SecretStr("plain words here"),
                password=SecretStr("p/ss word"),
                headers={"X-Key": SecretStr("headervalue")},
            ),
        ),
        llm=LlmSettings(api_key=SecretStr("unusual=key")),
    )
    redactor = Redactor.of(settings)
    text = "plain words here, p%2Fss%20word, headervalue, unusual=key"
    assert redactor.text(text) == ", ".join([REDACTED] * 4)


def test_documents_are_redacted_by_key_and_by_text() -> None:
    document = {
        "token": "abc",
        "labels": {"password": "x1", "host": "nas1"},
        "lines": ["password=foo", "fine"],
        "count": 3,
        "token_count": "7",
    }
    assert REDACTOR.value(document) == {
        "token": REDACTED,
        "labels": {"password": REDACTED, "host": "nas1"},
        "lines": [f"password={REDACTED}", "fine"],
        "count": 3,
        "token_count": "7",
    }


def test_what_stands_around_a_secret_stays() -> None:
    assert REDACTOR.text("postgres://u:p@ss@h/db") == f"postgres://u:{REDACTED}@h/db"
    assert REDACTOR.text(r"{\"token\":\"abcdefghij\",\"n\":1}") == (
        rf"{{\"token\":\"{REDACTED}\",\"n\":1}}"
    )
    assert REDACTOR.text("sshpass -p hunter2x ssh nas1") == f"sshpass -p {REDACTED} ssh nas1"
    assert REDACTOR.text("so `password=hunter2x` is") == f"so `password={REDACTED}` is"
    assert REDACTOR.text("its token: `sword fish`.") == f"its token: `{REDACTED}`."
    assert REDACTOR.text("password=sword`fish") == f"password={REDACTED}"


# In quadratic time each of these would take from minutes to hours.
@pytest.mark.parametrize(
    "piece",
    [
        "eyJa-",
        "eyJaaaaaaaa",
        "eyJaaaaaaaa.",
        "-----BEGIN A ",
        "-----BEGIN PRIVATE KEY-----",
        "-----END A ",
        "A ",
        "--a",
        "--token",
        "--token ",
        "a-",
        "a.",
        "://",
        "://a:",
        "://a:b@",
        "a@",
        "PVEAPIToken=a",
        "discord.com/api/webhooks/1",
        "hooks.slack.com/services/",
        "bearer ",
        "basic\t",
        "sk-a",
        "ghp_",
        "$6$a",
        "1234567890:",
        "1-a",
        "AKIA",
        "AIza",
        "token=",
        "token ",
        "token:\n",
        'token="',
        "token='a",
        'token\\":\\"a',
        "\\",
        "pass",
        "_pass=",
        "sshpass -p ",
        "curl -u a",
        " -u a:b",
        "--user=",
        " ",
        "\n",
    ],
)
@pytest.mark.parametrize("head", ["", 'token="', "://a:"])
def test_hostile_text_takes_linear_time(piece: str, head: str) -> None:
    text = head + piece * (50_000 // len(piece))
    once = REDACTOR.text(text)
    assert REDACTOR.text(once) == once


def test_much_ordinary_text_stays() -> None:
    line = "Nov 22 14:02:05 nas1 smartd[812]: Device: /dev/sdc [SAT], 24 pending sectors\n"
    text = line * 14_000
    assert REDACTOR.text(text) == text


@given(st.text(max_size=200))
def test_twice_is_once(text: str) -> None:
    once = REDACTOR.text(text)
    assert REDACTOR.text(once) == once


WORD = st.text(alphabet="abcdefghijkmnopqrstuvwxyzABCDEFGH23456789", min_size=8, max_size=30)


@given(WORD, WORD, st.sampled_from(["password=", "api_key: ", '"token": "', "--secret "]))
def test_no_assigned_secret_survives(before: str, secret: str, key: str) -> None:
    text = f"{before} {key}{secret}"
    assert REDACTOR.text(text).endswith(REDACTED)


@given(st.text(max_size=100), st.text(min_size=6, max_size=30), st.text(max_size=100))
def test_no_known_secret_survives(before: str, secret: str, behind: str) -> None:
    redacted = Redactor([secret]).text(f"{before}{secret}{behind}")
    assert secret not in redacted.replace(REDACTED, "\0") or secret in REDACTED


@pytest.mark.parametrize(
    ("url", "text", "shown"),
    [
        (
            "postgresql://sre:gehe%40im77@db/sre",
            "gehe%40im77 or gehe@im77",
            f"{REDACTED} or {REDACTED}",
        ),
        ("postgresql://postgres:postgres@db/sre", "postgres is down", "postgres is down"),
        ("postgresql://[", "postgres is down", "postgres is down"),
        ("sqlite:////srv/memory.db", "memory.db is here", "memory.db is here"),
    ],
)
def test_the_password_of_the_memory_is_known_by_value(url: str, text: str, shown: str) -> None:
    settings = Settings.model_validate({"memory": {"url": url}})
    assert Redactor.of(settings).text(text) == shown


LINES = st.sampled_from(
    [
        "disk sdc of nas1 failed",
        "password:",
        "  swordfish",
        "token = swordfish",
        "-----BEGIN RSA PRIVATE KEY-----",
        "MIIEowIBAAKCAQEA",
        "-----END RSA PRIVATE KEY-----",
        "Authorization: Bearer",
        "abcDEF123456.xyz",
        "mysql --password",
        "curl -u",
        "admin:hunter2",
        "sshpass -p",
        "",
        '"',
    ]
)


@given(st.lists(LINES, max_size=30).map("\n".join))
def test_a_long_text_is_redacted_in_pieces_as_it_is_in_one(text: str) -> None:
    whole = REDACTOR.text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redaction, "_PIECE", 1)
        assert REDACTOR.text(text) == whole


def test_a_long_text_is_searched_a_piece_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    search = redaction._without_shapes

    def noted(text: str) -> str:
        sizes.append(len(text))
        return search(text)

    monkeypatch.setattr(redaction, "_without_shapes", noted)
    line = "nfs: server nas1 not responding, token=swordfish given\n"
    assert "swordfish" not in REDACTOR.text(line * 20_000)
    assert max(sizes) < 40_000


UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    "written",
    [
        UUID,
        UUID.upper(),
        UUID.encode().hex(),
        b64encode(UUID.encode()).decode(),
        b64encode(f"sre@pve!tui={UUID}".encode()).decode(),
        b64encode(f"x {UUID} y".encode()).decode(),
        "".join(f"%{byte:02X}" for byte in UUID.encode()),
    ],
)
def test_half_a_token_is_known_in_every_spelling(written: str) -> None:
    token = SecretStr(f"sre@pve!tui={UUID}")
    settings = Settings(proxmox=(ProxmoxEndpoint(url="https://pve1:8006", token=token),))
    shown = Redactor.of(settings).text(f"seen {written} here")
    assert written[4:-4] not in shown
    assert REDACTED in shown
    assert shown.startswith("seen ")
    assert shown.endswith(" here")


def test_secrets_within_base64_go_with_it() -> None:
    inner = b64encode(b"db password=swordfish now")
    assert REDACTOR.text(f"body {inner.decode()} end") == f"body {REDACTED} end"
    assert REDACTOR.text(b64encode(inner).decode()) == REDACTED


def test_base64_without_secrets_and_what_looks_like_it_stays() -> None:
    harmless = b64encode(b"nothing to see here, move on").decode()
    for text in (harmless, "/usr/lib/python3/dist-packages/requests", "a" * 40, "d2f1" * 16):
        assert REDACTOR.text(text) == text


def test_keys_of_documents_hold_no_secret() -> None:
    known = Redactor(["swordfish-key"])
    assert known.value({"swordfish-key": 1}) == {REDACTED: 1}
