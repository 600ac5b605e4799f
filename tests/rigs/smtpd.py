"""An SMTP sink on loopback (aiosmtpd) that keeps raw letters and misbehaves by script."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from channels.passwords import Secret
from channels.smtp import SmtpAccount
from channels.tls import Security
from tests.rigs.certificates import Certificate, make

USER, PASSWORD = "help@example.org", "pw-of-the-rig"
CUT = "cut"
"""The line is cut at this step."""
STALL = "stall"
"""Nothing is answered at this step."""


@dataclass(frozen=True, slots=True)
class Kept:
    sender: str
    to: tuple[str, ...]
    raw: bytes


class Smtpd:
    """Running from `start` to `stop`.

    `script` maps a step (`mail`, `rcpt`, `rcpt:<addr>`, `data`, `body`, `dot`, `auth`, `starttls`) to what
    happens instead of success: `CUT`, `STALL` or a reply line. Each entry is used up once, in order.
    """

    def __init__(
        self,
        *,
        certificate: Certificate | None = None,
        implicit_tls: bool = False,
        needs_login: bool = False,
        no_logins: bool = False,
        limit: int = 33_554_432,
    ) -> None:
        self.letters: list[Kept] = []
        self.lines: list[str] = []
        """Commands as they came, without secrets' meaning: `MAIL FROM:<a@b>` and so on."""
        self.tokens: set[str] = set()
        """Access tokens that let `USER` in by XOAUTH2 or OAUTHBEARER."""
        self.onward: Callable[[bytes], object] = lambda raw: None
        """Takes each letter on, such as into a mailbox."""
        self.script: dict[str, list[str]] = {}
        self.certificate = certificate
        self.implicit_tls = implicit_tls
        self.needs_login = needs_login
        self.no_logins = no_logins
        self.limit = limit
        context = self._context() if certificate else None
        self.port = _free_port()
        self._controller = _Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=context if implicit_tls else None,
            tls_context=None if implicit_tls else context,
        )

    def _context(self) -> ssl.SSLContext:
        assert self.certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.cert, self.certificate.key)
        return context

    def start(self) -> Smtpd:
        self._controller.start()
        return self

    def stop(self) -> None:
        self._controller.stop()

    def __enter__(self) -> Smtpd:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.stop()

    def account(
        self,
        *,
        security: Security = "plain",
        user: str = "",
        read_timeout: float = 20.0,
        ca_file: str | None = None,
    ) -> SmtpAccount:
        trusted = str(self.certificate.cert) if self.certificate else ""
        return SmtpAccount(
            "127.0.0.1" if security == "plain" else "localhost",
            self.port,
            user,
            security=security,
            insecure_loopback=True,
            ca_file=trusted if ca_file is None else ca_file,
            connect_timeout=5.0,
            read_timeout=read_timeout,
            after_dot=read_timeout,
        )

    @property
    def secret(self) -> Secret:
        return Secret(PASSWORD)

    def next(self, *steps: str) -> str:
        """The scripted act for the first of these steps that has one left."""
        for step in steps:
            if self.script.get(step):
                return self.script[step].pop(0)
        return ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The dot has arrived: from here on the letter is ours."""
        raw = envelope.original_content or b""
        self.letters.append(Kept(envelope.mail_from or "", tuple(map(str, envelope.rcpt_tos)), raw))
        act = self.next("dot")
        if act and act not in (CUT, STALL):
            self.letters.pop()
        else:
            self.onward(raw)
        return await _played(server, act) or "250 2.0.0 kept"


class _Controller(Controller):
    def __init__(self, sink: Smtpd, **options: Any) -> None:
        self._sink = sink
        self._tls_context = options.pop("tls_context")
        super().__init__(sink, **options)  # pyright: ignore[reportUnknownMemberType]

    def factory(self) -> SMTP:
        with warnings.catch_warnings():
            # It cannot see that the line was encrypted from its first byte.
            warnings.simplefilter("ignore", UserWarning)
            return _Server(
                self._sink,
                hostname="rig.example",
                tls_context=self._tls_context,
                enable_SMTPUTF8=True,
                data_size_limit=self._sink.limit,
                auth_required=self._sink.needs_login,
                auth_require_tls=bool(self._sink.certificate) and not self._sink.implicit_tls,
                auth_exclude_mechanism=["LOGIN", "PLAIN"] if self._sink.no_logins else [],
                authenticator=_right,
                loop=self.loop,
            )


def _right(server: object, session: object, envelope: object, mechanism: str, data: Any) -> AuthResult:
    right = data.login == USER.encode() and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=True) if right else AuthResult(success=False, handled=False)


async def _played(server: SMTP, act: str) -> str:
    """Do what the script says; a reply line is returned for the caller to send."""
    if act == CUT:
        cast("asyncio.WriteTransport", server.transport).abort()
        await asyncio.Event().wait()
    if act == STALL:
        await asyncio.Event().wait()
    return act


class _Server(SMTP):
    def __init__(self, sink: Smtpd, **options: Any) -> None:
        self._sink = sink
        super().__init__(sink, **options)

    async def _scripted(self, *steps: str, line: str) -> bool:
        self._sink.lines.append(line)
        if reply := await _played(self, self._sink.next(*steps)):
            await self.push(reply)
            return True
        return False

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        return await self._bearer(b"")

    async def auth_OAUTHBEARER(self, server: SMTP, args: list[str]) -> AuthResult:
        return await self._bearer(b"\x01")

    async def _bearer(self, ends: bytes) -> AuthResult:
        """A refusal is a challenge first, which has to be answered with `ends`."""
        words = cast("bytes", await self.challenge_auth(""))
        found = re.search(rb"auth=Bearer ([^\x01]+)\x01\x01$", words)
        if found and found[1].decode() in self._sink.tokens and USER.encode() in words:
            return AuthResult(success=True)
        answered = await self.challenge_auth(b'{"status":"401"}')
        self._sink.lines.append(f"answered {answered!r}")
        assert answered == ends
        return AuthResult(success=False, handled=False)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self._scripted("starttls", line="STARTTLS"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._scripted("auth", line="AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._scripted("mail", line=f"MAIL {arg}"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        addr = (arg or "").partition(":")[2].strip(" <>")
        if not await self._scripted(f"rcpt:{addr}", "rcpt", line=f"RCPT {arg}"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if await self._scripted("data", line="DATA"):
            return
        if act := self._sink.next("body"):
            await self.push("354 go on")
            await self._reader.read(10)
            await _played(self, act)
        await super().smtp_DATA(arg)


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def smtpd() -> Iterator[Smtpd]:
    """A fresh sink, plain text on loopback, no login."""
    with Smtpd() as server:
        yield server


@pytest.fixture
def tls_smtpd(tmp_path: Path) -> Iterator[Smtpd]:
    """A sink that takes letters only after STARTTLS and a login."""
    with Smtpd(certificate=make(tmp_path, label="smtp"), needs_login=True) as server:
        yield server
