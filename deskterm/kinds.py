"""What the log calls an act and keeps for itself, in words for people. Pure."""

from __future__ import annotations

from store.rules.brakes import TOLD

WROTE = "x.rule-"
"""What a ticket's field begins with that holds when a rule last wrote letters on it."""


def words(kind: str) -> str:
    """An act as people call it: the kind of a letter written by itself also says by what, for the brakes."""
    if kind.startswith(TOLD):
        return "letter to a colleague"
    return "letter of a rule" if kind.startswith("rule ") else kind
