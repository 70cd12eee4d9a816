"""Signing in, one's own account, and the way in for an emergency."""
