"""What other programs did to letters that were read already: flags set, letters moved away or deleted.

Asked of the server by modification sequence where it keeps one (CONDSTORE and QRESYNC, RFC 7162), by
looking at flags where not. Changes nothing; knows no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from channels.errors import ProtocolConfused
from channels.imap import guard
from channels.imap.answers import fetch_row
from channels.imap.receive import Mailbox
from channels.imap.wire import Untagged

AT_ONCE = 500
"""Changes handed over at a time, so that a folder marked as read as a whole takes no memory."""

_VANISHED = re.compile(rb"\* VANISHED (?:\(EARLIER\) )?([\d:,]+)\r?\n\Z", re.IGNORECASE)


class Changes(Struct, frozen=True):
    """Some of what changed."""

    flags: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """UID and all its flags as they are now."""
    gone: tuple[tuple[int, int], ...] = ()
    """Runs of UIDs that are no longer in the folder, first and last."""


def since(mailbox: Mailbox, modseq: int, *, last: int) -> Iterator[Changes]:
    """Everything up to the UID `last` that changed after `modseq`, in pieces.

    Letters that left are named only by servers with QRESYNC. The iterator has to be read to its end.
    """
    how = b"CHANGEDSINCE %d%b" % (modseq, b" VANISHED" if mailbox.names_vanished else b"")
    yield from _pieces(mailbox, b"UID FETCH 1:%d (UID FLAGS) (%b)" % (last, how))


def flags(mailbox: Mailbox, uids: Sequence[int]) -> Iterator[Changes]:
    """The flags of these letters as they are now; a letter without an answer may be gone."""
    for some in guard.uid_sets(uids):
        yield from _pieces(mailbox, b"UID FETCH %b (UID FLAGS)" % some)


def _pieces(mailbox: Mailbox, command: bytes) -> Iterator[Changes]:
    wire = mailbox.line.wire
    found: list[tuple[int, tuple[str, ...]]] = []
    gone: list[tuple[int, int]] = []
    with wire.talking("looking at flags"):
        for answer in wire.ask(command):
            gone += vanished(answer.words)
            if row := _flags(answer):
                found.append(row)
            if len(found) >= AT_ONCE:
                yield Changes(tuple(found), tuple(gone))
                found, gone = [], []
    if found or gone:
        yield Changes(tuple(found), tuple(gone))


def _flags(answer: Untagged) -> tuple[int, tuple[str, ...]] | None:
    row = fetch_row(answer.words, answer.literals)
    if row is None or b"FLAGS" not in answer.words.upper():
        return None
    return row.uid, tuple(flag for flag in row.flags if flag.lower() != "\\recent")


def vanished(words: bytes) -> list[tuple[int, int]]:
    """The runs of UIDs a VANISHED line names; a run may be far longer than the folder ever was."""
    if not (found := _VANISHED.match(words)):
        return []
    runs: list[tuple[int, int]] = []
    for part in found.group(1).split(b","):
        ends = part.split(b":")
        if not 1 <= len(ends) <= 2 or not all(end.isdigit() and len(end) <= 10 for end in ends):
            raise ProtocolConfused("The mail server's list of vanished letters made no sense.")
        numbers = sorted(int(end) for end in ends)
        runs.append((numbers[0], numbers[-1]))
    return runs
