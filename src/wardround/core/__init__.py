"""THINKS. Pure functions over what was stated: no Django, no network, no database, no clock (callers pass `at=`)."""
