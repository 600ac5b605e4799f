"""Counts in words: `1 reply`, `2 replies`. Pure; knows no noun but those it is given."""

from __future__ import annotations


def many(count: int, noun: str, plural: str = "") -> str:
    """So many of something. The plural has an s unless it is given."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
