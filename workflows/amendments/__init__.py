"""Changes of published entries: suggested where the entry is read, decided by its steward as a diff."""
