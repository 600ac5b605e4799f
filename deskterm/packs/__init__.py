"""Packs: docs that ship with the program, in folders as `docs export` writes them, taken in by name."""
