"""Wardround: from a disclosed vulnerability to every affected hospital patched, and every hour it stood open searched."""

__version__ = "0.1.0"
