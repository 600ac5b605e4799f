"""Local consumers of the log: derived columns and indexes, rebuilt at will."""
