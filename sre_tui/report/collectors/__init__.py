"""One collector for each section of a report."""
