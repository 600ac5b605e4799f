"""What a mail folder is for: the marks of RFC 6154 first, usual names where a server has none.

Pure; knows names and marks, and no server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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


def uses(listed: Iterable[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """Folder name by use (`sent`, `drafts` ...), of names with their marks in lower case.

    A mark wins over a name, the first folder over later ones.
    """
    folders = [(name, MARKS.keys() & set(marks)) for name, marks in listed]
    found = {INBOX: next((name for name, _ in folders if name.upper() == "INBOX"), "INBOX")}
    for name, marks in folders:
        for mark in sorted(marks):
            found.setdefault(MARKS[mark], name)
    for name, marks in folders:
        if not marks and (use := named(name)):
            found.setdefault(use, name)
    return found


def named(name: str) -> str:
    """What a folder is for by its name alone; empty for an ordinary one."""
    last = name.replace(".", "/").rsplit("/", 1)[-1].lower()
    return next((use for use, names in _NAMES.items() if last in names), "")


def use_of(name: str, found: Mapping[str, str]) -> str:
    """What the folder called `name` is for, given all uses; empty for an ordinary one."""
    return next((use for use, folder in found.items() if folder == name), "")
