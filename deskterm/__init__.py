"""The desk: where memory, doors and eyes meet."""

__version__ = "0.1.0"
