"""The filter box of the main screen: the list narrows while one types, and moving in the list itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from deskterm.screens.following import FOLLOW
from deskterm.screens.showing import View
from store.errors import QueryError

if TYPE_CHECKING:
    from deskterm.screens.main import Handler, MainScreen

_HALF = re.compile(r"(?:^|\s)-?[a-z.]+:$", re.IGNORECASE)
"""A field without its value yet: half a word narrows nothing."""


class Filtering:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen

    def handlers(self) -> dict[str, Handler]:
        screen, showing = self.screen, self.screen.showing

        def moving(step: Callable[[], object]) -> Handler:
            return lambda _: (step(), None)[1]

        return {
            "list.down": moving(lambda: screen.list.move(1)),
            "list.up": moving(lambda: screen.list.move(-1)),
            "list.half_down": moving(lambda: screen.list.page(0.5)),
            "list.half_up": moving(lambda: screen.list.page(-0.5)),
            "list.page_down": moving(lambda: screen.list.page(1)),
            "list.page_up": moving(lambda: screen.list.page(-1)),
            "list.top": moving(lambda: screen.list.top()),
            "list.bottom": moving(lambda: screen.list.bottom()),
            "list.filter": moving(self.open),
            "select.one": moving(self._select),
            "select.range": moving(lambda: screen.list.select_range()),
            "select.all": moving(lambda: screen.list.select_all()),
            "queue.before": moving(lambda: showing.switch(max(showing.active, 0) - 1)),
            "queue.after": moving(lambda: showing.switch(showing.active + 1)),
            "queue.number": lambda digit: self._number(digit),
        }

    def _number(self, digit: int) -> None:
        if digit <= len(self.screen.showing.tabs):
            self.screen.showing.switch(digit - 1)
        else:
            self.screen.telling.tell(f"There is no queue {digit}.")

    def _select(self) -> None:
        self.screen.list.select()
        self.screen.list.move(1)

    def open(self) -> None:
        """Show the box with what the list is narrowed by."""
        screen = self.screen
        screen.show_mode("filtering")
        screen.filter.value = screen.showing.wanted.filter
        screen.filter.cursor_position = len(screen.filter.value)
        screen.filter.focus()

    def key(self, key: str) -> bool:
        """Keys of the box that are not typed; whether it was one."""
        if key == "escape":
            self.clear()
        elif key in ("down", "tab"):
            self.keep()
        else:
            return False
        return True

    def clear(self) -> None:
        """Leave the box and show the queue as it was."""
        self._leave()
        self.screen.telling.clear()
        self.screen.showing.looking.stop()
        if self.screen.showing.view.filter:
            self.narrow("")

    def keep(self) -> None:
        """Back to the list with what was typed; a word that means nothing keeps one in the box."""
        if self._narrowed(self.screen.filter.value):
            self._leave()

    def changed(self, words: str) -> None:
        """Narrow after a short rest in typing."""
        if self.screen.filter.has_focus:
            self.screen.set_timer(FOLLOW, lambda: self._narrow_if(words))

    def narrow(self, words: str) -> None:
        """Narrow the list to what matches; the whole queue keeps its cursor. Raises QueryError."""
        showing, line = self.screen.showing, self.screen.list.line
        keep = line.id if line is not None else ""
        whole = _HALF.sub("", words.strip()).strip()
        if whole != showing.wanted.filter or not whole:
            showing.show(View(showing.wanted.queue, whole, showing.wanted.sort), keep=keep)

    def _narrow_if(self, words: str) -> None:
        if self.screen.filter.has_focus and self.screen.filter.value == words:
            self._narrowed(words)

    def _narrowed(self, words: str) -> bool:
        """Narrow if that changes anything; a mistake is said and leaves the list as it is."""
        if words.strip() == self.screen.showing.wanted.filter:
            self.screen.telling.clear()
            return True
        try:
            self.narrow(words)
        except QueryError as error:
            self.screen.telling.tell(str(error), bad=True)
            return False
        self.screen.telling.clear()
        return True

    def _leave(self) -> None:
        self.screen.show_mode("filtering", on=False)
        self.screen.list.focus()
