"""The page of who may do what."""
