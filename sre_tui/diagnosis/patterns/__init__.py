"""Failure patterns as data: what a trouble is called, what it brings about, how it shows."""
