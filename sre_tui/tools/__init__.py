"""The tools: each registered once, reachable by the model, the shell, the app and over HTTP."""
