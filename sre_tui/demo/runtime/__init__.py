"""Runs the simulated backends together: ports, tokens, the state file and the control endpoint."""
