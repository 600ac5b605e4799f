"""Acknowledgements: which letters get one, which doc it comes from, and its words.

Pure. The words are the desk's own and the ticket's number: nothing of the letter answered gets into them, so
that nobody can make the desk carry a text to a third person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from msgspec import Struct

from store.rules import template
from store.rules.alerts import texts
from store.rules.doctext import Doc
from store.rules.hours import Hours

KEYS = ("mailboxes", "brand", "hours", "also", "subject", "open", "closed")
NAMES = ("ticket.number", "desk.name", "desk.address", "desk.opens")

EXAMPLE = """\
# Sent once, by itself, to somebody who writes a first letter; never to programs and lists, never twice
# a day to one address, and not before the desk is live. `deskterm why N` says why it went or did not.
# Names to use: {{ ticket.number }}, {{ desk.name }}, {{ desk.address }}, {{ desk.opens | date: "%A %H:%M" }}.
mailboxes = []      # names from config.toml; empty: all of them
hours = "office"    # the calendar that says when we are open
also = []           # other addresses whose letters arrive here, such as an alias

subject = "We have your letter (#{{ ticket.number }})"

open = \"\"\"
Thank you, your letter is here. A person reads it and answers as soon as possible.

Its number is #{{ ticket.number }}. To add something, answer this letter.
\"\"\"

# Outside those hours; empty: the same words.
closed = \"\"\"
Thank you, your letter is here. We are closed at the moment and back on
{{ desk.opens | date: "%A, %-d %B, %H:%M" }}.

Its number is #{{ ticket.number }}. To add something, answer this letter.
\"\"\"
"""

MAX_AGE = 86_400
"""Seconds. Who wrote longer ago has waited too long to be told that we have it."""

_NOBODY = re.compile(
    r"(?:no|not|non|dont|donot|do[._-]not|ne)[._-]?(?:reply|respond|response|answer|repondre|antworten)(?:[._+-].*)?"
    r"|.*[._+-]no-?reply|keine?[._-]?antwort|nao[._-]?responda|noresponder"
    r"|(?:mailer|post|mail)[._-]?(?:daemon|master)|postmaster|daemon|root|nobody|abuse|hostmaster|uucp"
    r"|bounces?(?:[._+=-].*)?|.*[._+-](?:bounces?|request|owner)|owner-.*|listserv|majordomo|mailman|sympa"
    r"|auto(?:mat\w*)?[._-]?(?:reply|responder|antwort|confirm|mailer|notif\w*)|robots?|cron|www-data|apache",
    re.IGNORECASE,
)


class Ack(Struct, frozen=True):
    """One doc: for whom, by which hours, and its words."""

    name: str
    subject: str
    open: str
    closed: str = ""
    hours: str = "office"
    mailboxes: frozenset[str] = frozenset()
    """Empty: all."""
    brand: str = ""
    also: frozenset[str] = frozenset()
    """Addresses of ours besides those of the mailboxes, lower case."""


class Came(Struct, frozen=True):
    """What matters about a letter that made a ticket or joined one."""

    sender: tuple[str, ...]
    """From addresses, lower case."""
    signals: frozenset[str]
    """Marks of the message, such as `auto`, `list`, `bounce`, `unverified`, `claims`."""
    automatic: bool
    first: bool
    """It made a new ticket."""
    named: frozenset[str]
    """Lower-case addresses in To and Cc."""
    elsewhere: bool
    """Answers are wanted at another address than the sender's."""
    answers_automatic: bool
    """It answers a letter that we sent by ourselves."""
    echo: bool
    """It repeats the words of our acknowledgement."""
    age: int
    """Seconds since our server got it."""
    alarm: bool = False


def unfit(came: Came, *, own: frozenset[str]) -> str:
    """Why no acknowledgement may go back, in words; empty when one may (RFC 3834, section 2)."""
    address = came.sender[0] if len(came.sender) == 1 else ""
    reasons = (
        (not came.first, "it joined a ticket, and only a first letter gets one"),
        (not address, "its sender is not exactly one address"),
        (address in own, "it says it is from ourselves"),
        ("bounce" in came.signals or "delivered" in came.signals, "it reports about delivery"),
        ("list" in came.signals, "it came through a mailing list"),
        (came.automatic or "auto" in came.signals, "a program sent it"),
        (came.alarm, "it is an alert of a machine"),
        ("unverified" in came.signals, "its sender is not verified"),
        ("claims" in came.signals, "it claims to belong to a ticket its sender takes no part in"),
        (nobody_reads(address), f"nobody reads letters to {address}"),
        (came.elsewhere, "it wants answers at another address than its sender's"),
        (came.answers_automatic, "it answers a letter that the desk sent by itself"),
        (came.echo, "it repeats the words of our acknowledgement"),
        (came.named.isdisjoint(own), "it names none of our addresses in To or Cc"),
        (came.age > MAX_AGE, "it had waited for more than a day"),
    )
    return next((words for holds, words in reasons if holds), "")


def nobody_reads(address: str) -> bool:
    """Whether an address says by its own name that no person reads what is sent there."""
    return _NOBODY.fullmatch(address.partition("@")[0]) is not None


def chosen(acks: Iterable[Ack], *, mailbox: str, brand: str = "") -> Ack | None:
    """The doc for a letter of this mailbox: one that names it goes before one for all."""
    fits = [
        one for one in acks if one.brand in ("", brand) and (not one.mailboxes or mailbox in one.mailboxes)
    ]
    return min(fits, key=lambda one: (not one.mailboxes, not one.brand), default=None)


def words(ack: Ack, *, number: int, name: str, address: str, hours: Hours, now: int) -> tuple[str, str]:
    """Subject and text, by whether the desk is open now."""
    zone = ZoneInfo(hours.calendar.zone)
    values: Mapping[str, object] = {
        "ticket": {"number": number},
        "desk": {"name": name or address, "address": address, "opens": hours.next_open(now)},
    }
    body = ack.open if hours.is_open(now) or not ack.closed.strip() else ack.closed
    subject = template.fill(template.read(ack.subject), values, zone=zone).text
    return " ".join(subject.split()), template.fill(
        template.read(body), values, zone=zone
    ).text.strip() + "\n"


def echoes(ack: Ack, *, subject: str, text: str) -> bool:
    """Whether a letter repeats a sentence of our acknowledgement, as responders without manners quote it."""
    if any(piece in _squeezed(subject) for piece in _fixed(ack.subject)):
        return True
    said = _squeezed(text[:20_000])
    return any(piece in said for piece in (*_fixed(ack.open), *_fixed(ack.closed)))


_TELLING = 16
"""Letters of a sentence that make it ours and nobody's by chance."""


def _fixed(text: str) -> list[str]:
    """The sentences between the placeholders, without spaces and marks."""
    pieces = [piece for piece in template.read(text) if isinstance(piece, str)]
    sentences = (_squeezed(one) for piece in pieces for one in re.split(r"[.!?…。！？]|\n\n", piece))
    return [one for one in sentences if len(one) >= _TELLING]


def _squeezed(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalpha())


def read_ack(text: str, *, name: str = "") -> Ack:
    """The acknowledgement a doc describes. Raises DocError, pointing at the mistake."""
    doc = Doc(text)
    doc.known(doc.table, KEYS)
    said = {key: _said(doc, key) for key in ("subject", "open", "closed")}
    for key in ("subject", "open"):
        if not said[key].strip():
            raise doc.wrong(f"{key} is missing; a letter needs its words.", key)
    if "\n" in said["subject"].strip():
        raise doc.wrong("subject has to be one line.", "subject")
    return Ack(
        name=name, subject=said["subject"].strip(), open=said["open"], closed=said["closed"],
        hours=doc.text_at(doc.table.get("hours", "office"), "hours"),
        mailboxes=frozenset(texts(doc, "mailboxes")),
        brand=doc.text_at(doc.table.get("brand", ""), "brand"),
        also=frozenset(one.lower() for one in texts(doc, "also")),
    )  # fmt: skip


def _said(doc: Doc, key: str) -> str:
    """A text whose placeholders are all among NAMES. Raises DocError."""
    text = doc.text_at(doc.table.get(key, ""), key)
    for piece in template.read(text):
        if isinstance(piece, str) or piece.fixed is not None:
            continue
        if piece.error:
            raise doc.wrong(f"{piece.error}.", key)
        if piece.name not in NAMES:
            what = piece.source if piece.ask else piece.name
            raise doc.wrong(
                f"{what} cannot stand in a letter that leaves by itself; there are: {', '.join(NAMES)}.", key
            )
    return text
