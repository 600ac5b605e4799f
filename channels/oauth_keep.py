"""Tokens of a mailbox: the refresh token in the keyring, the access token in memory and nowhere else.

One process refreshes at a time, and a rotated refresh token is kept before the access token that came with
it is used. Knows no flow; how a sign-in begins is oauth.py's.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from msgspec import Struct

from channels import oauth, passwords
from channels.errors import NoSecret, Unreachable
from channels.oauth import Provider, SignInOver, Tokens
from channels.secret import Secret, Token

EARLY = 300
"""Seconds before its end at which a token counts as over: a sync may take a while."""
LOCK_SECONDS = 60.0


class Grant(Struct, frozen=True):
    """What has to outlive a process: the refresh token, and the client secret where a provider wants one."""

    refresh: Secret
    client_secret: Secret | None = None

    def written(self) -> Secret:
        """As one text for the keyring."""
        held = {"refresh_token": self.refresh.reveal()}
        if self.client_secret:
            held["client_secret"] = self.client_secret.reveal()
        return Secret(json.dumps(held))


def read(kept: Secret) -> Grant:
    """A grant as the keyring has it; any other text is a refresh token alone, as a command may print it."""
    try:
        found = cast("object", json.loads(kept.reveal()))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return Grant(kept)
    held = cast("dict[str, object]", found)
    refresh, secret = held.get("refresh_token"), held.get("client_secret")
    if not isinstance(refresh, str) or not refresh:
        return Grant(kept)
    return Grant(Secret(refresh), Secret(secret) if isinstance(secret, str) else None)


@dataclass
class SignIn:
    """The sign-in of one mailbox in this process. Any thread may ask it for a token."""

    name: str
    """What the keyring calls it."""
    provider: Provider
    lock: Path
    """A file beside the desk that the refreshing process locks."""
    again: str = "Sign in again."
    """What a person has to do when it is over."""
    command: Sequence[str] = ()
    clock: Callable[[], float] = time.time
    _token: Token | None = None
    _until: float = 0.0
    _unkept: Grant | None = None
    """A rotated grant the keyring would not take; this process goes on with it and offers it again."""
    _mine: threading.Lock = field(default_factory=threading.Lock)

    def token(self) -> Token:
        """An access token that lasts a while. Raises SignInOver, NoSecret or another ChannelError."""
        with self._mine:
            held = self._token
            if held is not None and not held.refused and self.clock() < self._until - EARLY:
                return held
            with locked(self.lock):
                return self._refreshed()

    def take(self, tokens: Tokens, *, client_secret: Secret | None = None) -> None:
        """Keep what a fresh sign-in gave. Raises NoSecret when the keyring does not keep it."""
        if tokens.refresh is None:
            raise NoSecret(
                f"{self.provider.name} gave no refresh token, so the sign-in would be over within the hour. "
                "Nothing was kept; allow offline access in its registration."
            )
        with self._mine, locked(self.lock):
            passwords.keep(self.name, Grant(tokens.refresh, client_secret).written())
            self._use(tokens)

    def _use(self, tokens: Tokens) -> Token:
        self._token, self._until = tokens.access, self.clock() + tokens.seconds
        return tokens.access

    def _refreshed(self) -> Token:
        grant = self._unkept or self._found()
        try:
            tokens = oauth.refresh(self.provider, grant.refresh, client_secret=grant.client_secret)
        except SignInOver as error:
            self._token = self._unkept = None
            raise SignInOver(f"{error} {self.again}") from None
        if self._unkept is not None or (
            tokens.refresh is not None and tokens.refresh.reveal() != grant.refresh.reveal()
        ):
            self._rotated(Grant(tokens.refresh or grant.refresh, grant.client_secret))
        return self._use(tokens)

    def _found(self) -> Grant:
        try:
            return read(passwords.find(self.name, command=self.command, shared=False))
        except NoSecret as error:
            why = str(error).partition(": ")[2].partition(". Run setup")[0]
            raise NoSecret(f"Nobody is signed in at {self.provider.name} ({why}). {self.again}") from None

    def _rotated(self, grant: Grant) -> None:
        """The old refresh token may be dead already: the new one is kept before anything else happens."""
        try:
            passwords.keep(self.name, grant.written())
            self._unkept = None
        except NoSecret:
            self._unkept = grant


@contextlib.contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold the lock file for this process; released by the system however the process ends."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait_for(handle)
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int) -> None:
    """Raises Unreachable when another process holds on to it."""
    end, pause = time.monotonic() + LOCK_SECONDS, threading.Event()
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise Unreachable(
                    "Another deskterm is renewing this sign-in and does not end. Trying again later may work."
                ) from None
            pause.wait(0.05)
