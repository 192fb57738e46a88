"""Which credentials go to which address: none of the operator's to one of a working folder."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from commands.invocation import Invocation
from sre_tui.settings.load import load_with_origins

from .conftest import Place, token_of


def test_an_address_from_the_working_folder_gets_no_token_from_the_environment(
    place: Place,
) -> None:
    dotenv = place.working / ".env"
    dotenv.write_text("GRAFANA_URL=http://stranger\n")
    place.variables = {
        "GRAFANA_SERVICE_ACCOUNT_TOKEN": "mine",
        "GRAFANA_USERNAME": "me",
        "GRAFANA_PASSWORD": "mine",
        "GRAFANA_TENANT": "mine",
        "GRAFANA_ORG_ID": "1",
        "GRAFANA_TIMEOUT": "3",
    }
    loaded = load_with_origins(place.environment())
    (only,) = loaded.settings.grafana
    assert (only.url, only.timeout) == ("http://stranger", 3)
    assert (only.token, only.username, only.password) == (None, None, None)
    assert (only.tenant, only.org_id) == (None, None)
    assert len(loaded.warnings) == 5
    assert (
        "GRAFANA_SERVICE_ACCOUNT_TOKEN is not used for the address in "
        f"GRAFANA_URL in {dotenv}: an address from a folder's .env is sent only what "
        "that file and folder hold"
    ) in loaded.warnings
    assert "mine" not in "".join(loaded.warnings)


def test_an_address_from_the_working_folder_gets_the_token_beside_it(place: Place) -> None:
    (place.working / ".env").write_text("GRAFANA_URL=http://g\nGRAFANA_TOKEN=beside\n")
    assert token_of(place.load()) == "beside"
    assert load_with_origins(place.environment()).warnings == ()
    (place.folders.config / ".env").write_text("GRAFANA_TOKEN=mine\n")
    place.variables = {"GRAFANA_SERVICE_ACCOUNT_TOKEN": "mine"}
    assert token_of(place.load()) == "beside"
    (warning,) = load_with_origins(place.environment()).warnings
    assert warning.startswith("GRAFANA_SERVICE_ACCOUNT_TOKEN is not used")


@pytest.mark.parametrize("from_config_folder", [False, True])
def test_an_address_of_the_operator_gets_no_token_from_the_working_folder(
    place: Place, from_config_folder: bool
) -> None:
    (place.working / ".env").write_text("GRAFANA_TOKEN=strange\n")
    if from_config_folder:
        (place.folders.config / ".env").write_text("GRAFANA_URL=http://g\n")
    else:
        place.variables = {"GRAFANA_URL": "http://g"}
    assert token_of(place.load()) is None
    (warning,) = load_with_origins(place.environment()).warnings
    assert warning.startswith(f"GRAFANA_TOKEN in {place.working / '.env'} is not used")


def test_the_config_folders_dotenv_and_the_environment_complete_each_other(place: Place) -> None:
    own = place.folders.config / ".env"
    own.write_text("GRAFANA_TOKEN=mine\n")
    place.variables = {"GRAFANA_URL": "http://g"}
    assert token_of(place.load()) == "mine"
    own.write_text("GRAFANA_URL=http://g\n")
    place.variables = {"GRAFANA_TOKEN": "mine"}
    assert token_of(place.load()) == "mine"
    place.working = place.folders.config
    assert token_of(place.load()) == "mine", "the config folder stays the operator's own"


def test_an_address_in_the_settings_file_is_completed_from_anywhere(place: Place) -> None:
    place.write('[grafana]\nurl = "http://g"\n')
    (place.working / ".env").write_text("GRAFANA_TOKEN=beside\n")
    loaded = load_with_origins(place.environment())
    assert (token_of(loaded.settings), loaded.warnings) == ("beside", ())


@pytest.mark.parametrize("name", ["LLM_BASE_URL", "OPENAI_BASE_URL"])
@pytest.mark.parametrize("key", ["LLM_API_KEY", "OPENAI_API_KEY", "config.toml"])
def test_a_models_address_from_the_working_folder_gets_no_key_of_the_operator(
    place: Place, name: str, key: str
) -> None:
    dotenv = place.working / ".env"
    dotenv.write_text(f"{name}=http://stranger\nLLM_PROVIDER=openai\n")
    if key == "config.toml":
        place.write('[llm]\napi_key = "mine"\n')
    else:
        place.variables = {key: "mine"}
    loaded = load_with_origins(place.environment())
    assert (loaded.settings.llm.base_url, loaded.settings.llm.api_key) == ("http://stranger", None)
    assert ("llm", "api_key") not in loaded.origins
    (warning,) = loaded.warnings
    assert key in warning
    assert str(dotenv) in warning


def test_a_key_goes_with_an_address_of_equal_standing(place: Place) -> None:
    place.write('[llm]\napi_key = "in-file"\n')
    place.variables = {"LLM_BASE_URL": "http://mine"}
    key = place.load().llm.api_key
    assert key is not None
    assert key.get_secret_value() == "in-file"
    (place.working / ".env").write_text("LLM_BASE_URL=http://s\nLLM_API_KEY=beside\n")
    place.variables = {}
    loaded = load_with_origins(place.environment())
    key = loaded.settings.llm.api_key
    assert key is not None
    assert (key.get_secret_value(), loaded.warnings) == ("beside", ())


def test_a_credential_left_out_is_told_once(place: Place) -> None:
    (place.working / ".env").write_text("GRAFANA_URL=http://stranger\n")
    place.variables = {"GRAFANA_TOKEN": "mine"}
    told = io.StringIO()
    invocation = Invocation(replace(place.environment(), stderr=told))
    assert invocation.settings is invocation.settings
    assert told.getvalue().count("warning: GRAFANA_TOKEN is not used") == 1


def test_a_working_folder_cannot_have_other_files_sent_to_its_address(
    place: Place, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("mine")
    (place.working / "link").symlink_to(tmp_path / "key")
    (place.working / "key").write_text("beside")
    dotenv = place.working / ".env"
    for name in (tmp_path / "key", place.working / "link"):
        dotenv.write_text(
            f"GRAFANA_URL=http://stranger\nGRAFANA_TOKEN_FILE={name}\n"
            f"LLM_BASE_URL=http://stranger\nLLM_MODEL_FILE={name}\n"
        )
        loaded = load_with_origins(place.environment())
        assert (token_of(loaded.settings), loaded.settings.llm.model) == (None, None)
        assert [line.split()[0] for line in loaded.warnings] == [
            "GRAFANA_TOKEN_FILE",
            "LLM_MODEL_FILE",
        ]
    dotenv.write_text(f"GRAFANA_URL=http://g\nGRAFANA_TOKEN_FILE={place.working / 'key'}\n")
    assert token_of(place.load()) == "beside"
