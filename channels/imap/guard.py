"""The last look at every value before it goes on an IMAP wire. Knows only what may not be sent.

The library underneath writes arguments as they come, so a line break in a search text or a flag
would be a second command. Values are refused, never repaired: a changed value would find other mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from imapclient import imap_utf7

from channels.errors import BadArgument
from channels.words import quoted

MOST_IN_SET = 3000
"""Characters of one UID set; servers need only take lines of 8,000 (RFC 7162)."""

_CONTROL = re.compile("[\x00-\x1f\x7f]")
_FLAG = re.compile(r"\\?[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]+")
"""RFC 3501 flag: an atom, or a backslash and an atom."""


def text(value: str, *, what: str) -> str:
    """The value itself when it holds no control character, else BadArgument naming `what`."""
    if _CONTROL.search(value):
        raise BadArgument(
            f"The {what} holds a line break or another control character, so it was not sent to the server. "
            "Write it again without."
        )
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadArgument(f"The {what} holds half a character, so it was not sent. Write it again.") from None
    return value


def folder(name: str) -> str:
    """A folder name fit to be sent: no controls, not empty."""
    if not name:
        raise BadArgument("A folder without a name was asked for. Name one, such as INBOX.")
    return text(name, what="folder name")


def encoded(name: str) -> bytes:
    """A folder name as a quoted string in modified UTF-7 (RFC 3501 5.1.3)."""
    return string(imap_utf7.encode(folder(name)).decode("ascii"), what="folder name")


def flag(name: str) -> str:
    """A flag or keyword as RFC 3501 allows it."""
    if not _FLAG.fullmatch(name):
        raise BadArgument(f"{quoted(name)!r} cannot be a flag. Flags are one word of plain letters.")
    return name


def string(value: str, *, what: str) -> bytes:
    """A quoted string. Text beyond ASCII is refused: it would need a literal and a charset."""
    text(value, what=what)
    if not value.isascii():
        raise BadArgument(f"The {what} holds letters this server command cannot carry; use plain ASCII.")
    return b'"' + value.replace("\\", "\\\\").replace('"', '\\"').encode("ascii") + b'"'


def uid_sets(uids: Sequence[int]) -> Iterator[bytes]:
    """The UIDs as IMAP sets (`4:9,12`), ascending, each short enough for one command line."""
    parts: list[bytes] = []
    length = 0
    for first, last in _runs(uids):
        part = b"%d" % first if first == last else b"%d:%d" % (first, last)
        if length + len(part) > MOST_IN_SET:
            yield b",".join(parts)
            parts, length = [], 0
        parts.append(part)
        length += len(part) + 1
    if parts:
        yield b",".join(parts)


def _runs(uids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Unbroken runs of ascending UIDs as (first, last)."""
    ordered = sorted(set(uids))
    if ordered and not 0 < ordered[0] <= ordered[-1] < 2**32:
        raise BadArgument("A UID outside 1 to 4294967295 was asked for; the mailbox ledger may be damaged.")
    start = 0
    for at in range(1, len(ordered) + 1):
        if at == len(ordered) or ordered[at] != ordered[at - 1] + 1:
            yield ordered[start], ordered[at - 1]
            start = at
