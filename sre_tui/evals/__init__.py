"""Measures how well the product answers: runbook search, and questions with a known truth."""
