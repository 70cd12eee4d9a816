"""REMEMBERS and SHOWS: ordinary Django, one app a noun."""
