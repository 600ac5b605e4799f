"""Opening an IMAP connection: TLS first, then one login attempt. Knows no folders and no letters."""

from __future__ import annotations

import imaplib
import logging
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol, cast

from imapclient import IMAPClient, SocketTimeout
from msgspec import Struct

from channels import sasl, tls
from channels.errors import (
    BadArgument,
    ChannelError,
    InsecureRefused,
    LoginRefused,
    ProtocolConfused,
    TokenRefused,
    Unreachable,
)
from channels.imap import guard
from channels.imap.wire import Wire
from channels.secret import Secret, Token
from channels.tls import Security
from channels.words import quoted

# The library logs whole commands at DEBUG, passwords included.
logging.getLogger("imapclient").setLevel(logging.INFO)

_NOT_NOW = ("[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]", "[LIMIT]")
"""Answers that say nothing about the password (RFC 5530)."""
_ATOM = re.compile(r"[A-Za-z0-9@._+\-]+")


class Client(Protocol):
    """What we use of the library, which has no types of its own."""

    def starttls(self, ssl_context: ssl.SSLContext) -> object: ...
    def login(self, username: str, password: str) -> object: ...
    def sasl_login(self, mech_name: str, mech_callable: Callable[[bytes], bytes]) -> object: ...
    def list_folders(self) -> list[tuple[tuple[bytes, ...], bytes | None, str]]: ...
    def select_folder(self, folder: str, readonly: bool = ...) -> dict[bytes, object]: ...
    def append(
        self, folder: str, msg: bytes, flags: Sequence[bytes] = ..., msg_time: datetime | None = ...
    ) -> object: ...
    def logout(self) -> object: ...
    def shutdown(self) -> None: ...


class ImapAccount(Struct, frozen=True):
    """Where a mailbox is and how it may be spoken to. Holds no secret."""

    host: str
    port: int
    user: str
    security: Security = "tls"
    insecure_loopback: bool = False
    """Plain text is allowed, to this machine only."""
    ca_file: str = ""
    """A certificate to trust besides the system's."""
    connect_timeout: float = 15.0
    """Seconds."""
    read_timeout: float = 60.0


class Line(Struct, frozen=True):
    """A logged-in connection: the library's client, our wire on the same socket, what the server can."""

    client: Client
    wire: Wire
    capabilities: frozenset[str]


def connect(account: ImapAccount, secret: Secret) -> Line:
    """Connect, encrypt, log in once. Raises InsecureRefused, LoginRefused, Unreachable, ProtocolConfused.

    Nothing secret is sent before TLS stands, save to loopback when the account says `insecure_loopback`.
    """
    tls.check_plain(account.host, security=account.security, insecure_loopback=account.insecure_loopback)
    guard.text(account.host, what="server name")
    guard.text(account.user, what="user name")
    guard.text(secret.reveal(), what="password")
    client = _open(account)
    wire = Wire(imap(client), host=account.host, patience=account.read_timeout)
    try:
        with wire.talking("logging in"):
            _login(account, secret, client=client, wire=wire)
            return Line(client, wire, _capabilities(wire))
    except ChannelError as error:
        failed = error
    wire.drop()
    # The frames below hold what was sent; a crash report must not find them.
    failed.__context__ = failed.__cause__ = None
    raise failed.with_traceback(None)


def knock(account: ImapAccount) -> None:
    """See whether an IMAP server answers there under encryption; no login. Raises as `connect` does."""
    tls.check_plain(account.host, security=account.security, insecure_loopback=account.insecure_loopback)
    guard.text(account.host, what="server name")
    client = _open(account)
    with suppress(OSError, imaplib.IMAP4.error):
        client.shutdown()


def imap(client: Client) -> imaplib.IMAP4:
    """The standard library's object inside, whose socket and commands we share."""
    return cast("imaplib.IMAP4", client._imap)  # pyright: ignore


def _open(account: ImapAccount) -> Client:
    """A connection whose TLS stands, not logged in."""
    host = quoted(account.host)
    failed: ChannelError
    try:
        # Reading the system's certificates takes time that plain text on loopback need not spend.
        return _encrypted(account, tls.context(account.ca_file) if account.security != "plain" else None)
    except ssl.SSLError as error:
        shown = _certificate(account) if isinstance(error, ssl.SSLCertVerificationError) else None
        failed = tls.refusal(account.host, error=error, certificate=shown)
    except TimeoutError:
        failed = Unreachable(f"{host} did not answer in time. Trying again later may work.")
    except socket.gaierror:
        failed = Unreachable(f"There is no server named {host}, or no network. Check the name.")
    except imaplib.IMAP4.error as error:
        failed = _unreadable(host, error)
    except OSError as error:
        failed = Unreachable(f"{host} port {account.port} cannot be reached ({quoted(error)}).")
    raise failed


def _unreadable(host: str, error: Exception) -> ChannelError:
    if "EOF" in str(error) or "socket error" in str(error):
        return Unreachable(f"{host} hung up before it said what it can. Trying again later may work.")
    return ProtocolConfused(f"{host} does not speak IMAP as expected ({quoted(error)}). Check the port.")


def _encrypted(account: ImapAccount, context: ssl.SSLContext | None) -> Client:
    client = cast(
        "Client",
        IMAPClient(
            account.host,
            port=account.port,
            ssl=account.security == "tls",
            ssl_context=context if account.security == "tls" else None,
            timeout=cast("float", SocketTimeout(connect=account.connect_timeout, read=account.read_timeout)),
        ),
    )
    under = imap(client)
    under.debug = 0
    # Commands with a literal go out in several pieces that must not wait for one another.
    under.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        if under.state != "NONAUTH":
            raise InsecureRefused(
                f"{quoted(account.host)} says we are logged in before we said who we are (PREAUTH), "
                "so it was left at once and no password was sent."
            )
        if account.security == "starttls":
            assert context is not None, "STARTTLS without a context would stay plain text"
            _starttls(account, client=client, context=context)
    except BaseException:
        with suppress(OSError, imaplib.IMAP4.error):
            client.shutdown()
        raise
    return client


def _starttls(account: ImapAccount, *, client: Client, context: ssl.SSLContext) -> None:
    if "STARTTLS" not in imap(client).capabilities:
        raise InsecureRefused(
            f"{quoted(account.host)} offers no encryption (STARTTLS), or somebody on the way took the offer "
            "out, so no password was sent. Try port 993 with tls."
        )
    client.starttls(context)


def _certificate(account: ImapAccount) -> bytes | None:
    """The refused certificate, for its fingerprint. Nothing is sent through this connection."""
    try:
        client = _encrypted(account, tls.blind_context())
    except (OSError, imaplib.IMAP4.error, ChannelError):
        return None
    try:
        sock = imap(client).sock
        return sock.getpeercert(True) if isinstance(sock, ssl.SSLSocket) else None
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            client.shutdown()


def _login(account: ImapAccount, secret: Secret, *, client: Client, wire: Wire) -> None:
    """One attempt. PLAIN where offered, for it carries any password; else LOGIN. A token goes as a token."""
    can = _capabilities(wire)
    said = ""
    try:
        if isinstance(secret, Token):
            _bearer_login(account, secret, client=client, can=can)
        elif "AUTH=PLAIN" in can:
            client.sasl_login(
                "PLAIN", lambda _: b"\0" + account.user.encode() + b"\0" + secret.reveal().encode()
            )
        elif "LOGINDISABLED" in can:
            raise InsecureRefused(
                f"{quoted(account.host)} takes no password on this port. Try tls on port 993."
            )
        else:
            _plain_login(account.user, secret, client=client)
        return
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        said = quoted(error)
    if any(code in said.upper() for code in _NOT_NOW):
        raise Unreachable(
            f"{quoted(account.host)} cannot log anybody in just now ({said}). It is tried later."
        )
    if isinstance(secret, Token):
        secret.refused = True
        raise TokenRefused(
            f"{quoted(account.host)} did not take the sign-in of {quoted(account.user)} ({said}). It is "
            "renewed before the next attempt; if that does not help, sign in again."
        )
    raise LoginRefused(
        f"{quoted(account.host)} refused the login of {quoted(account.user)} ({said}). "
        "It was tried once and not again, so the account is not locked; check name and password."
    )


def _bearer_login(account: ImapAccount, token: Token, *, client: Client, can: frozenset[str]) -> None:
    """XOAUTH2 or OAUTHBEARER; never a password login, which would hand the token to whoever asks."""
    mechanism = sasl.pick([one.removeprefix("AUTH=") for one in can if one.startswith("AUTH=")])
    if not mechanism:
        raise LoginRefused(
            f"{quoted(account.host)} takes no sign-in by OAuth, so nothing was sent. Use a password for it."
        )
    words = sasl.first(mechanism, token, user=account.user, host=account.host, port=account.port)
    answers = iter((words,))
    client.sasl_login(mechanism, lambda _: next(answers, sasl.after_refusal(mechanism)))


def _plain_login(user: str, secret: Secret, *, client: Client) -> None:
    if not (user.isascii() and secret.reveal().isascii()):
        raise BadArgument(
            "The server takes only plain ASCII names and passwords, and this one has other letters. "
            "Choose an app password."
        )
    plain = (
        user.replace("@", "").replace(".", "").replace("-", "").replace("_", "").replace("+", "").isalnum()
    )
    name = user if plain else guard.string(user, what="user name").decode("ascii")
    client.login(name, secret.reveal())


def _capabilities(wire: Wire) -> frozenset[str]:
    """Asked anew, since what was said before TLS or before the login does not count."""
    found: set[str] = set()
    for answer in wire.ask(b"CAPABILITY"):
        words = answer.words.decode("ascii", "replace").upper().split()
        if words[:2] == ["*", "CAPABILITY"]:
            found.update(words[2:])
    return frozenset(found)
