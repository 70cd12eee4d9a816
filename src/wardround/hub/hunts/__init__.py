"""Log batches, hunts through them, and what they found."""
