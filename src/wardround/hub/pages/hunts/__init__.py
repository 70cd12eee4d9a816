"""The pages of hunts."""
