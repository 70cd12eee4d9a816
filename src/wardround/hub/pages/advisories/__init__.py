"""The pages of advisories and of who has them."""
