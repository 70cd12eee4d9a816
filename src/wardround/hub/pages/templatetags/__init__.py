"""Tags and filters that every page uses."""
