"""The pages of organisations: who belongs to one, who is invited, who stands in, and who is told."""
