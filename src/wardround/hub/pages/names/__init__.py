"""The pages of products' names."""
