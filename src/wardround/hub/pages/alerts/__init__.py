"""The pages of alerts and responses."""
