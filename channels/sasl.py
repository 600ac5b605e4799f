"""Logging in with an access token: what XOAUTH2 and OAUTHBEARER (RFC 7628) put on the wire.

Bytes in, bytes out; knows neither IMAP nor SMTP.
"""

from __future__ import annotations

from collections.abc import Collection

from channels.errors import BadArgument
from channels.secret import Token

OAUTHBEARER, XOAUTH2 = "OAUTHBEARER", "XOAUTH2"


def pick(offered: Collection[str]) -> str:
    """The mechanism to use of those offered, in any case; empty when a token is of no use here."""
    known = {one.upper() for one in offered}
    return next((one for one in (OAUTHBEARER, XOAUTH2) if one in known), "")


def first(mechanism: str, token: Token, *, user: str, host: str, port: int) -> bytes:
    """The client's first and only words. Raises BadArgument for what would change their meaning."""
    value = token.reveal()
    if not value or not all("!" <= char <= "~" for char in value):
        raise BadArgument("The access token has characters that no token has, so it was not sent.")
    if any(char < " " or char == "\x7f" for char in user):
        raise BadArgument("The user name has control characters, so nothing was sent.")
    if mechanism == XOAUTH2:
        return f"user={user}\x01auth=Bearer {value}\x01\x01".encode()
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {value}\x01\x01".encode()


def after_refusal(mechanism: str) -> bytes:
    """What is answered to a refusal, so that the server ends the exchange (RFC 7628 3.2.3)."""
    return b"\x01" if mechanism == OAUTHBEARER else b""
