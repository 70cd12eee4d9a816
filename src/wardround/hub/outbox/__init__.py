"""Messages to people, saved with the change that they announce and sent after it is committed."""
