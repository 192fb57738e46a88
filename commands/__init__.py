"""The `sre` command line: one module per command group; each parses, calls and writes."""
