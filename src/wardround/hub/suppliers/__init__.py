"""Suppliers' seats: the bulletins addressed to them, what they answer, and what they reply to what is said of their products."""
