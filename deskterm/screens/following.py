"""The panes follow the cursor: its ticket is read beside the screen, and dropped where the cursor goes on.

Where another thread is busy each of the dozen questions to the file takes a while, and a key that came
meanwhile would wait for all of them. Knows when to read, not what is read or how it is drawn.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from textual.timer import Timer

from deskterm import panes
from store.errors import NotFound

if TYPE_CHECKING:
    from deskterm.screens.main import MainScreen

FOLLOW = 0.06
"""Seconds the cursor rests before the panes follow while a key repeats."""


class Following:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.ticket = ""
        """What the panes are about to show; empty when they show it."""
        self._timer: Timer | None = None
        self._task: asyncio.Task[None] | None = None
        self._moved = 0.0

    def to(self, ticket: str) -> None:
        """To another ticket: at once, and with a rest while a key repeats."""
        self.stop()
        self.ticket = ticket
        now = time.monotonic()
        if now - self._moved > FOLLOW * 2:
            self.read(ticket)
        else:
            self._timer = self.screen.set_timer(FOLLOW, lambda: self.read(ticket))
        self._moved = now

    def read(self, ticket: str) -> None:
        """Read a ticket beside the screen, and have it shown."""
        self.stop()
        self.ticket = ticket
        self._task = asyncio.create_task(self._read(ticket))

    def stop(self) -> None:
        """Whatever is on its way comes too late."""
        self.ticket, self._task = "", None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    async def _read(self, ticket: str) -> None:
        pane = None
        try:
            pane = await self.screen.desk_app.read(lambda: panes.ticket(self.screen.desk, ticket))
        except NotFound:
            pass
        except Exception as error:
            self.screen.desk_app.survive(error)
        if self._task is asyncio.current_task():
            self.stop()
            if pane is not None:
                self.screen.showing.put(pane)
                await asyncio.sleep(0)  # a key that came meanwhile goes before the paint
                self.screen.paint_now()
