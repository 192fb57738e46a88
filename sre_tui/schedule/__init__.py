"""When reports are made: the plan, the process that keeps it, and others that may keep it."""
