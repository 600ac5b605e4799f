"""The desk's screen on a stage: the practice desk with a clock that stands still, keys in, painted lines out.

Everything is the real thing but the terminal; programs in a real pty are tests/rigs/terminal.py's.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import msgspec
from textual import events
from textual._context import visible_screen_stack
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.strip import Strip

from deskterm.app import DesktermApp
from deskterm.config import load
from deskterm.demo.load import prepare
from deskterm.desk import Desk
from deskterm.keymap import NAMES
from deskterm.screens.main import MainScreen
from store.model import Line, Ticket

NOW = 1_750_000_000
"""The real time the practice desk pretends to be about."""
PLAIN = ("NO_COLOR", "COLORTERM", "DISPLAY", "WAYLAND_DISPLAY", "VISUAL", "EDITOR", "DESKTERM_HOME")
"""Variables of the person who runs the tests that would show on the screen."""


@contextmanager
def plain_environment(**more: str) -> Iterator[None]:
    """A terminal of which everything is known: colours, time zone, no desktop."""
    kept = dict(os.environ)
    for name in PLAIN:
        os.environ.pop(name, None)
    os.environ.update({"TERM": "xterm-256color", "TZ": "UTC", **more})
    time.tzset()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
        time.tzset()


@cache
def practice() -> Path:
    """The practice desk, built once for all tests of this process; copy it before touching it."""
    folder = Path(mkdtemp(prefix="practice-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = folder / "desk"
    prepare(home, now=NOW).close()
    return home


FRAME = 1 / 60
"""Seconds between two paintings of Textual."""


def _character(key: str) -> str | None:
    """The character a key with a name types, if any."""
    return {name: char for char, name in NAMES.items()}.get(key)


class StillClock:
    """A clock that moves when told."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def copied(folder: Path) -> Path:
    """A practice desk of one's own in `folder`."""
    home = folder / "desk"
    shutil.copytree(practice(), home)
    return home


def opened(home: Path, *, now: float | None = None, **settings: object) -> tuple[Desk, StillClock]:
    """The desk in `home` with its clock standing still, some settings changed."""
    clock = StillClock(float((home / "clock").read_text()) if now is None else now)
    set_ = msgspec.structs.replace(load(home), **settings)
    return Desk.open(home, settings=set_, clock=clock), clock


class Stage:
    """A running screen."""

    def __init__(self, app: DesktermApp, pilot: Pilot[int], clock: StillClock) -> None:
        self.app = app
        self.pilot = pilot
        self.clock = clock
        self.desk = app.desk

    @property
    def main(self) -> MainScreen:
        return self.app.main

    # In

    async def press(self, *keys: str) -> None:
        """Press keys, each when the one before has been acted upon; `=words` types words."""
        await self.act(*keys)
        await self.settle()

    async def act(self, *keys: str) -> None:
        """The same, and go on before it is painted."""
        for key in keys:
            for one in key[1:] if key.startswith("=") and len(key) > 1 else (key,):
                self._send(one)
                await self._acted()

    async def burst(self, *keys: str) -> None:
        """The same, all at once, as a terminal hands over what was typed while it was busy."""
        for key in keys:
            for one in key[1:] if key.startswith("=") and len(key) > 1 else (key,):
                self._send(one)
        await self.settle()

    def _send(self, key: str) -> None:
        name = {" ": "space", "\n": "enter"}.get(key, key)
        char = key if len(key) == 1 else {"space": " ", "tab": "\t"}.get(name) or _character(name)
        event = events.Key(name if len(name) > 1 or name.isalnum() else _character_to_key(name), char)
        event.set_sender(self.app)
        self.app.post_message(event)

    async def _acted(self) -> None:
        """Until every key that was sent has been acted upon."""
        handed = asyncio.Event()
        self.app.call_later(handed.set)
        while not handed.is_set() or not self.app.in_order.idle:
            if self.app._exit:
                return
            await asyncio.sleep(0.001)

    async def paste(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def resize(self, width: int, height: int) -> None:
        await self.pilot.resize_terminal(width, height)
        await self.settle()

    async def settle(self) -> None:
        """Until every key has been acted upon, the panes have followed and the layout stands."""
        await self._acted()
        if self.app._exit:
            return
        while self.main.showing.following:
            await asyncio.sleep(0.005)
        for _ in range(2):
            await self.pilot._wait_for_screen()
            await asyncio.sleep(FRAME)

    async def until(self, holds: Callable[[], object], *, seconds: float = 60.0) -> None:
        """Wait for something true."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"it did not come; the screen:\n{self.text}"
            await self.pilot.pause(0.02)

    # Out

    @property
    def strips(self) -> list[Strip]:
        """What is on the terminal, with its colours."""
        # Painted from outside the app, a box over the screen would have nothing behind it.
        visible_screen_stack.set(self.app._background_screens)
        return self.app.screen._compositor.render_strips()[: self.app.size.height]

    @property
    def lines(self) -> list[str]:
        """What is on the terminal, line by line."""
        return [strip.text.rstrip() for strip in self.strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def status(self) -> str:
        """The status line."""
        line = self.main.query_one("#status")
        return " ".join(" ".join(strip.text for strip in line.render_lines(line.size.region)).split())

    @property
    def hints(self) -> str:
        line = self.main.query_one("#hints")
        return line.render_lines(line.size.region)[0].text.strip()

    @property
    def line(self) -> Line:
        """The line under the cursor."""
        found = self.main.list.line
        assert found is not None
        return found

    def ticket(self, number: int) -> Ticket:
        return self.desk.ticket(str(number))


@asynccontextmanager
async def on_stage(
    folder: Path, *, size: tuple[int, int] = (120, 40), sync: bool = False, home: Path | None = None,
    **settings: object,
) -> AsyncIterator[Stage]:  # fmt: skip
    """The practice desk (or the desk in `home`) on a screen of this size."""
    with plain_environment():
        desk, clock = opened(home or copied(folder), **settings)
        app = DesktermApp(desk, sync=sync)
        try:
            async with app.run_test(size=size) as pilot:
                stage = Stage(app, pilot, clock)
                await stage.settle()
                yield stage
        finally:
            desk.close()
