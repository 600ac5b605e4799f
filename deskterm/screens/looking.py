"""A list that takes long to find is found beside the screen: one at a time, and the newest question counts.

Until it is there the list before stays, with every key. Knows no widget; what is done with it is handed in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.timer import Timer

from deskterm.safe import clean
from store.errors import GivenUp, StoreError
from store.reads.held import Held
from store.reads.queues import Pages

if TYPE_CHECKING:
    from deskterm.screens.main import MainScreen

PATIENCE = 0.1
"""Seconds after which it is said that something is being looked for."""
REST = 4
"""Times as long as a reading took passes before the next one nobody asked for."""

Then = Callable[[Held], None]


class Looking:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.query: str | None = None
        """What is looked for; None while nothing is, or the list that is shown."""
        self.going = False
        self.stale = False
        """The list was read before the last change to the desk."""
        self.words = ""
        """What is said of it, once it has taken a while."""
        self._asked = 0
        """Counts what was asked; all but the last is given up."""
        self._timer: Timer | None = None
        self._next = 0.0

    def begin(self, source: Pages, then: Then, *, query: str | None = None) -> None:
        """Find a whole list and hand it on; `query` for one that is not shown yet."""
        self.stop()
        self.going, self.query, self.stale = True, query, False
        self._timer = self.screen.set_timer(PATIENCE, self._say)
        self.screen.run_worker(self._look(source, then, self._asked))

    def stop(self) -> bool:
        """Give up what is looked for; whether something was that is not shown yet."""
        had = self.query is not None
        if self.going:
            self._asked += 1
            self._end()
        return had

    @property
    def rested(self) -> bool:
        """Whether it is time to read again what others changed."""
        return not self.going and time.monotonic() >= self._next

    async def _look(self, source: Pages, then: Then, asked: int) -> None:
        begun, desk = time.monotonic(), self.screen.desk
        version = desk.store.data_version()
        try:
            numbers = await self.screen.desk_app.read(
                lambda: source.find(desk.conn), wanted=lambda: asked == self._asked
            )
        except GivenUp:
            return
        except StoreError as error:
            if asked == self._asked:
                self._end()
                self.screen.telling.tell(str(error), bad=True)
            return
        if asked == self._asked:
            now = time.monotonic()
            self._next = now + REST * (now - begun)
            self._end()
            then(source.held(numbers))
            self.stale = desk.store.data_version() != version

    def _say(self) -> None:
        self._timer = None
        self.words = "looking again ..." if self.query is None else f"looking for {clean(self.query)} ..."
        self._tell()

    def _end(self) -> None:
        self.going, self.query = False, None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.words:
            self.words = ""
            self._tell()

    def _tell(self) -> None:
        self.screen.showing.draw_heading()
        self.screen.telling.status()
