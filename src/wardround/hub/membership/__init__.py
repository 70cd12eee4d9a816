"""Joining, leaving and lending a role, the posts and addresses of an organisation, and what it agrees to show its parent."""
