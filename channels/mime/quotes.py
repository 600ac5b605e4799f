"""Quoted text and signatures of a letter, found as spans of lines that a screen may fold."""

from __future__ import annotations

from channels.letter import Fold


def folds(text: str) -> tuple[Fold, ...]:
    """Spans of quoted lines and signatures."""
    return ()
