"""A real incident played day by day, through the same services that the pages use."""
