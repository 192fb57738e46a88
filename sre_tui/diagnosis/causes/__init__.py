"""Ranked hypotheses of why something is wrong, with what speaks for and against each."""
