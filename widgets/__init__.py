"""Textual toolkit: tables that diff by key, panes with states, charts, chat. Knows no homelab."""
