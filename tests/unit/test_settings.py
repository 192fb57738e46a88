import io
from dataclasses import replace
from pathlib import Path

import pytest

from commands.invocation import Invocation
from sre_tui.environment import Environment, Folders
from sre_tui.settings import BACKENDS, Settings, SettingsError, load_settings
from sre_tui.settings.layers import Layer
from sre_tui.settings.load import load_with_origins
from sre_tui.settings.misspelt import misspelt
from sre_tui.settings.template import TEMPLATE


class Place:
    """A throw-away set of folders and variables."""

    def __init__(self, root: Path) -> None:
        self.folders = Folders.under(root)
        self.folders.config.mkdir(parents=True)
        self.working = root / "work"
        self.working.mkdir()
        self.variables: dict[str, str] = {}

    def write(self, text: str) -> None:
        self.folders.config_file.write_text(text)

    def environment(self) -> Environment:
        return Environment(
            variables=self.variables,
            stdin=io.StringIO(),
            stdout=io.StringIO(),
            stderr=io.StringIO(),
            folders=self.folders,
            working_folder=self.working,
        )

    def load(self, **flags: object) -> Settings:
        return load_settings(
            self.environment(), {k.replace("__", "."): v for k, v in flags.items()}
        )

    def problems(self) -> list[str]:
        with pytest.raises(SettingsError) as caught:
            self.load()
        return caught.value.problems


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


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


def test_a_missing_secret_file_is_named(place: Place) -> None:
    place.variables = {"LLM_API_KEY_FILE": "/nonexistent/key"}
    (line,) = place.problems()
    assert "LLM_API_KEY_FILE" in line
    assert "/nonexistent/key" in line


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


def token_of(settings: Settings) -> str | None:
    token = settings.grafana[0].token
    return None if token is None else token.get_secret_value()


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


def test_a_settings_file_that_was_named_must_exist(place: Place) -> None:
    place.variables = {"SRE_CONFIG": "/nonexistent/config.toml"}
    assert place.problems() == ["the settings file /nonexistent/config.toml does not exist"]


def test_limits_of_checks_are_read_by_check_and_subject(place: Place) -> None:
    place.write('[checks.pool-fill]\ntrigger = 0.9\n[checks.pool-fill.subjects."nas1/tank"]\n'
                'trigger = 0.95\n[checks.app-updates]\nenabled = false\n')  # fmt: skip
    checks = place.load().checks
    assert checks["pool-fill"].trigger == 0.9
    assert checks["pool-fill"].subjects["nas1/tank"].trigger == 0.95
    assert checks["app-updates"].enabled is False


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
