"""Everything the backends say at one moment, read once and at the same time."""
