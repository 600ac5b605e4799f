"""Marks in the header that a letter was sent by a program or a mailing list (RFC 3834, 2369, 2919).

Looks at fields only. Says nothing about who is right; an automatic letter still becomes a message.
"""

from __future__ import annotations

import re
from typing import Final

from channels.letter import Address
from channels.mime.tree import Node

_BULK: Final = frozenset(("bulk", "junk", "list", "auto_reply"))
_ANSWERED: Final = frozenset(("x-autoreply", "x-autorespond", "x-autoresponder"))
_REPORT: Final = b"multipart/report"
_SUPPRESS: Final = frozenset(("all", "oof", "autoreply"))
_ROBOT: Final = re.compile(r"(?:mailer-daemon|listserv|majordomo|owner-.*|.*-request)(?:@|\Z)", re.IGNORECASE)


def automatic(root: Node, sender: tuple[Address, ...]) -> bool:
    """Whether no automatic answer may go back (RFC 3834 section 2, RFC 5230 4.6, de-facto fields)."""
    if root.type == "multipart/report" or (root.get("content-type") or b"").lstrip()[:16].lower() == _REPORT:
        return True  # by its own word too: one without its boundary was read as text
    if any(_ROBOT.match(person.addr) for person in sender):
        return True
    return any(_tells(name, value) for name, value in root.fields if name[0] in "lapxr")


def mailing_list(root: Node) -> bool:
    """Whether it came through a mailing list or as bulk mail."""
    for name, value in root.fields:
        if name.startswith("list-"):
            return True
        if name == "precedence" and value.strip().lower() in (b"list", b"bulk", b"junk"):
            return True
    return False


def _tells(name: str, value: bytes) -> bool:
    if name.startswith("list-"):
        return True
    if name == "auto-submitted":
        return _words(re.sub(rb"\([^()]*\)", b" ", value[:400]))[:1] not in ([], ["no"])
    if name == "precedence":
        return bool(_BULK.intersection(_words(value)))
    if name == "x-auto-response-suppress":
        return bool(_SUPPRESS.intersection(_words(value)))
    if name == "return-path":
        return value.replace(b" ", b"").strip() == b"<>"
    return name in _ANSWERED


def _words(value: bytes) -> list[str]:
    found = re.split(r"[\s,;()]+", value[:200].decode("ascii", "replace").lower())
    return [word for word in found if word]
