"""Raw letters of the practice desk: headers, text, HTML, attachments and reports as real mail has them.

Deterministic bytes from plain values (RFC 5322, 2045, 3464); knows nothing of tickets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from msgspec import Struct

from deskterm.demo.company import NAME, SUPPORT, Person
from deskterm.demo.files import File

_LISTED = re.compile(r"- |\d\. ")


class Spoken(Struct, frozen=True):
    """A letter of the thread so far, for quoting and citing."""

    message_id: str
    at: int
    who: str
    address: str
    text: str


class Draft(Struct, frozen=True):
    """What goes into one raw letter."""

    sender: Person
    subject: str
    text: str
    at: int
    message_id: str
    thread: tuple[Spoken, ...] = ()
    """Visible letters so far; the last one is answered and quoted."""
    to: str = SUPPORT
    cc: tuple[Person, ...] = ()
    html: str = ""
    files: tuple[File, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    charset: str = "utf-8"


def flowing(text: str) -> str:
    """Paragraphs of a tale as one line each, as mail programs write them; list items keep their own."""
    out: list[str] = []
    for line in (line.strip() for line in text.strip().split("\n")):
        if line and out and out[-1] and not _LISTED.match(line):
            out[-1] += f" {line}"
        else:
            out.append(line)
    return "\n".join(out)


def letter(draft: Draft) -> bytes:
    """The letter as bytes with CRLF line ends."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(draft.sender.name, draft.sender.email)
    message["To"] = _address("", draft.to)
    if draft.cc:
        message["Cc"] = [_address(person.name, person.email) for person in draft.cc]
    message["Subject"] = draft.subject
    message["Date"] = format_datetime(_local(draft.at, draft.sender))
    message["Message-ID"] = f"<{draft.message_id}>"
    if draft.thread:
        message["In-Reply-To"] = f"<{draft.thread[-1].message_id}>"
        message["References"] = " ".join(f"<{spoken.message_id}>" for spoken in draft.thread)
    for name, value in draft.headers:
        message[name] = value
    message.set_content(_body(draft), charset=draft.charset)
    if draft.html:
        message.add_alternative(_page(draft), subtype="html")
    for name, kind, data in draft.files:
        main, _, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    _name_boundaries(message, draft.message_id)
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    box, _, domain = address.rpartition("@")
    return Address(name, box, domain)


def _local(at: int, person: Person) -> datetime:
    return datetime.fromtimestamp(at, timezone(timedelta(minutes=person.zone)))


def _name_boundaries(message: EmailMessage, message_id: str) -> None:
    """Boundaries drawn from the id: the library's own are random."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{number}_{message_id.partition('@')[0]}")


def _body(draft: Draft) -> str:
    pieces = [draft.text]
    if draft.sender.sign:
        pieces.append(f"-- \n{draft.sender.sign}")
    if draft.sender.quoting and draft.thread and draft.thread[-1].address != draft.sender.email:
        pieces.append(_quote(draft.thread[-1], draft.sender.quoting))
    return "\n\n".join(pieces) + "\n"


def _quote(spoken: Spoken, style: str) -> str:
    moment = datetime.fromtimestamp(spoken.at, UTC)
    if style == "block":
        return (
            "-----Original Message-----\n"
            f"From: {spoken.who} <{spoken.address}>\n"
            f"Sent: {moment:%d %B %Y %H:%M}\n"
            f"To: {SUPPORT}\n\n{spoken.text}"
        )
    opening = f"On {moment:%d %b %Y} at {moment:%H:%M}, {spoken.who} <{spoken.address}> wrote:"
    return "\n".join([opening, "", *(f"> {line}".rstrip() for line in spoken.text.split("\n"))])


def _page(draft: Draft) -> str:
    return (
        "<html><head><style>body{font-family:Arial}.x{color:#555}</style></head><body>"
        f'{draft.html}<img src="https://pixel.brightmail.example/o.gif" width="1" height="1"></body></html>'
    )


def bounce(returned: Spoken, *, dead: Person, at: int, message_id: str, reason: str) -> bytes:
    """A delivery report for one of our replies (RFC 3464): the address does not take mail."""
    moment = format_datetime(datetime.fromtimestamp(at, UTC))
    boundary = f"=_report_{message_id.partition('@')[0]}"
    blocks = (
        f"Content-Type: text/plain; charset=us-ascii\n\n"
        f"This is the mail system at mx.{dead.email.partition('@')[2]}.\n\n"
        f"Your letter could not be delivered to\n\n    <{dead.email}>: {reason}\n",
        f"Content-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.{dead.email.partition('@')[2]}\nArrival-Date: {moment}\n\n"
        f"Final-Recipient: rfc822; {dead.email}\nAction: failed\nStatus: 5.1.1\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 {reason}\n",
        f"Content-Type: text/rfc822-headers\n\n"
        f"From: {NAME} <{SUPPORT}>\nTo: {dead.email}\nMessage-ID: <{returned.message_id}>\n",
    )
    head = (
        f"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.{dead.email.partition('@')[2]}>\n"
        f"To: {SUPPORT}\nSubject: Undelivered Mail Returned to Sender\nDate: {moment}\n"
        f"Message-ID: <{message_id}>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"\n'
    )
    return _lines(head, *(f"--{boundary}\n{block}" for block in blocks), f"--{boundary}--\n")


def _lines(*pieces: str) -> bytes:
    return "\n".join(pieces).replace("\n", "\r\n").encode()


def ours(spoken: Sequence[Spoken]) -> Spoken | None:
    """The last letter of the thread that we wrote."""
    return next((one for one in reversed(spoken) if one.address == SUPPORT), None)
