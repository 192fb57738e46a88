"""What stands on what, from the backends' own data."""
