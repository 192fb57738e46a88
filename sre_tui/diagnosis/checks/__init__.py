"""Checks: small analyzers with declared limits, one module per area."""
