"""Sources, dated snapshots of what an organisation runs, and attestations."""
