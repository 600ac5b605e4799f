"""Addresses as an envelope has them: one mailbox each, fit for the wire. Knows no protocol."""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.errors import BadArgument
from channels.letter import Outgoing
from channels.words import quoted

_LOCAL = re.compile(r"[^\s\x00-\x20\x7f-\x9f<>()\[\]:;@\\,\"\u2028\u2029]+")
_QUOTED_LOCAL = re.compile(r'"(?:[^\x00-\x1f\x7f"\\]|\\[\x20-\x7e])*"')
_DOMAIN = re.compile(
    r"(?:[^\W_]|[^\W_][\w-]{0,61}[^\W_])(?:\.(?:[^\W_]|[^\W_][\w-]{0,61}[^\W_]))*\.?|\[[\w.:]+\]"
)


def addresses(letter: Outgoing, only: Sequence[str] | None) -> list[str]:
    """Each address of the envelope once, in order, Bcc included."""
    every = [one.addr for one in (*letter.to, *letter.cc, *letter.bcc)]
    kept = [addr for addr in every if only is None or addr in set(only)]
    return list(dict.fromkeys(kept))


def mailbox(addr: str) -> str:
    """`addr` as it goes on the wire: one mailbox, its domain in ASCII. BadArgument for anything else.

    Two addresses in one field would reach only the first of them, so they are refused here.
    """
    local, at, domain = addr.rpartition("@")
    fits = at and len(addr) <= 254 and (_LOCAL.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local))
    if not fits or not _DOMAIN.fullmatch(domain):
        raise BadArgument(
            f"{quoted(addr)!r} is not one mail address, so the letter was not sent. Correct it."
        )
    if domain.isascii():
        return addr
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise BadArgument(f"The domain of {quoted(addr)!r} cannot exist. Correct the address.") from None
