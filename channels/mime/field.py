"""The head of a letter as its sender wrote it, for the few questions a Letter cannot answer.

Reads the head only; knows nothing of what a field means.
"""

from __future__ import annotations

from typing import Final

from channels.mime.headers import raw_text, unfold
from channels.mime.tree import read_head

_EVERYWHERE: Final = frozenset(
    ("from", "received", "return-path", "message-id", "delivered-to", "mime-version")
)
"""Fields of which every real letter has some, and hardly a text that is no letter."""
_MARK: Final = b"\xef\xbb\xbf"


def field(raw: bytes, name: str) -> str:
    """The first field called `name` (lower case), folds undone and nothing decoded; empty if absent."""
    fields, _, _ = read_head(raw, 0, len(raw))
    return next((unfold(raw_text(value)).strip() for known, value in fields if known == name), "")


def begins_letter(head: bytes) -> bool:
    """Whether these first bytes of a file are those of a letter: it begins with header fields that say so."""
    head = head.removeprefix(_MARK).lstrip(b"\r\n")
    if b"\n" not in head:
        head = head.replace(b"\r", b"\n")
    first = head[: head.find(b"\n") + 1]
    fields, _, _ = read_head(head, 0, len(head))
    return bool(read_head(first, 0, len(first))[0]) and any(name in _EVERYWHERE for name, _ in fields)
