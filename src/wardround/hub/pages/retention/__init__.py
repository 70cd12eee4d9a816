"""What is kept how long, and holding it back."""
