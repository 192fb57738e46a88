"""Sends mail: where to, as whom, and what the server said."""
