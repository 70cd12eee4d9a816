"""Organisations, who belongs to them, and the one place through which tenant data is reached."""
