"""The append-only record: who, when, from what, on which evidence."""
