"""An outgoing letter to its bytes: plain text that flows, threading fields, attachments.

Takes `Outgoing` only, which can hold no internal note. Nothing of a customer's gets into a field
before it is cleaned; what cannot be cleaned without changing who gets the letter is refused.
"""

from __future__ import annotations

import email.policy
import re
from email.message import EmailMessage
from email.utils import formatdate
from hashlib import sha256
from typing import Final

from channels.errors import BadArgument
from channels.letter import Attachment, Outgoing
from channels.mime.fields import clean, field, people_field, text_field
from channels.mime.files import safe_name
from channels.mime.flowed import flow
from channels.mime.subjects import base_subject, reply_subject

__all__ = ["base_subject", "compose", "quote", "reply_subject"]

_POLICY: Final = email.policy.SMTP.clone(cte_type="7bit")
_ID: Final = re.compile(r"[!-;=?-~]{1,900}")
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,80}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}", re.IGNORECASE)
_BY_ITSELF: Final = b"Auto-Submitted: auto-replied\r\nPrecedence: bulk\r\nX-Auto-Response-Suppress: All\r\n"
"""So that no program answers (RFC 3834 5; the other two for older responders and for Exchange)."""
REFERENCES: Final = 20
"""Ids kept in References: the first, which names the thread, and the latest."""
REFERENCES_CHARS: Final = 4_000
SUBJECT_CHARS: Final = 500


def compose(letter: Outgoing) -> bytes:
    """The letter as it travels: CRLF lines, 7-bit, no Bcc anywhere.

    Raises BadArgument, before anything is sent, when an address or an id cannot stand in a field.
    """
    if not (letter.to or letter.cc or letter.bcc):
        raise BadArgument("The letter names nobody to send it to; add a recipient.")
    message = EmailMessage(policy=_POLICY)
    _body(message, letter.text)
    if letter.html:
        _alternative(message, letter)
    taken: list[str] = []
    for attachment in letter.attachments:
        taken.append(_attach(message, attachment, taken))
    if letter.attachments:
        message.set_boundary(_boundary(letter, "mixed"))
    body = re.sub(rb"\r\n|\r|\n", b"\r\n", message.as_bytes())
    return b"".join(_head(letter)) + body


def _head(letter: Outgoing) -> list[bytes]:
    """The fields of the letter itself. There is no field for blind copies."""
    fields = [people_field("From", [letter.sender])]
    if letter.to:
        fields.append(people_field("To", letter.to))
    if letter.cc:
        fields.append(people_field("Cc", letter.cc))
    if not (letter.to or letter.cc):
        fields.append(b"To: undisclosed-recipients:;\r\n")
    if letter.reply_to:
        fields.append(people_field("Reply-To", [letter.reply_to]))
    fields.append(text_field("Subject", clean(letter.subject)[:SUBJECT_CHARS]))
    fields.append(field("Date", [formatdate(letter.date, localtime=False)]))
    fields.extend(_thread(letter))
    if letter.automatic:
        fields.append(_BY_ITSELF)
    return fields


def quote(text: str, author: str, date_text: str) -> str:
    """The text of a letter as quoted in an answer, under a line that says whose it is."""
    lines = [
        f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in text.strip("\n").split("\n")
    ]
    return f"On {clean(date_text)}, {clean(author)} wrote:\n" + "\n".join(lines) + "\n"


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise BadArgument(f"The message id {clean(value)[:80]!r} cannot stand in a header; nothing was sent.")
    return f"<{value}>"


def _thread(letter: Outgoing) -> list[bytes]:
    """Message-ID is ours and must be right; the others come from strangers, so bad ones are left out."""
    fields = [field("Message-ID", [_id(letter.message_id)])]
    if letter.in_reply_to and _ID.fullmatch(letter.in_reply_to):
        fields.append(field("In-Reply-To", [f"<{letter.in_reply_to}>"]))
    kept = [i for i in dict.fromkeys(letter.references) if _ID.fullmatch(i)]
    if len(kept) > REFERENCES:
        kept = kept[:1] + kept[1 - REFERENCES :]
    while len(kept) > 2 and sum(len(i) + 3 for i in kept) > REFERENCES_CHARS:
        del kept[1]
    if kept:
        fields.append(field("References", [f"<{i}>" for i in kept]))
    return fields


def _body(message: EmailMessage, text: str) -> None:
    flowing = flow(_printable(text).rstrip("\n")) + "\n"
    charset = "us-ascii" if flowing.isascii() else "utf-8"
    message.set_content(flowing, charset=charset, cte=_encoding(flowing), params={"format": "flowed"})


def _alternative(message: EmailMessage, letter: Outgoing) -> None:
    """The HTML form after the plain one, which readers take for the poorer (RFC 2046 5.1.4)."""
    html = _printable(letter.html)
    message.add_alternative(html, subtype="html", charset="utf-8", cte=_encoding(html))
    message.set_boundary(_boundary(letter, "alternative"))


def _boundary(letter: Outgoing, what: str) -> str:
    """Derived from the letter, so that a second attempt has equal bytes."""
    return "=_" + sha256(f"{what} {letter.message_id}".encode("utf-8", "replace")).hexdigest()[:40]


def _printable(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    for odd in "\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        text = text.replace(odd, "\n")
    return text


def _encoding(text: str) -> str:
    """The transfer encoding: plain if it may be, else the shorter of the two."""
    if text.isascii() and "\0" not in text and all(len(line) <= 990 for line in text.split("\n")):
        return "7bit"
    foreign = sum(1 for c in text if ord(c) > 126)
    return "quoted-printable" if foreign * 6 < len(text) else "base64"


def _attach(message: EmailMessage, attachment: Attachment, taken: list[str]) -> str:
    kind = attachment.type if _TYPE.fullmatch(attachment.type) else "application/octet-stream"
    main, _, sub = kind.lower().partition("/")
    if main in ("multipart", "message"):
        main, sub = "application", "octet-stream"
    name = safe_name(attachment.name, kind, taken)
    message.add_attachment(attachment.data, maintype=main, subtype=sub, filename=name, cte="base64")
    return name
