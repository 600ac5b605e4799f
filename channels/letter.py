"""What every channel speaks: letters that came in, and outgoing letters.

Plain values. A letter knows nothing of tickets; an `Outgoing` has no field that could hold an
internal note.
"""

from __future__ import annotations

from msgspec import Struct


class Address(Struct, frozen=True):
    name: str
    """Decoded display name, or empty."""
    addr: str
    """`local@domain` as written, without brackets."""

    def __str__(self) -> str:
        return f"{self.name} <{self.addr}>" if self.name else self.addr


class Part(Struct, frozen=True):
    """A leaf of the letter that is not its shown text: an attachment or a picture."""

    path: str
    """Place in the MIME tree, `1.2` being the second child of the first; after `!` the place inside a part
    that wraps others."""
    name: str
    """Decoded file name as the sender wrote it; pass it through `safe_name` before a disk sees it."""
    type: str
    size: int
    """Bytes after decoding."""
    sha256: str
    inline: bool = False
    """A picture that stands in the text, not an attachment."""
    cid: str = ""


class Fold(Struct, frozen=True):
    """Lines of the text that are shown folded. Nothing is ever deleted."""

    kind: str
    """`q` for quoted text and its header lines, `s` for a signature."""
    first: int
    """First line, from 0."""
    last: int
    """Last line, included."""


class Bounce(Struct, frozen=True):
    """A delivery report: mail of ours could not be, or not yet be, delivered (RFC 3464 and its kin)."""

    temporary: bool
    """Every status it reports starts with 4."""
    dead_address: bool
    """The address itself is at fault, so writing again is no use."""
    recipients: tuple[str, ...] = ()
    original_message_id: str = ""


class Delivered(Struct, frozen=True):
    """News that a letter of ours arrived or was read (RFC 3464 with success, RFC 8098). Asks for nothing."""

    recipients: tuple[str, ...] = ()
    original_message_id: str = ""


class Letter(Struct, frozen=True):
    """A letter that came in, read as well as it could be."""

    raw: bytes
    sha256: str
    """Of `raw`."""
    message_id: str
    """Without brackets; empty when there is none."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    """Oldest first, without brackets."""
    sender: tuple[Address, ...]
    """The From field; anything but one address is unverified."""
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    date: int | None
    """Unix seconds; None when missing or absurd."""
    raw_date: str
    text: str
    """The whole readable text, lines ended by newline."""
    from_html: bool = False
    folds: tuple[Fold, ...] = ()
    parts: tuple[Part, ...] = ()
    seals: tuple[str, ...] = ()
    """`signed` (not checked: nobody vouches for it) and `encrypted` (it cannot be read here)."""
    automatic: bool = False
    """No automatic answer may go to it (RFC 3834 and the de-facto headers)."""
    mailing_list: bool = False
    bounce: Bounce | None = None
    delivered: Delivered | None = None
    defects: tuple[str, ...] = ()
    """What was wrong with it, in words; shown, never fatal."""
    trace: tuple[tuple[str, str], ...] = ()
    """Received and Authentication-Results fields, topmost first; empty when no server judged the sender."""

    def own_text(self) -> str:
        """What the sender newly wrote: the text without its folds."""
        return self._without(self.folds)

    def unquoted(self) -> str:
        """The text without what it quotes; signatures stay."""
        return self._without(tuple(fold for fold in self.folds if fold.kind == "q"))

    def _without(self, folds: tuple[Fold, ...]) -> str:
        if not folds:
            return self.text
        lines = self.text.split("\n")
        kept: list[str] = []
        at = 0
        for fold in sorted(folds, key=lambda fold: fold.first):
            kept += lines[at : fold.first]
            at = max(at, fold.first, fold.last + 1)
        return "\n".join(kept + lines[at:])


class Attachment(Struct, frozen=True):
    name: str
    type: str
    data: bytes


class Outgoing(Struct, frozen=True):
    """A letter that may leave. Made only by `deskterm.dispatch`, and only from a reply."""

    message_id: str
    """Without brackets, derived from the message's id so that a second attempt is the same letter."""
    sender: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    date: int
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    """Envelope only, never a header."""
    reply_to: Address | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    html: str = ""
    """The text once more as HTML, sent as its alternative; empty: plain text alone."""
    automatic: bool = False
    """Adds Auto-Submitted: auto-replied (RFC 3834)."""


class Fetched(Struct, frozen=True):
    """Raw bytes as a mailbox handed them over, with their place there."""

    folder: str
    uidvalidity: int
    uid: int
    raw: bytes
    received: int | None
    """The server's own date (INTERNALDATE or file time), Unix seconds."""
    flags: tuple[str, ...] = ()
