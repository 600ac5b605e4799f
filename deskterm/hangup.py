"""A terminal that is gone: noticed even where no signal says so, and left behind without turning in circles.

Knows a file descriptor and two calls; knows no screen and no desk.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

GRACE = 3.0
"""Seconds for the ordinary ending. It may never come: what is still to be drawn waits for a reader."""
KEEP = 2.0
"""Seconds for the last words to be written when the ordinary ending did not come."""

GONE = 129
"""Exit code, as of a process that SIGHUP ended."""


def watch(terminal: int, *, leave: Callable[[], object], keep: Callable[[], None]) -> threading.Thread | None:
    """Wait beside the program until nobody holds the other end of `terminal`, then end the process.

    `leave` asks for the ordinary ending, from this thread; if the process still runs after the grace, `keep`
    saves what is half written and the process is gone. None where the system cannot watch a terminal.
    """
    if not hasattr(select, "poll"):
        return None
    drawn = [fd for fd in (1, 2) if os.isatty(fd)]
    waiting = threading.Thread(target=_wait, args=(terminal, drawn, leave, keep), name="hangup", daemon=True)
    waiting.start()
    return waiting


def _wait(terminal: int, drawn: Sequence[int], leave: Callable[[], object], keep: Callable[[], None]) -> None:
    if not _hung_up(terminal):
        return
    _silence(drawn)
    # A loop that is closed already is ending by itself.
    with suppress(RuntimeError):
        leave()
    threading.Event().wait(GRACE)
    keeping = threading.Thread(target=_try, args=(keep,), daemon=True)
    keeping.start()
    keeping.join(KEEP)
    os._exit(GONE)


def _hung_up(terminal: int) -> bool:
    """Sleeps until the other end is closed; False when the descriptor itself went away."""
    poll = select.poll()
    # Nothing is asked for: a hangup is reported always, and input is somebody else's.
    poll.register(terminal, 0)
    found = poll.poll()
    return bool(found) and not found[0][1] & select.POLLNVAL


def _silence(drawn: Sequence[int]) -> None:
    """What is still drawn on the way out goes nowhere, instead of failing in the middle of the ending."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for fd in drawn:
        os.dup2(nowhere, fd)


def _try(keep: Callable[[], None]) -> None:
    # It was the last chance; there is nobody left to tell.
    with suppress(Exception):
        keep()
