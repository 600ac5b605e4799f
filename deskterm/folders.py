"""Which folders of a mailbox are read: those of the settings, and the one of sent letters.

Asks an open mailbox for its list; knows no letters and no database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.config import Box
from deskterm.pull import Place

if TYPE_CHECKING:
    from channels.imap.receive import Mailbox


def wanted(box: Box, mailbox: Mailbox) -> list[Place]:
    """The folders to read, in the order of the settings, sent letters last. Raises ChannelError.

    `@archive` is whatever the server uses as its archive (RFC 6154); a use it has no folder for stays as it
    is written, and opening it says so.
    """
    from channels import folders
    from channels.imap import places

    uses = places.uses(mailbox)
    names = [uses.get(name[1:].lower(), name) if name.startswith("@") else name for name in box.folders]
    sent = (box.sent if box.sent != "-" else "") or uses.get(folders.SENT, "")
    if box.read_sent and sent:
        names.append(sent)
    return [Place(name, sent=name == sent) for name in dict.fromkeys(names)]
