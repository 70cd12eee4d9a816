"""Signing in: sessions, second factors, waits after wrong guesses, and the sealed way in for an emergency."""
