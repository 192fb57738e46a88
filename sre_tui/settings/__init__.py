"""Settings: flags, environment, ``.env`` and ``config.toml`` joined into one typed object."""

from sre_tui.settings.load import load_settings
from sre_tui.settings.model import (
    BACKENDS,
    AppSettings,
    Backend,
    CheckLimits,
    CheckSettings,
    LlmSettings,
    Settings,
)
from sre_tui.settings.problems import SettingsError

__all__ = [
    "BACKENDS",
    "AppSettings",
    "Backend",
    "CheckLimits",
    "CheckSettings",
    "LlmSettings",
    "Settings",
    "SettingsError",
    "load_settings",
]
