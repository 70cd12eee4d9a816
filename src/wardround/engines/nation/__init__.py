"""Whole estates."""
