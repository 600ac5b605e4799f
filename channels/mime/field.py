"""One header field of a letter as its sender wrote it, for the few questions a Letter cannot answer.

Reads the head only; knows nothing of what the field means.
"""

from __future__ import annotations

from channels.mime.headers import raw_text, unfold
from channels.mime.tree import read_head


def field(raw: bytes, name: str) -> str:
    """The first field called `name` (lower case), folds undone and nothing decoded; empty if absent."""
    fields, _, _ = read_head(raw, 0, len(raw))
    return next((unfold(raw_text(value)).strip() for known, value in fields if known == name), "")
