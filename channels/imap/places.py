"""Which folder is for what: the marks of RFC 6154 first, usual names where a server has none.

Pure but for asking the server for its list. Knows no letters.
"""

from __future__ import annotations

from collections.abc import Sequence

from channels.errors import FolderGone
from channels.imap import guard
from channels.imap.receive import Folder, Mailbox
from channels.words import quoted

INBOX, SENT, DRAFTS, JUNK, TRASH, ARCHIVE, ALL = "inbox", "sent", "drafts", "junk", "trash", "archive", "all"

MARKS = {
    "\\sent": SENT, "\\drafts": DRAFTS, "\\junk": JUNK, "\\trash": TRASH, "\\archive": ARCHIVE, "\\all": ALL,
}  # fmt: skip
"""Special uses (RFC 6154)."""

_NAMES = {
    SENT: ("sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente",
           "gesendete objekte", "envoyés", "éléments envoyés", "enviados", "elementos enviados",
           "posta inviata", "verzonden", "verzonden items", "skickat", "sendt"),
    DRAFTS: ("drafts", "draft", "entwürfe", "brouillons", "borradores", "bozze", "concepten", "utkast"),
    JUNK: ("junk", "junk e-mail", "junk email", "spam", "bulk mail", "indésirables", "correo no deseado",
           "posta indesiderata", "ongewenste e-mail"),
    TRASH: ("trash", "deleted items", "deleted messages", "papierkorb", "gelöschte elemente", "corbeille",
            "éléments supprimés", "papelera", "cestino", "prullenbak", "bin"),
    ARCHIVE: ("archive", "archives", "archiv", "archivo", "archivio", "archief"),
    ALL: ("all mail", "alle nachrichten", "tous les messages", "todos"),
}  # fmt: skip
"""What special folders are called by servers that do not mark them, last part of the name, lower case."""


def uses(listed: Sequence[Folder]) -> dict[str, str]:
    """Folder name by use (`sent`, `drafts` ...). A mark wins over a name, the first over later ones."""
    found = {INBOX: next((one.name for one in listed if one.name.upper() == "INBOX"), "INBOX")}
    for folder in listed:
        for mark in folder.flags:
            if (use := MARKS.get(mark)) is not None:
                found.setdefault(use, folder.name)
    for folder in listed:
        use = _named(folder.name)
        if use and not MARKS.keys() & set(folder.flags):
            found.setdefault(use, folder.name)
    return found


def _named(name: str) -> str:
    last = name.replace(".", "/").rsplit("/", 1)[-1].lower()
    return next((use for use, names in _NAMES.items() if last in names), "")


def use_of(name: str, found: dict[str, str]) -> str:
    """What the folder called `name` is for; empty for an ordinary one."""
    return next((use for use, folder in found.items() if folder == name), "")


def sent_folder(mailbox: Mailbox) -> str | None:
    """The server's folder for sent letters: the marked one, else one with a usual name, else None."""
    return uses(mailbox.folders()).get(SENT)


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
