"""The addresses, the page frame, and the way in."""
