"""Settings: flags, environment, ``.env`` and ``config.toml`` joined into one typed object."""

from sre_tui.settings.load import SettingsError, load_settings
from sre_tui.settings.model import BACKENDS, Backend, LlmSettings, Settings

__all__ = ["BACKENDS", "Backend", "LlmSettings", "Settings", "SettingsError", "load_settings"]
