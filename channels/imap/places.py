"""Finding one letter in a folder, and the folder for what was sent: how it is proved that a letter left.

Changes nothing on the server. Knows no database.
"""

from __future__ import annotations

from channels import folders
from channels.errors import FolderGone
from channels.imap import guard
from channels.imap.receive import Mailbox
from channels.words import quoted


def uses(mailbox: Mailbox) -> dict[str, str]:
    """Folder name by use (`sent`, `drafts` ...) of a server."""
    return folders.uses((one.name, one.flags) for one in mailbox.folders())


def sent_folder(mailbox: Mailbox) -> str | None:
    """The server's folder for sent letters: the marked one, else one with a usual name, else None."""
    return uses(mailbox).get(folders.SENT)


def find(mailbox: Mailbox, message_id: str, *, folder: str) -> list[int]:
    """UIDs of the letters with exactly this Message-ID (brackets or not) in `folder`, ascending.

    Raises FolderGone when there is no such folder, BadArgument when the id cannot be sent, Unreachable
    and ProtocolConfused as always. Opens `folder` for reading only and leaves it open.
    """
    # With its brackets an id cannot be the end of another one.
    wanted = guard.string(f"<{message_id.strip().strip('<>')}>", what="Message-ID")
    mailbox.open(folder)
    return sorted(mailbox.search(b"HEADER Message-ID " + wanted))


def left(mailbox: Mailbox, message_id: str, *, folder: str = "") -> bool:
    """Whether a letter is in the Sent folder (`folder`, or the one the server marks): proof that it left.

    False is no proof of the contrary: some servers keep no copy. Raises FolderGone when no Sent folder is
    known, and what `find` raises.
    """
    folder = folder or sent_folder(mailbox) or ""
    if not folder:
        raise FolderGone(
            f"No folder of {quoted(mailbox.account.user)} is marked or named as Sent. "
            "Name it in the settings (`sent`)."
        )
    return bool(find(mailbox, message_id, folder=folder))
