"""IMAP answers as values: bytes in, values out. Pure; knows no socket."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Sequence

from msgspec import Struct

from channels.errors import ProtocolConfused

DEEPEST = 100
"""Brackets in the words of one FETCH answer; more is an attack, not a letter."""

_FETCH = re.compile(rb"\* \d+ FETCH \((.*)\)\r?\n\Z", re.IGNORECASE | re.DOTALL)
_FLAGS = re.compile(rb"(?<![\w.])FLAGS \(([^()]*)\)", re.IGNORECASE)
_DATE = re.compile(rb'INTERNALDATE "([^"]*)"', re.IGNORECASE)
_UID = re.compile(rb"(?<![\w.])UID (\d{1,10})(?!\d)", re.IGNORECASE)
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})(?!\d)", re.IGNORECASE)
_BODY = re.compile(rb'BODY\[\](?:<\d+>)? (NIL|"(?:[^"\\\r\n]|\\.)*"|\{\d+\}\r?\n)', re.IGNORECASE)
_AFTER = re.compile(rb'(?: [A-Z][A-Z0-9.\-]* (?:\([^()]*\)|"[^"]*"|\d+|NIL))*', re.IGNORECASE)
"""What may follow a text. Anything else is the rest of a text whose length was stated wrongly."""
_ESCAPED = re.compile(rb"\\(.)")
_VALIDITY = re.compile(rb"[( ]UIDVALIDITY (\d{1,10})[^()]*\)\r?\n\Z", re.IGNORECASE)
_STAMP = re.compile(rb" ?(\d{1,2})-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = {
    name: number
    for number, name in enumerate(
        (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"), 1
    )
}


class Row(Struct, frozen=True):
    """One FETCH answer."""

    uid: int
    flags: tuple[str, ...]
    received: int | None
    """INTERNALDATE in Unix seconds; None when missing or unreadable."""
    size: int | None
    body: bytes | None
    """None when the server said NIL or nothing at all."""
    has_body: bool
    """Whether the answer named a body, be it NIL; flag changes by other clients do not."""


def fetch_row(words: bytes, literals: Sequence[bytes]) -> Row | None:
    """Read the words of a FETCH answer, its literals taken out. None when it is no FETCH or has no UID.

    A literal's place is its `{n}` and line end, as it came. Raises ProtocolConfused when the words
    cannot be an answer to what we ask, because then the connection is out of step.
    """
    if not (whole := _FETCH.match(words)):
        if b" FETCH" in words[:32].upper():
            raise ProtocolConfused("The mail server's answer to a fetch made no sense.")
        return None
    if words.count(b"(") > DEEPEST:
        raise ProtocolConfused("The mail server's answer to a fetch is nested beyond reason.")
    inner = whole.group(1)
    flags: tuple[str, ...] = ()
    # Body and flags go first: a letter's text or a keyword may well read `UID 7`.
    if body := _BODY.search(inner):
        if not _AFTER.fullmatch(inner, body.end()):
            raise ProtocolConfused("The mail server misstated the length of a letter.")
        inner = inner[: body.start()] + inner[body.end() :]
    if found := _FLAGS.search(inner):
        flags = tuple(found.group(1).decode("ascii", "replace").split())
        inner = inner[: found.start()] + inner[found.end() :]
    if not (uid := _UID.search(inner)):
        return None
    size = _SIZE.search(inner)
    date = _DATE.search(inner)
    return Row(
        uid=int(uid.group(1)),
        flags=flags,
        received=internal_date(date.group(1)) if date else None,
        size=int(size.group(1)) if size else None,
        body=_body(body.group(1), literals) if body else None,
        has_body=body is not None,
    )


def _body(said: bytes, literals: Sequence[bytes]) -> bytes | None:
    if said[:1] == b"{":
        if len(literals) != 1:
            raise ProtocolConfused("The mail server answered one letter with several texts.")
        return literals[0]
    if said[:1] == b'"':
        return _ESCAPED.sub(rb"\1", said[1:-1])
    return None


def internal_date(said: bytes) -> int | None:
    """Unix seconds of `17-Jul-1996 02:44:25 -0700` (RFC 3501), or None."""
    if not (found := _STAMP.fullmatch(said)):
        return None
    day, name, year, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
    month = _MONTHS.get(name.lower())
    if month is None or not 1 <= int(day) <= 31 or not 1970 <= int(year) <= 9999:
        return None
    zone = (int(zone_hours) * 60 + int(zone_minutes)) * 60
    local = timegm((int(year), month, int(day), int(hour), int(minute), int(second)))
    return local + zone if sign == b"-" else local - zone


def status_uidvalidity(words: bytes) -> int | None:
    """The UIDVALIDITY of a STATUS answer line, or None."""
    found = _VALIDITY.search(words) if words[:8].upper() == b"* STATUS" else None
    return int(found.group(1)) if found else None


def search_ids(words: bytes) -> list[int] | None:
    """The ids of a SEARCH answer line, or None when the line is something else."""
    if words[:8].upper() != b"* SEARCH":
        return None
    ids = words[8:].split(b"(", 1)[0].split()
    try:
        return [int(one) for one in ids]
    except ValueError:
        raise ProtocolConfused("The mail server's list of letters made no sense.") from None
