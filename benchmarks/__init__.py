"""Speed, measured as ratios to a floor in the same run on the same machine: ``make bench``."""
