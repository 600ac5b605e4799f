"""Answers the `search` cases of the collection: a desk of the mailbox's letters, asked in the product's
own query language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from channels.letter import Letter
from channels.mime.parse import parse
from store.model import Status, Ticket
from store.reads.search import search
from tests.store import desk_rows

ASKED = {
    "any": '"{term}"',
    "text": '"{term}"',
    "body": 'body:"{term}"',
    "subject": 'subject:"{term}"',
    "from": 'from:"{term}"',
    "to": 'to:"{term}"',
    "cc": 'cc:"{term}"',
}


def answer(case: dict[str, Any], root: Path) -> dict[str, Any]:
    rows, size = desk(root / case["mailbox"])
    asked = ASKED[case["field"]].format(term=case["term"].replace('"', " "))
    found = search(rows.conn, asked, now=0, limit=size)
    return {"id": case["id"], "hits": sorted(int(hit.ticket[1:]) for hit in found.hits)}


@cache
def desk(mailbox: Path) -> tuple[desk_rows.Rows, int]:
    """Every letter as a ticket of its own, numbered by its place in the folder.

    The collection asks of each letter whether it has a word, so all its text is indexed here; the desk
    itself leaves out quotes, whose words are found in the letter they come from.
    """
    rows = desk_rows.empty()
    files = sorted(mailbox.iterdir())
    for place, file in enumerate(files):
        letter = parse(file.read_bytes())
        ticket = Ticket(f"t{place}", place + 1, letter.subject, Status.OPEN, 3, 0, 0)
        desk_rows.add(rows, desk_rows.Case(ticket, (_message(letter),)))
    return rows, len(files)


def _message(letter: Letter) -> desk_rows.Letter:
    return desk_rows.Letter(
        subject=letter.subject,
        sender=", ".join(map(str, letter.sender)),
        text=letter.text,
        to=tuple(map(str, letter.to)),
        cc=tuple(map(str, letter.cc)),
        msgid=letter.message_id,
        date=letter.date or 0,
    )
