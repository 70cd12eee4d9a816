"""What is kept how long, and what goes when its time is over. Evidence that something needs is never removed."""
