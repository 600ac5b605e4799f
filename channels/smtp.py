"""One letter out by SMTP, phase by phase, so that the answer is always one of four: sent, later,
refused, unsure. Takes an `Outgoing` and nothing else; knows no outbox and never sends twice.

The library's own sending raises the same error before the letter was handed over and after; so the
phases are driven here (RFC 5321), and the caller is told right before the one that cannot be undone.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

import aiosmtplib

from channels import tls
from channels.errors import BadArgument, ChannelError, InsecureRefused, LoginRefused, Unreachable
from channels.letter import Outgoing
from channels.passwords import Secret
from channels.tls import Security
from channels.words import quoted

PIECE = 65_536

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"(?m)^\.")
_LOCAL = re.compile(r"[^\s\x00-\x20\x7f-\x9f<>()\[\]:;@\\,\"\u2028\u2029]+")
_QUOTED_LOCAL = re.compile(r'"(?:[^\x00-\x1f\x7f"\\]|\\[\x20-\x7e])*"')
_DOMAIN = re.compile(
    r"(?:[^\W_]|[^\W_][\w-]{0,61}[^\W_])(?:\.(?:[^\W_]|[^\W_][\w-]{0,61}[^\W_]))*\.?|\[[\w.:]+\]"
)


@dataclass(frozen=True, slots=True)
class SmtpAccount:
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


@dataclass(frozen=True, slots=True)
class Recipient:
    """What became of one address."""

    addr: str
    outcome: Outcome
    code: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    outcome: Outcome
    phase: Phase
    """The phase that decided."""
    code: int | None = None
    """The server's code, None when it gave none."""
    words: str = ""
    """A sentence of ours or the server's words, fit to be shown."""
    recipients: tuple[Recipient, ...] = ()
    """One for each address of the envelope, also those that were refused while others passed."""

    @property
    def needs_person(self) -> bool:
        """Whether trying again by itself is pointless or harmful: login, encryption, a wrong address."""
        if self.outcome is Outcome.LATER:
            return self.phase is Phase.TLS or (self.phase is Phase.AUTH and (self.code or 500) >= 500)
        return self.outcome in (Outcome.REFUSED, Outcome.UNSURE)


class _Stop(Exception):
    """Ends the sending with a result; never leaves this file."""

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.result = result


def send(
    account: SmtpAccount,
    secret: Secret | None,
    letter: Outgoing,
    *,
    about_to_dot: Callable[[], None],
    only: Sequence[str] | None = None,
    compose: Callable[[Outgoing], bytes] | None = None,
) -> Result:
    """Send one letter and say what became of it. Blocks; call it from a thread of its own.

    `about_to_dot` is called when everything but the final dot is out; it must have written that down
    durably when it returns, and if it raises, nothing is sent. `only` limits the envelope to these
    addresses, for those that were put off the last time. Network errors are results, never raised.
    """
    if not isinstance(letter, Outgoing):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("only an Outgoing letter may leave")
    raw = (compose or _composer())(letter)
    attempt = _Attempt(account, secret, sender=letter.sender.addr, about_to_dot=about_to_dot)
    try:
        attempt.envelope(_addresses(letter, only))
    except _Stop as stop:
        return stop.result
    return asyncio.run(attempt.send(raw))


def try_login(account: SmtpAccount, secret: Secret | None) -> None:
    """Connect, encrypt and log in once, send nothing. Raises the ChannelError that says what is wrong."""
    result = asyncio.run(_Attempt(account, secret, sender="", about_to_dot=lambda: None).knock())
    if result is None:
        return
    kinds: dict[Phase, type[ChannelError]] = {Phase.TLS: InsecureRefused, Phase.AUTH: LoginRefused}
    raise kinds.get(result.phase, Unreachable)(result.words)


def _composer() -> Callable[[Outgoing], bytes]:
    from channels.mime.compose import compose  # a desk that only reads need not load it

    return compose


def _addresses(letter: Outgoing, only: Sequence[str] | None) -> list[str]:
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


class _Attempt:
    """One connection for one letter."""

    def __init__(
        self, account: SmtpAccount, secret: Secret | None, *, sender: str, about_to_dot: Callable[[], None]
    ) -> None:
        self._account = account
        self._secret = secret
        self._sender = sender
        self._about_to_dot = about_to_dot
        self._phase = Phase.CONNECT
        self._to: list[tuple[str, str]] = []
        self._results: list[Recipient] = []
        self._host = quoted(account.host)
        self._flow: asyncio.StreamWriter | None = None
        self._in_letter = False

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
        except _Stop as stop:
            return stop.result
        finally:
            await _leave(client, politely=not self._in_letter)
        raise AssertionError("every way out of the phases is a result")

    async def knock(self) -> Result | None:
        """Come as far as a login; None when that went well."""
        client = self._client()
        try:
            with self._weathering():
                await self._enter(client)
        except _Stop as stop:
            return stop.result
        finally:
            await _leave(client, politely=not self._in_letter)
        return None

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
        if account.user:
            await self._login(client)

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

    async def _envelope(self, client: aiosmtplib.SMTP, body: bytes) -> None:
        """MAIL, then one RCPT for each address, counted."""
        options = self._options(client, body)
        encoding = "utf-8" if "SMTPUTF8" in options else "ascii"
        self._phase = Phase.MAIL
        await client.mail(self._sender, options=options, encoding=encoding)
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
            self._check_size(client.esmtp_extensions.get("size", ""), len(body))
            options.append(f"SIZE={len(body)}")
        if client.supports_extension("8bitmime") and not body.isascii():
            options.append("BODY=8BITMIME")
        if not all(one.isascii() for one in (self._sender, *(wire for _, wire in self._to))):
            if not client.supports_extension("smtputf8"):
                words = f"{self._host} takes no addresses with letters beyond ASCII. Use another address."
                raise self._stop(Outcome.REFUSED, words, phase=Phase.ADDRESS)
            options.append("SMTPUTF8")
        return options

    def _check_size(self, limit: str, size: int) -> None:
        if limit.strip().isdecimal() and 0 < int(limit) < size:
            words = (
                f"The letter has {size:,} bytes and {self._host} takes {int(limit):,} at most, "
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

    def _broken(self, error: BaseException) -> _Stop:
        trouble = _tls_trouble(error)
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
    ) -> _Stop:
        return _Stop(self._result(outcome, words, code=code, phase=phase))

    def _result(
        self, outcome: Outcome, words: str, *, code: int | None = None, phase: Phase | None = None
    ) -> Result:
        """The letter's result; addresses that had passed share its fate."""
        known = {one.addr: one for one in self._results}
        each = (known.get(addr, Recipient(addr, Outcome.SENT)) for addr, _ in self._to)
        shared = tuple(
            Recipient(one.addr, outcome, code, words) if one.outcome is Outcome.SENT else one for one in each
        )
        return Result(outcome, phase or self._phase, code, words, shared)


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
