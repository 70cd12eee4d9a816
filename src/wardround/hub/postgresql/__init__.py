"""Django's PostgreSQL, with every session told on whose behalf it asks."""
