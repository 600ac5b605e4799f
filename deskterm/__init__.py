"""The desk: where memory, doors and eyes meet."""
