"""Who first wrote a letter that somebody forwarded: read from the lines above it in the text.

Pure and linear in the text looked at. Only reads what a person can read too, so it proves nothing.
"""

from __future__ import annotations

import re
from typing import Final

from channels.letter import Address
from channels.mime.addresses import addresses
from channels.mime.quote_words import LABELS

_LINES: Final = 400
"""A forwarded letter begins within these lines, or nobody finds it."""
_BLOCK: Final = 10
"""Lines a block of names and dates takes."""
_LABEL: Final = re.compile(r"[\s>*_|]*([^\W\d_][\w .'-]{0,24}?)[\s*_]*[:：][\s*_]*(.*)")
_KINDS: Final = {word: kind for kind, words in LABELS.items() for word in words}


def original_sender(text: str) -> Address | None:
    """The person named as sender above the first letter quoted whole in `text`, or None.

    A block counts when it names a sender with an address and two of date, recipient, subject and copies.
    """
    lines = text.split("\n", _LINES)[:_LINES]
    for n, line in enumerate(lines):
        kind, value = _field(line)
        if kind != "from":
            continue
        near = {_field(other)[0] for other in lines[max(n - 4, 0) : n + _BLOCK]} - {"", "from"}
        person = _person(value)
        if len(near) >= 2 and person is not None:
            return person
    return None


def _field(line: str) -> tuple[str, str]:
    found = _LABEL.match(line[:500])
    return (_KINDS.get(found[1].strip().casefold(), ""), found[2]) if found else ("", "")


def _person(value: str) -> Address | None:
    plain = re.sub(r"\[mailto:([^\]\s]+)\]", r"<\1>", value.strip(" *_")).replace("<mailto:", "<")
    found, _ = addresses(plain.encode())
    return found[0] if found and re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", found[0].addr) else None
