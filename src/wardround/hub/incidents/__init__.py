"""Incidents, minimal: opened, why, closed by whom on what evidence."""
