"""The demo's backends: one ASGI application per API, all over the same world."""
