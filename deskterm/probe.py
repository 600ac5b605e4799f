"""The probe letter at the end of setup: it leaves by SMTP, comes in by IMAP, and is taken away again.

Its Message-ID is written down before it leaves, so that a copy that stays behind never becomes a ticket.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from channels.errors import ChannelError, Unreachable
from channels.letter import Address, Outgoing
from deskterm import mailboxes
from deskterm.config import Box
from deskterm.desk import Desk
from store.errors import Refused
from store.reads import docs

if TYPE_CHECKING:
    from channels.secret import Secret

KIND, NAME = "desk", "probes"
START = "deskterm-probe-"
SECONDS = 90.0
"""How long the letter may be on its way."""
EVERY = 1.0

Tell = Callable[[str], None]


def is_probe(conn: sqlite3.Connection, message_id: str) -> bool:
    """Whether a letter is one of our own probes: its id is random and known to nobody else."""
    if not message_id.startswith(START):
        return False
    doc = docs.named(conn, KIND, NAME)
    return doc is not None and message_id in doc.body.split()


def go_round(
    desk: Desk, box: Box, secret: Secret | None, *, tell: Tell, go: Callable[[], bool] = lambda: True,
    seconds: float = SECONDS,
) -> str:  # fmt: skip
    """Send one letter to ourselves and see it arrive. A sentence; raises ChannelError or Refused.

    A mailbox that only reads or only writes has nothing that could go round, which is said.
    """
    if not (box.imap and box.smtp):
        return "No letter went round: the mailbox has no IMAP or no SMTP server."
    msgid = f"{START}{secrets.token_hex(16)}@{box.address.rpartition('@')[2]}"
    _write_down(desk, msgid)
    _send(desk, box, secret, msgid)
    tell(f"A letter to {box.address} left; waiting for it to arrive.")
    return _arrives(box, secret, msgid, go=go, seconds=seconds)


def _write_down(desk: Desk, msgid: str) -> None:
    known = docs.named(desk.conn, KIND, NAME)
    before = known.body.split() if known else []
    desk.save_doc(KIND, NAME, " ".join([*before[-19:], msgid]))


def _send(desk: Desk, box: Box, secret: Secret | None, msgid: str) -> None:
    from channels import smtp

    me = Address(box.name, box.address)
    text = (
        "This letter went round to see that mail leaves and arrives. deskterm takes it away again;\n"
        "if it is still here, it can be deleted.\n"
    )
    letter = Outgoing(msgid, me, (me,), "deskterm is trying this mailbox", text, desk.now)
    result = smtp.send(mailboxes.smtp_account(box), secret, letter, about_to_dot=lambda: None)
    if result.outcome is not smtp.Outcome.SENT:
        raise Refused(f"The letter to ourselves did not leave: {result.words}")


def _arrives(box: Box, secret: Secret | None, msgid: str, *, go: Callable[[], bool], seconds: float) -> str:
    from channels.imap import guard
    from channels.imap.receive import Mailbox
    from channels.imap.remove import remove

    if secret is None:
        raise Refused("There is no password to look for the letter with.")
    wanted = b"HEADER Message-ID " + guard.string(msgid, what="Message-ID")
    place, end, pause = (
        box.folders[0] if box.folders else "INBOX",
        time.monotonic() + seconds,
        threading.Event(),
    )
    with Mailbox(mailboxes.imap_account(box), secret) as mailbox:
        while go():
            mailbox.open(place)
            if found := mailbox.search(wanted):
                gone = _gone(lambda: remove(mailbox, found[-1], folder=place))
                stays = (
                    "" if gone else " It stays in the mailbox, where it can be deleted; it makes no ticket."
                )
                return f"The letter came back: mail leaves and arrives.{stays}"
            if time.monotonic() > end:
                raise Unreachable(
                    f"The letter left and did not arrive within {seconds:.0f} seconds. Sending works; look "
                    f"whether {box.address} is the address of this mailbox, and into its spam folder."
                )
            pause.wait(EVERY)
    raise Refused("The letter left; nobody waited for it to arrive.")


def _gone(work: Callable[[], bool]) -> bool:
    """A letter that cannot be taken away is no reason to say that mail does not arrive."""
    try:
        return work()
    except ChannelError:
        return False
