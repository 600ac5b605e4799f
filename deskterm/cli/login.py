"""`login`: signing in to a mailbox by OAuth, with a code or in a browser; also over ssh, by pasting."""

from __future__ import annotations

import os
import select
import sys
import threading
from typing import TYPE_CHECKING

import click

from deskterm import config, signing_in
from deskterm.cli import home, say
from deskterm.config import Box, Settings
from deskterm.signing import COMMAND, Keys
from store.errors import NotFound, Refused

if TYPE_CHECKING:
    from channels.oauth import Browser, Device, Provider, Tokens
    from channels.oauth_loopback import Loopback
    from channels.secret import Secret

VARIABLE = "DESKTERM_CLIENT_SECRET"


@click.command("login")
@click.argument("mailbox", required=False)
@click.option("--browser", is_flag=True, help="In a browser, also where a code could be typed.")
def login_verb(mailbox: str | None, browser: bool) -> None:
    """Sign in to MAILBOX by OAuth; what is kept is a token in the system's keyring."""
    folder = home.path()
    settings = config.load(folder)
    name, box = _meant(settings, mailbox)
    signed_in(Keys(folder, settings), box, browser=browser)
    say.told(f"Signed in; {name} goes on by itself from now on.")


def signed_in(keys: Keys, box: Box, *, browser: bool = False) -> None:
    """Walk a person at the terminal through a sign-in, try it and keep it. Raises ChannelError."""
    signing = keys.sign_in(box)
    provider = signing.provider
    if signing_in.wants_code(provider) and not browser:
        tokens, secret = signing_in.by_device(provider, show=_show_code, pause=_pause), None
    else:
        tokens, secret = _in_browser(provider, box)
    say.told(signing_in.tried(box, tokens))
    signing.take(tokens, client_secret=secret)


def _meant(settings: Settings, mailbox: str | None) -> tuple[str, Box]:
    """The mailbox to sign in to. Raises NotFound or Refused."""
    boxes = {name: box for name, box in settings.mailbox.items() if box.oauth not in ("", COMMAND)}
    if mailbox is None and len(boxes) == 1:
        return next(iter(boxes.items()))
    named = {name: box for name, box in settings.mailbox.items() if mailbox in (name, box.address)}
    if not named:
        there = ", ".join(boxes) or "none that signs in by OAuth"
        raise NotFound(f"Say which mailbox: there is {there}. `deskterm setup` makes one.")
    name, box = next(iter(named.items()))
    if name not in boxes:
        raise Refused(
            f"{name} uses {'a command' if box.oauth else 'a password'}. To sign in by OAuth set oauth under "
            f"[mailbox.{name}] in config.toml, or run `deskterm setup --address {box.address} --oauth NAME`."
        )
    return name, box


def _in_browser(provider: Provider, box: Box) -> tuple[Tokens, Secret | None]:
    secret = _client_secret(provider)
    tokens = signing_in.by_browser(
        provider, user=box.user or box.address, show=_show_address, answer=_answer, client_secret=secret,
        wrong=say.told,
    )  # fmt: skip
    return tokens, secret


def _client_secret(provider: Provider) -> Secret | None:
    """What some providers call a secret of the program; it goes into the keyring with the token."""
    from channels.secret import Secret

    if not provider.wants_secret:
        return None
    value = os.environ.get(VARIABLE, "")
    if not value and say.can_ask():
        from getpass import getpass

        value = getpass(f"Client secret of your registration at {provider.name} (empty: it has none): ")
    return Secret(value) if value else None


def _show_code(device: Device) -> None:
    say.told(f"Open {device.url} on any device, type the code {device.code} and sign in as the mailbox.")
    say.told("This goes on by itself afterwards; ctrl+c gives up.")


def _show_address(browser: Browser) -> None:
    say.told("Open this address in a browser and sign in as the mailbox:")
    say.told(browser.url)
    say.told(
        "If the browser runs on another machine it ends at a page that cannot be shown: copy its address and "
        "paste it here, then press enter."
    )


def _pause(seconds: float) -> bool:
    threading.Event().wait(seconds)
    return True


def _answer(loopback: Loopback, seconds: float) -> str | None:
    """Whichever comes first: the browser itself, or a line typed here."""
    typed = [sys.stdin] if say.can_ask() else []
    ready, _, _ = select.select([loopback, *typed], [], [], seconds)
    if loopback in ready:
        return loopback.take()
    if not ready:
        return ""
    line = sys.stdin.readline()
    return line.strip() if line else None
