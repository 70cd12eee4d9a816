"""The whole installation as one file, and back again: rows that fit either database, and the files that they name."""
