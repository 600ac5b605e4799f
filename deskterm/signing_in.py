"""How a person signs in by OAuth: with a code typed on another device, or in a browser on any machine.

Shared by the shell and the setup screen, which show what is to be done and hand over what was pasted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from channels.errors import BadArgument, LoginRefused
from deskterm import mailboxes
from deskterm.config import Box

if TYPE_CHECKING:
    from channels.discover import Check
    from channels.oauth import Browser, Device, Provider, Tokens
    from channels.oauth_loopback import Loopback
    from channels.secret import Secret

BROWSER_SECONDS = 900.0
"""How long somebody may take in a browser."""

Pause = Callable[[float], bool]
"""Waits so many seconds; False when the person gave up."""
Answer = Callable[["Loopback", float], "str | None"]
"""The address a browser came back with or a person pasted, nothing yet, or None when they gave up."""


def wants_code(provider: Provider) -> bool:
    """Whether a code on another device is the way; else it is a browser."""
    return bool(provider.device_url)


def by_device(provider: Provider, *, show: Callable[[Device], None], pause: Pause) -> Tokens:
    """Tokens once the code was typed. Raises ChannelError."""
    from channels import oauth

    device = oauth.begin_device(provider)
    show(device)
    left, every = device.seconds, device.every
    while left > 0:
        if not pause(every):
            raise _given_up()
        left -= every
        said = oauth.poll_device(provider, device)
        if not isinstance(said, int):
            return said
        every += said
    raise LoginRefused("Nobody typed the code in its time. Nothing was kept; begin again.")


def by_browser(
    provider: Provider, *, user: str, show: Callable[[Browser], None], answer: Answer,
    client_secret: Secret | None = None, wrong: Callable[[str], None] = lambda words: None,
) -> Tokens:  # fmt: skip
    """Tokens once the browser came back, or its address was pasted. Raises ChannelError.

    What is pasted and is no answer goes to `wrong` as a sentence, and the waiting goes on.
    """
    from channels import oauth
    from channels.oauth_loopback import Loopback

    with Loopback() as loopback:
        browser = oauth.begin_browser(provider, redirect=loopback.redirect, user=user)
        show(browser)
        end = time.monotonic() + BROWSER_SECONDS
        while (left := end - time.monotonic()) > 0:
            back = answer(loopback, left)
            if back is None:
                raise _given_up()
            if not back:
                continue
            try:
                code = oauth.code_in(browser, back)
            except BadArgument as error:
                wrong(str(error))
                continue
            return oauth.exchange(provider, browser, code, client_secret=client_secret)
    raise LoginRefused("Nobody came back from the browser in time. Nothing was kept; begin again.")


def tried(box: Box, tokens: Tokens) -> str:
    """Show the fresh token to the mail servers once, so that the wrong account is found out now.

    A sentence to show. Raises LoginRefused or another ChannelError; nothing is kept then.
    """
    from channels import discover

    said: list[str] = []
    if box.imap:
        said.append(_passed(discover.try_imap(mailboxes.imap_account(box), tokens.access)))
    if box.smtp:
        said.append(_passed(discover.try_smtp(mailboxes.smtp_account(box), tokens.access)))
    return " ".join(said)


def _passed(check: Check) -> str:
    if not check.ok:
        raise LoginRefused(f"{check.words} Nothing was kept; sign in as the mailbox itself.")
    return check.words


def _given_up() -> LoginRefused:
    return LoginRefused("The sign-in was given up; nothing was kept.")
