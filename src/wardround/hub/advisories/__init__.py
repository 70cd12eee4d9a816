"""What was published, and who has it."""
