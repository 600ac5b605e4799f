"""Look-alikes: names and domains made to be taken for others.

Pure. Compares texts by what they look like; knows nothing of customers, letters or the database, and merges
nobody with anybody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

_LETTERS = {
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "к": "k", "м": "m", "т": "t",
    "в": "b", "н": "h", "і": "i", "ї": "i", "ј": "j", "ѕ": "s", "ԁ": "d", "ԛ": "q", "ԝ": "w", "һ": "h",
    "ӏ": "l", "г": "r", "п": "n", "ь": "b", "є": "e", "ґ": "r", "ѵ": "v", "з": "3", "α": "a", "β": "b",
    "γ": "y", "ε": "e", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "σ": "o", "τ": "t", "υ": "u",
    "χ": "x", "η": "n", "ω": "w", "μ": "u", "ϲ": "c", "ϳ": "j", "ı": "i", "ł": "l", "đ": "d", "ø": "o",
    "ß": "b", "ƅ": "b", "ɡ": "g", "ɑ": "a", "ⅼ": "l", "ǀ": "l", "օ": "o", "ո": "n", "ս": "u", "հ": "h",
    "ց": "g", "ѡ": "w", "ғ": "f", "ѐ": "e", "ё": "e", "ӓ": "a", "ӧ": "o",
}  # fmt: skip
"""Small letters of other alphabets by the Latin one they look like (after Unicode TR 39's data)."""

_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "HEBREW", "ARABIC")

_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("1", "i"), ("l", "i"), ("5", "s"))
"""Pieces of plain letters and digits that are read as one another."""

_MOST = 400
"""Spellings tried for one domain."""


def latin(text: str) -> str:
    """The text in small Latin letters as far as it looks like them: accents off, other alphabets mapped."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(_LETTERS.get(c, c) for c in plain if not unicodedata.combining(c))


def readable(domain: str) -> str:
    """A domain with its punycode labels (RFC 3492) written out, in small letters."""
    return ".".join(_label(label) for label in domain.lower().rstrip(".").split("."))


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label


def mixes_alphabets(text: str) -> bool:
    """Whether one word of it is written in letters of several alphabets, as nobody writes by accident."""
    for word in re.split(r"[\s.@_-]+", readable(text)):
        scripts = {script for char in word if not char.isascii() for script in [_script(char)] if script}
        if any(char.isascii() and char.isalpha() for char in word):
            scripts.add("LATIN")
        if len(scripts) > 1:
            return True
    return False


def _script(char: str) -> str:
    name = unicodedata.name(char, "")
    return next((script for script in _SCRIPTS if name.startswith(script)), "")


def others(domain: str) -> tuple[str, ...]:
    """Domains this one could be mistaken for: as it looks in Latin letters, with up to two mix-ups more."""
    own = domain.lower().rstrip(".")
    first = latin(readable(own))
    found = dict.fromkeys(islice(_mixed(first), _MOST))
    return tuple(name for name in found if name != own)


def _mixed(name: str) -> Iterator[str]:
    yield name
    once = list(_swapped(name))
    yield from once
    for other in once:
        yield from _swapped(other)


def _swapped(name: str) -> Iterator[str]:
    """The name with one piece read as another; the last label, which nobody can choose, stays."""
    head, dot, last = name.rpartition(".")
    for one, other in (*_PAIRS, *((b, a) for a, b in _PAIRS)):
        at = head.find(one)
        while at >= 0:
            yield f"{head[:at]}{other}{head[at + len(one) :]}{dot}{last}"
            at = head.find(one, at + 1)


def same_name(one: str, other: str) -> bool:
    """Whether two display names read alike."""
    return bool(one.strip()) and " ".join(latin(one).split()) == " ".join(latin(other).split())
