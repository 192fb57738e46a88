"""What is wrong is told in a line with the name and the file that it was written in."""

from pathlib import Path

import pytest

from sre_tui.settings import SettingsError
from sre_tui.settings.layers import Layer
from sre_tui.settings.load import load_with_origins
from sre_tui.settings.misspelt import misspelt

from .conftest import Place


def test_a_missing_secret_file_is_named(place: Place) -> None:
    place.variables = {"LLM_API_KEY_FILE": "/nonexistent/key"}
    (line,) = place.problems()
    assert "LLM_API_KEY_FILE" in line
    assert "/nonexistent/key" in line


def test_every_mistake_is_reported_under_the_name_that_was_written(place: Place) -> None:
    place.write('homelab_nam = "x"\n[[loki]]\nurl = "loki:3100"\n[llm]\nmodle = "x"\n')
    place.variables = {"PROMETHEUS_URL": "ftp://x", "LLM_MAX_TURNS": "many"}
    problems = "\n".join(place.problems())
    assert "PROMETHEUS_URL: the address must look like" in problems
    assert "LLM_MAX_TURNS" in problems
    assert "did you mean homelab_name?" in problems
    assert "did you mean model?" in problems
    assert f"{place.folders.config_file}: loki.0.url" in problems


def test_secrets_do_not_appear_in_error_messages(place: Place) -> None:
    place.write('[[grafana]]\nurl = "http://g"\ntoken = 12345678\n')
    assert "12345678" not in "\n".join(place.problems())


def test_broken_toml_names_file_and_line(place: Place) -> None:
    place.write("[llm\nmodel = 1\n")
    (line,) = place.problems()
    assert str(place.folders.config_file) in line
    assert "line 1" in line


def test_two_instances_of_the_same_name_are_refused(place: Place) -> None:
    place.write('[[loki]]\nurl = "http://a"\n[[loki]]\nurl = "http://b"\n')
    assert "two instances are called 'main'" in place.problems()[0]


def test_passwords_in_an_address_are_refused(place: Place) -> None:
    place.variables = {"LOKI_URL": "http://user:pass@loki:3100"}
    assert "own settings" in place.problems()[0]
    assert "user:pass" not in place.problems()[0]


@pytest.mark.parametrize(
    ("text", "variable", "name"),
    [
        ('llm = "x"', "LLM_MODEL", "llm"),
        ('grafana = "http://x"', "GRAFANA_TOKEN", "grafana"),
        ('grafana = ["http://x"]', "GRAFANA_TOKEN", "grafana"),
        ('grafana = ["http://x", {}]', "GRAFANA_TOKEN", "grafana"),
        ("docs = 3", "EXTRA_DOCS_DIRS", "docs"),
        ("docs = [{}]", "EXTRA_DOCS_DIRS", "docs"),
    ],
)
def test_a_setting_where_a_table_belongs_is_named(
    place: Place, text: str, variable: str, name: str
) -> None:
    place.write(text)
    place.variables = {variable: "/anything"}
    assert place.problems() == [f"{place.folders.config_file}: {name} must be a table [{name}]"]


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("http://user:pass@llm:8000/v1", "own settings"),
        ("ftp://llm", "must look like"),
        ("llm:8000", "http://"),
    ],
)
def test_a_wrong_address_of_a_model_is_refused(place: Place, address: str, word: str) -> None:
    place.variables = {"LLM_BASE_URL": address}
    (line,) = place.problems()
    assert line.startswith("LLM_BASE_URL: ")
    assert word in line
    assert "user:pass" not in line
    place.variables = {}
    place.write(f'[llm]\nbase_url = "{address}"\n')
    (line,) = place.problems()
    assert line.startswith(f"{place.folders.config_file}: llm.base_url: ")


def test_a_settings_file_that_was_named_must_exist(place: Place) -> None:
    place.variables = {"SRE_CONFIG": "/nonexistent/config.toml"}
    assert place.problems() == ["the settings file /nonexistent/config.toml does not exist"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[checks.pool-fill]\ntriger = 0.9\n", "did you mean trigger?"),
        ('[checks.pool-fill.subjects."nas1/tank"]\ndelai = 5\n', "did you mean delay?"),
        ("[checks.pool-fill.subjects.tank]\nsubjects = 5\n", "there is no such setting"),
        ('[checks.pool-fill]\ntrigger = "high"\n', "valid number"),
        ("[checks.pool-fill]\ntrigger = nan\n", "finite number"),
        ("[checks.pool-fill]\ndelay = -1\n", "greater than or equal to 0"),
        ('[llm.providers.openai]\napi_kay = "x"\n', "did you mean api_key?"),
    ],
)
def test_mistakes_in_named_tables_are_told_with_the_file(
    place: Place, text: str, told: str
) -> None:
    place.write(text)
    (line,) = place.problems()
    assert line.startswith(str(place.folders.config_file))
    assert told in line


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PROMETHEUS_TIMOUT", "PROMETHEUS_TIMEOUT"),
        ("LOKI_ULR", "LOKI_URL"),
        ("TRUENAS_APIKEY_FILE", "TRUENAS_API_KEY_FILE"),
        ("llm_model", "LLM_MODEL"),
        *(("PROMETHEUS_URL", ""), ("LOKI_TOKEN_FILE", ""), ("SRE_CONFIG", "")),
        # other programs have such variables
        *(("GRAFANA_ADMIN_PASSWORD", ""), ("PBS_REPOSITORY", ""), ("LOKI_SERVICE_HOST", "")),
        *(("GRAFANA_PORT_3000_TCP", ""), ("LOKI_VERSION", ""), ("PATH", "")),
    ],
)
def test_a_misspelt_variable_is_told_with_the_one_that_was_meant(name: str, meant: str) -> None:
    said = f"{name} stands for no setting; did you mean {meant}?"
    assert misspelt([Layer({name: "x"})]) == ((said,) if meant else ())


def test_a_misspelt_variable_of_a_file_is_told_with_the_file() -> None:
    (said,) = misspelt([Layer({"LLM_PROVDER": "x"}, Path("/etc/sre/.env"))])
    assert said.startswith("LLM_PROVDER in /etc/sre/.env stands for no setting;")


def test_files_that_cannot_be_read_are_told_without_numbers_and_codecs(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.folders.config_file.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"config\.toml cannot be read: it is not UTF-8$"):
        place.load()
    place.folders.config_file.unlink()
    place.folders.config_file.mkdir()
    with pytest.raises(SettingsError, match=r"config\.toml cannot be read: Is a directory$"):
        place.load()
    place.folders.config_file.rmdir()
    (place.folders.config / ".env").write_bytes(b"LOKI_URL=\xff")
    with pytest.raises(SettingsError, match=r"\.env cannot be read: it is not UTF-8$"):
        place.load()


def test_a_file_for_the_config_folder_stops_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.folders.config.rmdir()
    place.folders.config.write_text("a file")
    place.variables = {"LOKI_URL": "http://127.0.0.1:9"}
    loaded = load_with_origins(place.environment())
    assert loaded.settings.configured == {"loki"}
    assert [line.partition(":")[0] for line in loaded.warnings] == ["no settings file is read"]
