"""The pages of suppliers, and the centre's page of what it addressed to them."""
