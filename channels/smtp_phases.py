"""The phases of one SMTP conversation (RFC 5321), each knowing what a failure in it means.

The library's own sending raises the same error before the letter was handed over and after; so it
is driven command by command here, and the caller is told right before what cannot be undone.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import Callable, Generator, Sequence
from typing import cast

import aiosmtplib
from msgspec import Struct
from msgspec.structs import replace

from channels import sasl, tls
from channels.envelope import mailbox
from channels.errors import BadArgument, InsecureRefused
from channels.outcome import Outcome, Phase, Recipient, Result
from channels.secret import Secret, Token
from channels.tls import Security
from channels.words import quoted

PIECE = 65_536

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"(?m)^\.")


class SmtpAccount(Struct, frozen=True):
    """Where letters go out. Holds no secret."""

    host: str
    port: int
    user: str = ""
    """Empty: no login."""
    security: Security = "starttls"
    insecure_loopback: bool = False
    ca_file: str = ""
    connect_timeout: float = 15.0
    """Seconds."""
    read_timeout: float = 60.0
    after_dot: float = 300.0
    """Seconds to wait for the last answer: giving up early would leave the letter unsure."""


class Stop(Exception):
    """Ends the sending with a result; never leaves this room."""

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.result = result


class Attempt:
    """One connection for one letter, or for none."""

    def __init__(
        self,
        account: SmtpAccount,
        secret: Secret | None,
        *,
        sender: str,
        about_to_dot: Callable[[], None],
        null_sender: bool = False,
    ) -> None:
        self._account = account
        self._secret = secret
        self._sender = sender
        self._null_sender = null_sender
        self._about_to_dot = about_to_dot
        self._phase = Phase.CONNECT
        self._to: list[tuple[str, str]] = []
        self._results: list[Recipient] = []
        self._host = quoted(account.host)
        self._flow: asyncio.StreamWriter | None = None
        self._in_letter = False
        self._untrusted: ssl.SSLCertVerificationError | None = None
        self._size_limit: int | None = None

    def envelope(self, addresses: Sequence[str]) -> None:
        """Check every address before anything is opened; one bad address stops the letter."""
        try:
            self._sender = mailbox(self._sender)
            self._to = [(addr, mailbox(addr)) for addr in addresses]
        except BadArgument as error:
            raise self._stop(Outcome.REFUSED, str(error), phase=Phase.ADDRESS) from None
        if not self._to:
            raise self._stop(Outcome.REFUSED, "The letter has no recipient. Add one.", phase=Phase.ADDRESS)

    async def send(self, raw: bytes) -> Result:
        body = _DOT.sub(b"..", _LINE_END.sub(b"\r\n", raw))
        if not body.endswith(b"\r\n"):
            body += b"\r\n"
        client = self._client()
        try:
            with self._weathering():
                await self._enter(client)
                await self._envelope(client, body)
                return await self._data(client, body)
        except Stop as stop:
            ended = stop.result
        finally:
            await _leave(client, politely=not self._in_letter)
        return await self._with_fingerprint(ended)

    async def knock(self) -> Result | None:
        """Come as far as a login; None when that went well."""
        client = self._client()
        try:
            with self._weathering():
                await self._enter(client)
            return None
        except Stop as stop:
            ended = stop.result
        finally:
            await _leave(client, politely=True)
        return await self._with_fingerprint(ended)

    async def _with_fingerprint(self, ended: Result) -> Result:
        """Show which certificate was refused. Nothing is sent through the connection that looks at it."""
        if self._untrusted is None:
            return ended
        client = self._client()
        client.tls_context = tls.blind_context()
        shown: bytes | None = None
        with contextlib.suppress(OSError, aiosmtplib.SMTPException, ValueError):
            await client.connect(timeout=self._account.connect_timeout)
            if self._account.security == "starttls":
                await client.starttls()
            inside = client.get_transport_info("ssl_object")
            shown = inside.getpeercert(True) if isinstance(inside, ssl.SSLObject) else None
        await _leave(client, politely=True)
        words = str(tls.refusal(self._account.host, error=self._untrusted, certificate=shown))
        return replace(
            ended, words=words, recipients=tuple(replace(one, words=words) for one in ended.recipients)
        )

    def _client(self) -> aiosmtplib.SMTP:
        domain = self._sender.rpartition("@")[2]
        return aiosmtplib.SMTP(
            hostname=self._account.host,
            port=self._account.port,
            # The machine's own name is nobody's business.
            local_hostname=domain if domain.isascii() and domain else "localhost",
            use_tls=self._account.security == "tls",
            start_tls=False,
            timeout=self._account.read_timeout,
        )

    async def _enter(self, client: aiosmtplib.SMTP) -> None:
        """Connect, encrypt, log in."""
        account = self._account
        try:
            tls.check_plain(
                account.host, security=account.security, insecure_loopback=account.insecure_loopback
            )
            if account.security != "plain":
                client.tls_context = tls.context(account.ca_file)
        except InsecureRefused as error:
            raise self._stop(Outcome.LATER, str(error), phase=Phase.TLS) from None
        if account.security == "tls":
            self._phase = Phase.TLS
        await client.connect(timeout=account.connect_timeout)
        await client.ehlo()
        if account.security == "starttls":
            await self._starttls(client)
        self._size_limit = _size(client)
        if account.user and not self._without_login(client):
            await self._login(client)

    def _without_login(self, client: aiosmtplib.SMTP) -> bool:
        """A server on this machine that knows no logins takes letters as they come, as relays here do.

        From elsewhere such an answer may come from somebody who took the offer out, so it stays an error.
        """
        return self._account.security == "plain" and not client.supports_extension("auth")

    async def _starttls(self, client: aiosmtplib.SMTP) -> None:
        self._phase = Phase.TLS
        if not client.supports_extension("starttls"):
            raise self._stop(
                Outcome.LATER,
                f"{self._host} offers no encryption (STARTTLS), or somebody on the way took the offer out, "
                "so neither password nor letter was sent. Try port 465 with tls.",
            )
        await client.starttls()
        await client.ehlo()

    async def _login(self, client: aiosmtplib.SMTP) -> None:
        """One method, one attempt: trying them all locks accounts."""
        self._phase = Phase.AUTH
        offered = client.server_auth_methods
        if self._secret is None:
            raise self._stop(Outcome.LATER, f"There is no password for {self._host}. Run setup.")
        user, secret = self._account.user, self._secret
        if isinstance(secret, Token):
            await self._bearer(client, secret)
            return
        if "plain" in offered:
            login = client.auth_plain(user, secret.reveal())
        elif "login" in offered:
            login = client.auth_login(user, secret.reveal())
        elif "cram-md5" in offered:
            login = client.auth_crammd5(user, secret.reveal())
        else:
            raise self._stop(Outcome.LATER, f"{self._host} offers no login that we can do. Check the port.")
        try:
            await login
        except aiosmtplib.SMTPAuthenticationError as error:
            words = (
                f"{self._host} refused the login of {quoted(user)} ({error.code} {quoted(error.message)})."
            )
            advice = " It was tried once and not again; check name and password. The letter was not sent."
            raise self._stop(Outcome.LATER, words + advice, code=error.code) from None

    async def _bearer(self, client: aiosmtplib.SMTP, token: Token) -> None:
        """A token goes as a token, in a line of its own: it may be longer than a command (RFC 4954 4)."""
        account = self._account
        mechanism = sasl.pick(client.server_auth_methods)
        if not mechanism:
            words = f"{self._host} takes no sign-in by OAuth, so nothing was sent. Use a password for it."
            raise self._stop(Outcome.LATER, words, code=535)
        try:
            first = sasl.first(mechanism, token, user=account.user, host=account.host, port=account.port)
        except BadArgument as error:
            raise self._stop(Outcome.LATER, str(error), code=535) from None
        said = await client.execute_command(b"AUTH", mechanism.encode())
        if said.code == 334:
            said = await client.execute_command(base64.b64encode(first))
        if said.code == 334:
            said = await client.execute_command(base64.b64encode(sasl.after_refusal(mechanism)))
        if said.code != 235:
            token.refused = True
            words = (
                f"{self._host} did not take the sign-in of {quoted(account.user)} ({said.code} "
                f"{quoted(said.message)}). It is renewed before the next attempt; if that does not help, "
                "sign in again. The letter was not sent."
            )
            # Whatever its code: with another token it may be tried again by itself.
            raise self._stop(Outcome.LATER, words, code=454)

    async def _envelope(self, client: aiosmtplib.SMTP, body: bytes) -> None:
        """MAIL, then one RCPT for each address, counted."""
        options = self._options(client, body)
        encoding = "utf-8" if "SMTPUTF8" in options else "ascii"
        self._phase = Phase.MAIL
        await client.mail("" if self._null_sender else self._sender, options=options, encoding=encoding)
        self._phase = Phase.RCPT
        for addr, wire in self._to:
            self._results.append(await self._rcpt(client, addr, wire=wire, encoding=encoding))
        if any(one.outcome is Outcome.SENT for one in self._results):
            return
        late = any(one.outcome is Outcome.LATER for one in self._results)
        decisive = next(one for one in self._results if not late or one.outcome is Outcome.LATER)
        raise self._stop(decisive.outcome, decisive.words, code=decisive.code)

    def _options(self, client: aiosmtplib.SMTP, body: bytes) -> list[str]:
        options: list[str] = []
        if client.supports_extension("size"):
            self._check_size(len(body))
            options.append(f"SIZE={len(body)}")
        if client.supports_extension("8bitmime") and not body.isascii():
            options.append("BODY=8BITMIME")
        if not all(one.isascii() for one in (self._sender, *(wire for _, wire in self._to))):
            if not client.supports_extension("smtputf8"):
                words = f"{self._host} takes no addresses with letters beyond ASCII. Use another address."
                raise self._stop(Outcome.REFUSED, words, phase=Phase.ADDRESS)
            options.append("SMTPUTF8")
        return options

    def _check_size(self, size: int) -> None:
        if self._size_limit is not None and self._size_limit < size:
            words = (
                f"The letter has {size:,} bytes and {self._host} takes {self._size_limit:,} at most, "
                "so it was not sent. Leave out an attachment."
            )
            raise self._stop(Outcome.REFUSED, words, phase=Phase.SIZE)

    async def _rcpt(self, client: aiosmtplib.SMTP, addr: str, *, wire: str, encoding: str) -> Recipient:
        try:
            said = await client.rcpt(wire, encoding=encoding)
        except aiosmtplib.SMTPRecipientRefused as error:
            if error.code == 421:
                raise
            return Recipient(addr, _sorted(error.code), error.code, quoted(error.message))
        return Recipient(addr, Outcome.SENT, said.code, quoted(said.message))

    async def _data(self, client: aiosmtplib.SMTP, body: bytes) -> Result:
        """DATA, the letter, the caller's commit, the dot. After the dot a lost line is `unsure`."""
        self._phase = Phase.DATA
        said = await client.execute_command(b"DATA")
        if said.code != 354:
            raise self._stop(_sorted(said.code), quoted(said.message), code=said.code)
        self._phase = Phase.BODY
        self._in_letter = True
        protocol = client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        await self._pour(client, body)
        self._about_to_dot()
        protocol.write(b".\r\n")
        self._phase = Phase.DOT
        said = await protocol.read_response(timeout=self._account.after_dot)
        self._in_letter = False
        outcome = Outcome.SENT if 200 <= said.code < 300 else _sorted(said.code)
        return self._result(outcome, quoted(said.message), code=said.code)

    async def _pour(self, client: aiosmtplib.SMTP, body: bytes) -> None:
        """Hand the body to the network piece by piece, and wait until the last piece has left us."""
        transport, protocol = cast("asyncio.WriteTransport", client.transport), client.protocol
        assert protocol is not None
        transport.set_write_buffer_limits(high=0)
        # Kept until the end: a writer that is thrown away closes the line it writes to.
        flow = self._flow = asyncio.StreamWriter(transport, protocol, None, asyncio.get_running_loop())
        for start in range(0, len(body), PIECE):
            protocol.write(body[start : start + PIECE])
            await asyncio.wait_for(flow.drain(), self._account.read_timeout)

    @contextlib.contextmanager
    def _weathering(self) -> Generator[None]:
        """Turn the library's errors into a result by the phase they happened in."""
        try:
            yield
        except aiosmtplib.SMTPResponseException as error:
            lost = error.code < 200 or self._phase is Phase.DOT
            outcome = self._lost() if lost else _sorted(error.code)
            raise self._stop(outcome, quoted(error.message), code=error.code) from None
        except (ssl.SSLError, aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise self._broken(error) from None

    def _broken(self, error: BaseException) -> Stop:
        trouble = _tls_trouble(error)
        if isinstance(trouble, ssl.SSLCertVerificationError):
            self._untrusted = trouble
        if trouble and self._phase in (Phase.CONNECT, Phase.TLS):
            return self._stop(
                Outcome.LATER, str(tls.refusal(self._account.host, error=trouble)), phase=Phase.TLS
            )
        phase = Phase.CONNECT if self._phase is Phase.TLS and self._account.security == "tls" else self._phase
        if phase is Phase.DOT:
            words = (
                f"The line to {self._host} was lost after the letter was handed over ({quoted(error)}). "
                "It may have been sent: look into the Sent folder or ask, before sending it again."
            )
        else:
            words = f"{self._host} was lost at {phase} ({quoted(error)}). The letter was not sent."
        return self._stop(self._lost(), words, phase=phase)

    def _lost(self) -> Outcome:
        return Outcome.UNSURE if self._phase is Phase.DOT else Outcome.LATER

    def _stop(
        self, outcome: Outcome, words: str, *, code: int | None = None, phase: Phase | None = None
    ) -> Stop:
        return Stop(self._result(outcome, words, code=code, phase=phase))

    def _result(
        self, outcome: Outcome, words: str, *, code: int | None = None, phase: Phase | None = None
    ) -> Result:
        """The letter's result; addresses that had passed share its fate."""
        known = {one.addr: one for one in self._results}
        each = (known.get(addr, Recipient(addr, Outcome.SENT)) for addr, _ in self._to)
        shared = tuple(
            Recipient(one.addr, outcome, code, words) if one.outcome is Outcome.SENT else one for one in each
        )
        at = phase or self._phase
        return Result(
            outcome, at, code, words, shared, size_limit=self._size_limit,
            sender_refused=outcome is Outcome.REFUSED and _is_about_sender(at, code, words),
        )  # fmt: skip


_SENDERS_FAULT = re.compile(
    r"sender (?:address|verify)|not owned by|send ?as|5\.7\.60|5\.1\.8|5\.1\.7"
    r"|not (?:allowed|authorized|permitted) to send",
    re.IGNORECASE,
)
"""How servers say that a login may not send as this address, at whichever step they say it."""


def _is_about_sender(phase: Phase, code: int | None, words: str) -> bool:
    """Many servers put off their verdict on MAIL until RCPT, some until the letter is there."""
    if phase is Phase.MAIL:
        return code in (501, 550, 551, 553, 554)
    return phase in (Phase.RCPT, Phase.DATA, Phase.DOT) and bool(_SENDERS_FAULT.search(words))


def _size(client: aiosmtplib.SMTP) -> int | None:
    """What the server says of the size of letters (RFC 1870); 0 there means that it has no limit."""
    said = client.esmtp_extensions.get("size", "").strip() if client.supports_extension("size") else ""
    return int(said) or None if said.isascii() and said.isdecimal() and len(said) < 19 else None


def _sorted(code: int) -> Outcome:
    """What a code other than success means (RFC 5321 4.2.1)."""
    return Outcome.REFUSED if 500 <= code < 600 else Outcome.LATER


def _tls_trouble(error: BaseException) -> ssl.SSLError | None:
    """The handshake's own error, however deep the library wrapped it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


async def _leave(client: aiosmtplib.SMTP, *, politely: bool) -> None:
    """QUIT as a courtesy; whether it is answered changes nothing. Inside a letter it would be text."""
    with contextlib.suppress(Exception):
        if politely and client.is_connected:
            await client.quit(timeout=5)
    client.close()
