"""Reply marks: proof, carried by an answer, that we wrote to this person about this ticket.

Pure. Knows the desk's secret as bytes handed in; does not know letters, the database, or what a valid mark is
good for.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable

from msgspec import Struct

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ROW = f"[{_ALPHABET}]{{15}}"
"""An id without its first letter, as a regular expression."""
TAG = f"[{_ALPHABET}]{{26}}"
"""A seal, as a regular expression."""
_IN_ID = re.compile(rf"m{ROW}\.(t{ROW})((?:\.{TAG})*)@", re.IGNORECASE)
_IN_ADDRESS = re.compile(rf"\+(?:[a-z]{{3,4}}\.\d{{1,2}}\.)?(t{ROW})\.({TAG})@", re.IGNORECASE)

MOST = 3
"""People whose tags one Message-ID carries; it has to fit on a line with the References of a thread."""

LONGEST_LOCAL = 64
"""Octets of the left side of an address (RFC 5321, 4.5.3.1.1)."""


class Mark(Struct, frozen=True):
    """What a text that looks like ours says; nothing is proved before `holds` says so."""

    ticket: str
    tags: tuple[str, ...]

    def holds(self, secret: bytes, address: str) -> bool:
        """Whether one of its tags was made for this ticket and this person. Compared in constant time."""
        right = tag(secret, self.ticket, address).encode()
        equal = [hmac.compare_digest(right, one.encode("utf-8", "replace")) for one in self.tags]
        return bool(address) and any(equal)


def tag(secret: bytes, ticket: str, address: str) -> str:
    """The seal over ticket and address in lower case."""
    return seal(secret, "deskterm reply mark 1", ticket, address.strip().lower())


def seal(secret: bytes, *words: str) -> str:
    """128 bits of HMAC-SHA-256 (RFC 2104) over words, as base32.

    The first word keeps seals of one purpose apart from everything else the secret may be used for.
    """
    digest = hmac.digest(secret, "\0".join(words).encode("utf-8", "surrogatepass"), "sha256")
    value = int.from_bytes(digest[:16], "big")
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def message_id(secret: bytes, *, message: str, ticket: str, people: Iterable[str], domain: str) -> str:
    """The Message-ID of a reply of ours: its own id, its ticket, and a tag for each of the first people."""
    some = list(dict.fromkeys(person.strip().lower() for person in people))[:MOST]
    return f"{'.'.join((message, ticket, *(tag(secret, ticket, one) for one in some)))}@{domain}"


def plus_address(secret: bytes, own: str, *, ticket: str, person: str) -> str:
    """Our address with the mark of one person in it (RFC 5233); empty where it would be too long."""
    local, at, domain = own.rpartition("@")
    marked = f"{local}+{ticket}.{tag(secret, ticket, person)}"
    return f"{marked}@{domain}" if at and local and len(marked.encode()) <= LONGEST_LOCAL else ""


def in_id(msgid: str) -> Mark | None:
    """What a Message-ID that looks like one of ours says."""
    found = _IN_ID.match(msgid)
    return Mark(found[1].lower(), tuple(found[2].split(".")[1:])) if found else None


def in_address(address: str) -> Mark | None:
    """What an address that looks like one of ours with a mark says."""
    found = _IN_ADDRESS.search(address)
    return Mark(found[1].lower(), (found[2],)) if found else None


def unmarked(address: str) -> str:
    """Our address without the mark in it; any other address as it is."""
    return _IN_ADDRESS.sub("@", address) if "+" in address else address
