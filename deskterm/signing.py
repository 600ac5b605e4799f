"""The secrets of a desk's mailboxes: passwords, and the sign-ins by OAuth that are renewed as they are used.

Knows settings and channels; asks nobody and prints nothing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from deskterm import mailboxes
from deskterm.config import Box, Registration, Settings

if TYPE_CHECKING:
    from channels.oauth import Provider
    from channels.oauth_keep import SignIn
    from channels.secret import Secret

LOCK = "sign-in.lock"
COMMAND = "command"
"""`oauth` of a mailbox whose password_command prints an access token."""


@dataclass
class Keys:
    """Gives the secret of each mailbox of one desk. Any thread may ask."""

    home: Path
    settings: Settings
    _signed: dict[str, SignIn] = field(default_factory=dict[str, "SignIn"])
    _mine: threading.Lock = field(default_factory=threading.Lock)

    session: ClassVar[dict[str, Secret]] = {}
    """Passwords typed in this run where no keyring keeps them; in memory alone."""

    @classmethod
    def remember(cls, box: Box, secret: Secret) -> None:
        """Have a password while this process lives."""
        cls.session[mailboxes.secret_name(box)] = secret

    def __call__(self, box: Box) -> Secret:
        """A password or an access token. Raises ChannelError saying what to do."""
        if not box.oauth:
            typed = self.session.get(mailboxes.secret_name(box))
            return typed if typed is not None else mailboxes.secret(box)
        if box.oauth == COMMAND:
            from channels import passwords
            from channels.secret import Token

            return Token(passwords.printed(box.password_command).reveal())
        return self.sign_in(box).token()

    def sign_in(self, box: Box) -> SignIn:
        """The sign-in of a mailbox; the same one each time. Raises BadArgument for an unknown provider."""
        from channels.oauth_keep import SignIn

        name = secret_name(box)
        with self._mine:
            if name not in self._signed:
                self._signed[name] = SignIn(
                    name, provider(self.settings, box.oauth), self.home / LOCK,
                    again=f"Run `deskterm login {self._called(box)}` to sign in again.",
                    command=box.password_command,
                )  # fmt: skip
            return self._signed[name]

    def _called(self, box: Box) -> str:
        names = (name for name, one in self.settings.mailbox.items() if one.address == box.address)
        return next(names, box.address)


def secret_name(box: Box) -> str:
    """What the keyring calls the sign-in of a mailbox."""
    return f"oauth-{mailboxes.secret_name(box)}"


def provider(settings: Settings, name: str) -> Provider:
    """Who signs people in under this name, with what config.toml says of it. Raises BadArgument."""
    from channels.errors import BadArgument
    from channels.https import Web
    from channels.oauth import PROVIDERS, Provider

    known = PROVIDERS.get(name)
    if known is None and name not in settings.oauth:
        raise BadArgument(
            f"There is no [oauth.{name}] in config.toml. Write one, or use google or microsoft."
        )
    known = known or Provider(name, "", "")
    said = settings.oauth.get(name, Registration())
    return Provider(
        name, said.client_id, said.token_url or known.token_url,
        authorize_url=said.authorize_url or known.authorize_url,
        device_url=said.device_url or known.device_url,
        scopes=said.scopes or known.scopes, extra=known.extra, wants_secret=known.wants_secret,
        web=Web(private=True, insecure_loopback=said.insecure_loopback),
    )  # fmt: skip
