"""Waiting for news of the open folder: IDLE where the server has it (RFC 2177), NOOP where not.

Whatever the news was, the answer is the same: ask for UIDs. Knows no letters.
"""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable
from typing import Protocol

from channels.errors import ProtocolConfused
from channels.imap.receive import Mailbox, is_news

RENEW = 540.0
"""Seconds after which IDLE is begun anew; servers and routers forget silent lines at 10 to 30 minutes."""
POLL = 60.0
"""Seconds between two NOOPs where there is no IDLE."""


class Wakeable(Protocol):
    """The reading end of a pipe or socket pair. Something to read there ends the waiting."""

    def fileno(self) -> int: ...


def wait(
    mailbox: Mailbox,
    wake: Wakeable | None,
    timeout: float,
    *,
    poll: float = POLL,
    renew: float = RENEW,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Wait until the server has news (True), or `wake` is readable or `timeout` seconds passed (False).

    `wake` is not read from. Raises Unreachable when the line is lost; then make a new Mailbox.
    """
    if mailbox.line.wire.unheard:
        return True
    until = clock() + timeout
    with_idle = mailbox.can("IDLE")
    while (left := until - clock()) > 0:
        if with_idle:
            news, woken = _idle(mailbox, wake, min(left, renew))
        else:
            news, woken = _poll(mailbox, wake, min(left, poll))
        if news or woken:
            return news
    return False


def _idle(mailbox: Mailbox, wake: Wakeable | None, seconds: float) -> tuple[bool, bool]:
    """One IDLE from begin to DONE. All that was said is read while it ends; `still here` is no news."""
    wire = mailbox.line.wire
    woken = False
    with wire.talking("waiting for new letters"):
        tag = wire.send(b"IDLE")
        news = _until_continuation(mailbox, tag)
        # What came along with the server's go-ahead would not wake anybody again.
        if not news and not wire.reader.pending():
            woken = _readable(wake, seconds, also=wire)
        wire.end_idle()
        while not (answer := wire.answer()).words.startswith(tag):
            news = is_news(answer.words) or news
    return news, woken


def _until_continuation(mailbox: Mailbox, tag: bytes) -> bool:
    news = False
    while not (answer := mailbox.line.wire.answer()).words.startswith(b"+"):
        if answer.words.startswith(tag):
            raise ProtocolConfused("The mail server offers IDLE and then refuses it.")
        news = is_news(answer.words) or news
    return news


def _poll(mailbox: Mailbox, wake: Wakeable | None, seconds: float) -> tuple[bool, bool]:
    if _readable(wake, seconds):
        return False, True
    return mailbox.noop(), False


def _readable(wake: Wakeable | None, seconds: float, *, also: object = None) -> bool:
    """Wait; True when it was `wake` that ended it."""
    sock = getattr(also, "socket", None)
    with selectors.DefaultSelector() as watched:
        for one in (wake, sock):
            if one is not None:
                watched.register(one.fileno(), selectors.EVENT_READ, one)
        if not watched.get_map():
            time.sleep(seconds)
            return False
        return any(key.data is wake for key, _ in watched.select(seconds))
