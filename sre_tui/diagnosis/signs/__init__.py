"""Findings out of what others already noticed: alerts that fire, lines that programs wrote."""
