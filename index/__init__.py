"""Loads, cuts, embeds, stores and searches documents about anything."""
