"""High severity alerts and every organisation's response, closed by evidence."""
