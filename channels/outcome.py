"""What became of a letter that was to leave: four outcomes, the phase that decided, each recipient."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Outcome(StrEnum):
    SENT = "sent"
    LATER = "later"
    """Certainly not sent; trying again is right."""
    REFUSED = "refused"
    """Certainly not sent, and trying the same again is no use."""
    UNSURE = "unsure"
    """The line was lost after the final dot: never send again by itself."""


class Phase(StrEnum):
    """How far the letter came."""

    ADDRESS = "address"
    CONNECT = "connect"
    TLS = "tls"
    AUTH = "auth"
    SIZE = "size"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"


class Recipient(Struct, frozen=True):
    """What became of one address."""

    addr: str
    outcome: Outcome
    code: int | None = None
    words: str = ""


class Result(Struct, frozen=True):
    outcome: Outcome
    phase: Phase
    """The phase that decided."""
    code: int | None = None
    """The server's code, None when it gave none."""
    words: str = ""
    """A sentence of ours or the server's words, fit to be shown."""
    recipients: tuple[Recipient, ...] = ()
    """One for each address of the envelope, also those that were refused while others passed."""
    size_limit: int | None = None
    """Bytes of a letter the server takes, as it said when it was greeted; None when it did not say."""
    sender_refused: bool = False
    """It is the sender's address the server does not take, so another one may do."""

    @property
    def needs_person(self) -> bool:
        """Whether trying again by itself is pointless or harmful: login, encryption, a wrong address."""
        if self.outcome is Outcome.LATER:
            return self.phase is Phase.TLS or (self.phase is Phase.AUTH and (self.code or 500) >= 500)
        return self.outcome in (Outcome.REFUSED, Outcome.UNSURE)
