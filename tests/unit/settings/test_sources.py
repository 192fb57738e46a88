"""Where settings come from, what goes before what, and what is remembered of it."""

from pathlib import Path

import pytest

from sre_tui.settings import BACKENDS, Settings
from sre_tui.settings.load import load_with_origins
from sre_tui.settings.template import TEMPLATE

from .conftest import Place


def test_without_anything_there_is_no_backend_and_no_model(place: Place) -> None:
    settings = place.load()
    assert settings.configured == frozenset()
    assert settings.llm.provider is None


def test_flags_go_before_environment_before_dotenv_before_file(place: Place) -> None:
    place.write('[llm]\nmodel = "from-file"\nprovider = "from-file"\nmax_turns = 3\ntimeout = 7\n')
    (place.working / ".env").write_text("LLM_MODEL=from-dotenv\nLLM_PROVIDER=x\nLLM_MAX_TURNS=4\n")
    place.variables = {"LLM_MODEL": "from-environment", "LLM_PROVIDER": "from-environment"}
    llm = place.load(llm__model="from-flag").llm
    assert (llm.model, llm.provider, llm.max_turns, llm.timeout) == (
        "from-flag",
        "from-environment",
        4,
        7.0,
    )


def test_an_address_in_the_environment_replaces_the_configured_instances(place: Place) -> None:
    place.write(
        '[[prometheus]]\nname = "a"\nurl = "http://a:9090"\npassword = "secret"\n'
        '[[prometheus]]\nname = "b"\nurl = "http://b:9090"\n'
    )
    place.variables = {"PROMETHEUS_URL": "http://127.0.0.1:1"}
    (only,) = place.load().prometheus
    assert (only.url, only.name) == ("http://127.0.0.1:1", "main")
    assert only.password is None, "a secret must not go to another address"


def test_a_token_in_the_environment_completes_the_configured_instance(place: Place) -> None:
    place.write('[grafana]\nurl = "http://g:3000"\n')
    place.variables = {"GRAFANA_SERVICE_ACCOUNT_TOKEN": "glsa_x"}
    (only,) = place.load().grafana
    assert only.token is not None
    assert only.token.get_secret_value() == "glsa_x"


def test_a_secret_can_come_from_a_file(place: Place, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("glsa_file\n")
    place.variables = {
        "GRAFANA_URL": "http://g:3000",
        "GRAFANA_SERVICE_ACCOUNT_TOKEN_FILE": str(tmp_path / "token"),
    }
    token = place.load().grafana[0].token
    assert token is not None
    assert token.get_secret_value() == "glsa_file"


def test_provider_variables_count_only_for_their_provider(place: Place) -> None:
    place.variables = {
        "LLM_PROVIDER": "openai",
        "OPENAI_API_KEY": "sk-openai",
        "ANTHROPIC_API_KEY": "sk-ant",
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "OPENAI_MODEL": "ignored",
        "LLM_MODEL": "openai/anything",
    }
    llm = place.load().llm
    assert llm.api_key is not None
    assert llm.api_key.get_secret_value() == "sk-openai"
    assert (llm.base_url, llm.model) == ("http://127.0.0.1:1/v1", "openai/anything")


def test_the_written_template_is_valid_with_every_setting_switched_on(place: Place) -> None:
    place.write(TEMPLATE)
    assert place.load() == Settings()
    lines = [
        line[1:] if line.startswith("#") and line[1:2] not in (" ", "") else line
        for line in TEMPLATE.splitlines()
    ]
    place.write("\n".join(lines).replace('fingerprint = ""', f'fingerprint = "{"a" * 64}"'))
    settings = place.load()
    assert settings.configured == set(BACKENDS)
    assert settings.llm.provider == "ollama"


def test_origins_are_remembered(place: Place) -> None:
    place.write('[llm]\nmodel = "m"\n')
    place.variables = {"LOKI_URL": "http://l"}
    origins = load_with_origins(place.environment()).origins
    assert origins["loki", 0, "url"] == "LOKI_URL"
    assert origins["llm", "model"] == str(place.folders.config_file)


@pytest.mark.parametrize("text", ["/a:/b", "/a, /b"])
def test_folders_are_separated_as_in_a_path_or_by_commas(place: Place, text: str) -> None:
    place.variables = {"EXTRA_DOCS_DIRS": text}
    assert place.load().docs.extra_dirs == (Path("/a"), Path("/b"))


TOKEN_FILE_NAME = "GRAFANA_SERVICE_ACCOUNT_TOKEN_FILE"


@pytest.mark.parametrize("name", ["GRAFANA_TOKEN", "GRAFANA_TOKEN_FILE", TOKEN_FILE_NAME])
def test_any_name_for_a_token_in_the_environment_goes_before_dotenv(
    place: Place, tmp_path: Path, name: str
) -> None:
    place.write('[grafana]\nurl = "http://g"\n')
    (place.working / ".env").write_text("GRAFANA_SERVICE_ACCOUNT_TOKEN=weaker\n")
    (tmp_path / "token").write_text("stronger\n")
    by_file = name.endswith("_FILE")
    place.variables = {name: str(tmp_path / "token") if by_file else "stronger"}
    loaded = load_with_origins(place.environment())
    token = loaded.settings.grafana[0].token
    assert token is not None
    assert token.get_secret_value() == "stronger"
    expected = f"{name.removesuffix('_FILE')} in the file {tmp_path / 'token'}"
    assert loaded.origins["grafana", 0, "token"] == (expected if by_file else name)


def test_a_providers_variable_in_the_environment_goes_before_dotenv(place: Place) -> None:
    (place.working / ".env").write_text("LLM_PROVIDER=openai\nLLM_MODEL=weaker\n")
    place.variables = {"OPENAI_MODEL": "stronger"}
    loaded = load_with_origins(place.environment())
    assert loaded.settings.llm.model == "stronger"
    assert loaded.origins["llm", "model"] == "OPENAI_MODEL"
    assert loaded.origins["llm", "provider"] == f"LLM_PROVIDER in {place.working / '.env'}"


def test_within_a_place_the_plain_name_and_the_general_name_count(
    place: Place, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("from-file")
    place.variables = {
        "LLM_PROVIDER": "openai",
        "OPENAI_API_KEY": "of-provider",
        "LLM_API_KEY_FILE": str(tmp_path / "key"),
        "LLM_MODEL": "plain",
        "LLM_MODEL_FILE": "/nonexistent/and/not/read",
    }
    llm = place.load().llm
    assert llm.api_key is not None
    assert (llm.api_key.get_secret_value(), llm.model) == ("from-file", "plain")


def test_the_working_folders_dotenv_goes_before_the_config_folders(place: Place) -> None:
    (place.folders.config / ".env").write_text("HOMELAB_NAME=weaker\nLLM_MODEL=kept\n")
    (place.working / ".env").write_text("HOMELAB_NAME=stronger\n")
    settings = place.load()
    assert (settings.homelab_name, settings.llm.model) == ("stronger", "kept")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1:11434", "http://127.0.0.1:11434"),
        ("https://ollama.home.arpa/", "https://ollama.home.arpa"),
    ],
)
def test_ollamas_own_variable_may_lack_the_scheme(place: Place, host: str, url: str) -> None:
    place.variables = {"LLM_PROVIDER": "ollama", "OLLAMA_HOST": host}
    assert place.load().llm.base_url == url


def test_limits_of_checks_are_read_by_check_and_subject(place: Place) -> None:
    place.write('[checks.pool-fill]\ntrigger = 0.9\n[checks.pool-fill.subjects."nas1/tank"]\n'
                'trigger = 0.95\n[checks.app-updates]\nenabled = false\n')  # fmt: skip
    checks = place.load().checks
    assert checks["pool-fill"].trigger == 0.9
    assert checks["pool-fill"].subjects["nas1/tank"].trigger == 0.95
    assert checks["app-updates"].enabled is False
