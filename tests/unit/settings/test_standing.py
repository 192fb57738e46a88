"""What the working folder's ``.env`` may and may not do to what the operator set elsewhere."""

from pathlib import Path

import pytest

from sre_tui.agent.model import model_config
from sre_tui.settings import Settings
from sre_tui.settings.load import load_with_origins

from .conftest import Place

TLS = {
    "GRAFANA_VERIFY_SSL": "false",
    "GRAFANA_CA_CERT": "/tmp/ca.pem",
    "GRAFANA_FINGERPRINT": "a" * 64,
}


def tls_of(settings: Settings) -> tuple[bool, Path | None, str | None]:
    (only,) = settings.grafana
    return only.verify_ssl, only.ca_cert, only.fingerprint


def dotenv(place: Place, **variables: str) -> Path:
    path = place.working / ".env"
    path.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
    return path


@pytest.mark.parametrize("given", ["environment", "config folder", "config.toml"])
def test_how_the_operators_address_is_checked_is_not_for_a_folder_to_say(
    place: Place, given: str
) -> None:
    path = dotenv(place, **TLS)
    if given == "environment":
        place.variables = {"GRAFANA_URL": "https://g"}
    elif given == "config folder":
        (place.folders.config / ".env").write_text("GRAFANA_URL=https://g\n")
    else:
        place.write('[grafana]\nurl = "https://g"\n')
    loaded = load_with_origins(place.environment())
    assert tls_of(loaded.settings) == (True, None, None)
    assert [line.split()[0] for line in loaded.warnings] == list(TLS)
    assert f"{path} is not used for" in loaded.warnings[0]
    assert loaded.warnings[0].endswith(
        ": how an address of your own is checked is not for a folder's .env to say"
    )


def test_the_operators_own_tls_options_count_where_the_folders_do_not(place: Place) -> None:
    dotenv(place, GRAFANA_VERIFY_SSL="false", GRAFANA_FINGERPRINT="b" * 64)
    (place.folders.config / ".env").write_text(f"GRAFANA_FINGERPRINT={'a' * 64}\n")
    place.variables = {"GRAFANA_URL": "https://g", "GRAFANA_VERIFY_SSL": "true"}
    loaded = load_with_origins(place.environment())
    assert tls_of(loaded.settings) == (True, None, "a" * 64)
    (warning,) = loaded.warnings
    assert warning.startswith(f"GRAFANA_FINGERPRINT in {place.working / '.env'} is not used")


def test_a_folder_may_say_how_its_own_address_is_checked(place: Place) -> None:
    dotenv(place, GRAFANA_URL="https://g", **TLS)
    loaded = load_with_origins(place.environment())
    assert tls_of(loaded.settings) == (False, Path("/tmp/ca.pem"), "a" * 64)
    assert loaded.warnings == ()


@pytest.mark.parametrize("provider", ["openai", "anthropic", "ollama", "ollama_chat", "mistral"])
def test_a_providers_own_variable_stays_away_from_a_folders_address(
    place: Place, provider: str
) -> None:
    path = dotenv(place, LLM_PROVIDER=provider, LLM_BASE_URL="http://stranger")
    name = f"{provider.removesuffix('_chat').upper()}_API_KEY"
    place.variables = {name: "mine"}
    loaded = load_with_origins(place.environment())
    assert loaded.settings.llm.api_key is None
    (warning,) = loaded.warnings
    assert warning == (
        f"{name} is not used for the address in LLM_BASE_URL in {path}: an address from a "
        "folder's .env is sent only what that file and folder hold"
    )


def test_a_folder_cannot_send_a_cloud_account_to_its_address(place: Place) -> None:
    path = dotenv(place, LLM_PROVIDER="bedrock", LLM_BASE_URL="http://stranger")
    (line,) = place.problems()
    assert line.startswith(f"LLM_BASE_URL in {path}: ")
    assert "bedrock" in line
    place.variables = {"LLM_BASE_URL": "http://mine"}
    assert place.load().llm.base_url == "http://mine"


def keys(settings: Settings) -> dict[str, tuple[str | None, str | None]]:
    """Key and address by provider of fallbacks."""
    config = model_config(settings.llm)
    assert config is not None
    return {name: (one.api_key, one.base_url) for name, one in config.others.items()}


FALLBACKS = {
    "LLM_PROVIDER": "ollama",
    "LLM_MODEL": "qwen3:8b",
    "LLM_FALLBACKS": "openai/gpt-5,anthropic/claude,mistral/large,ollama/qwen3:1b",
}


def test_fallbacks_get_the_keys_of_their_providers_from_any_layer(
    place: Place, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("from-pointer\n")
    place.write('[llm.providers.mistral]\napi_key = "from-file"\n')
    (place.folders.config / ".env").write_text("OPENAI_API_KEY=from-dotenv\n")
    place.variables = {**FALLBACKS, "ANTHROPIC_API_KEY_FILE": str(tmp_path / "key")}
    settings = place.load()
    assert keys(settings) == {
        "openai": ("from-dotenv", None),
        "anthropic": ("from-pointer", None),
        "mistral": ("from-file", None),
    }
    assert settings.llm.api_key is None


def test_the_address_of_a_fallback_has_the_same_standing_as_its_key(place: Place) -> None:
    place.variables = {**FALLBACKS, "OPENAI_API_KEY": "mine"}
    path = dotenv(place, OPENAI_BASE_URL="http://stranger")
    loaded = load_with_origins(place.environment())
    assert keys(loaded.settings) == {"openai": (None, "http://stranger")}
    assert loaded.warnings[0].startswith(
        f"OPENAI_API_KEY is not used for the address in OPENAI_BASE_URL in {path}: "
    )
    place.variables.pop("OPENAI_API_KEY")
    place.write('[llm.providers.openai]\napi_key = "mine"\n')
    loaded = load_with_origins(place.environment())
    assert keys(loaded.settings) == {"openai": (None, "http://stranger")}
    (warning,) = loaded.warnings
    assert warning.startswith(f"llm.providers.openai.api_key in {place.folders.config_file} ")


def test_access_to_a_provider_counts_for_the_model_itself_too(place: Place) -> None:
    place.write(
        '[llm]\nprovider = "openai"\nmodel = "gpt-5"\n'
        '[llm.providers.openai]\napi_key = "mine"\nbase_url = "http://mine"\n'
    )
    loaded = load_with_origins(place.environment())
    key = loaded.settings.llm.api_key
    assert key is not None
    assert (key.get_secret_value(), loaded.settings.llm.base_url) == ("mine", "http://mine")
    dotenv(place, LLM_BASE_URL="http://stranger")
    loaded = load_with_origins(place.environment())
    assert loaded.settings.llm.api_key is None
    assert len(loaded.warnings) == 1
