"""The tabs line: how many tickets each queue holds, and what came in since each was looked at.

What the kept counters or a moment tell is drawn at once; what takes longer is counted beside the screen, and
until then the number before stands.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from deskterm import panes
from deskterm.screens.looking import REST
from deskterm.widgets.lines import Tab, TabsLine
from deskterm.widgets.paint import Role, Run
from store.errors import GivenUp, StoreError

if TYPE_CHECKING:
    from deskterm.screens.main import MainScreen


class TabCounts:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk
        self._counts: list[int | None] = []
        """Of each tab; None where it was never counted."""
        self._seen: list[int] = []
        """What each was when it was looked at last."""
        self._slow: frozenset[str] = frozenset()
        """Queries that take longer than a moment."""
        self._going = False
        self._due = False
        """Something changed since the slow ones were counted."""
        self._version = -1
        """What the desk was when they were, or began to be."""
        self._own = False
        """We changed something ourselves since."""
        self._next = 0.0

    def begin(self) -> None:
        """Other tabs: what they hold now counts as looked at."""
        count = len(self.screen.showing.tabs)
        self._counts, self._seen = [None] * count, [0] * count
        self.draw()

    def draw(self, *, own: bool = False) -> None:
        """Count again and draw; `own`: what changed, we changed ourselves."""
        showing = self.screen.showing
        standing = panes.standing(self.desk, showing.tabs, slow=self._slow)
        for n, count in enumerate(standing.counts):
            if count is not None:
                self._count(n, count, own=own)
        late = {tab.query for tab, n in zip(showing.tabs, standing.counts, strict=True) if n is None}
        self._slow |= late
        if late and self.desk.store.data_version() != self._version:
            self._due, self._own = True, self._own or own
        if self._due and (own or None in self._counts):
            self._ask()
        self._draw(standing)

    def look(self) -> None:
        """Count what others changed, if it is time."""
        if self._due and time.monotonic() >= self._next:
            self._ask()

    def _count(self, n: int, count: int, *, own: bool) -> None:
        before, seen = self._counts[n], self._seen[n]
        if before is None or n == self.screen.showing.active:
            seen = count
        elif own and count > before:
            seen += count - before
        self._counts[n], self._seen[n] = count, min(seen, count)

    def _draw(self, standing: panes.Standing) -> None:
        screen = self.screen
        shown = [
            Tab(queue.name, count, fresh=(count or 0) - seen)
            for queue, count, seen in zip(screen.showing.tabs, self._counts, self._seen, strict=True)
        ]
        right: list[Run] = [(screen.telling.synced(), Role.DIM)]
        if waiting := standing.out + standing.held:
            right.append((f"  out {waiting}", Role.FRESH))
        if standing.trouble:
            right.append((f"  {screen.look.failed} {standing.trouble}, g e", Role.BAD))
        screen.query_one("#tabs", TabsLine).show(shown, screen.showing.active, right)

    def _ask(self) -> None:
        if not self._going:
            self._going = True
            self.screen.run_worker(self._beside())

    async def _beside(self) -> None:
        """Count what takes long, and draw it; what changes meanwhile is counted after a rest."""
        slow, own, begun = sorted(self._slow), self._own, time.monotonic()
        self._due, self._own, self._version = False, False, self.desk.store.data_version()
        try:
            found = await self.screen.desk_app.read(lambda: panes.counts(self.desk, slow))
        except GivenUp:
            return
        except StoreError as error:
            self.screen.telling.tell(str(error), bad=True)
            return
        finally:
            now = time.monotonic()
            self._going, self._next = False, now + REST * (now - begun)
        counted = dict(zip(slow, found, strict=True))
        showing = self.screen.showing
        for n, tab in enumerate(showing.tabs):
            if tab.query in counted:
                self._count(n, counted[tab.query], own=own)
        self._draw(panes.standing(self.desk, showing.tabs, slow=self._slow))
