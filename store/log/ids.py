"""Ids of rows: a prefix letter and 15 base32 characters.

What comes from a letter gets a keyed hash, so that two teammates who read one letter make one row;
everything else gets the stamp of the entry that made it.
"""

from __future__ import annotations

from hashlib import blake2b

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base32 in lower case: no i, l, o, u to mistake or to spell words with."""

_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]

LENGTH = 15


def from_letter(secret: bytes, prefix: str, *names: str) -> str:
    """The id of a row that comes from a letter: a keyed hash over its names, in order.

    For a message: brand, Message-ID, From and raw Date, because broken senders reuse Message-IDs.
    """
    mac = blake2b(key=secret, digest_size=10, person=prefix.encode("ascii"))
    for name in names:
        raw = name.encode("utf-8", "surrogatepass")
        mac.update(len(raw).to_bytes(4, "big") + raw)
    return prefix + _base32(int.from_bytes(mac.digest(), "big"))


def from_stamp(prefix: str, stamp: int, n: int = 0) -> str:
    """The id of a row made by hand: the stamp of its entry and its rank among the rows of that entry."""
    return prefix + _base32(stamp << 12 | n)


def short(eid: str) -> str:
    """The alias shown before a number exists: the last four characters."""
    return f"~{eid[-4:]}"


def _base32(value: int) -> str:
    pairs = [_PAIRS[value >> at & 1023] for at in range((LENGTH - 3) * 5, -1, -10)]
    return _ALPHABET[value >> (LENGTH - 1) * 5 & 31] + "".join(pairs)
