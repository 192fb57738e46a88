"""The sre-tui application: settings, tools, agent, views, screens and the demo homelab."""

__version__ = "0.1.0"
