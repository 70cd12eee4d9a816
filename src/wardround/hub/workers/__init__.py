"""Who is at work: each worker says every few seconds that it lives, and the jobs of those that went silent are taken up again."""
